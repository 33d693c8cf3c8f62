using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Where the counts of <see cref="StepRecorder"/> are in its ring, when there is one kind.</summary>
/// <param name="PerStep">Steps per second.</param>
/// <param name="Last">The step in which everything later counts.</param>
/// <param name="Mask">Slots of the ring, less one.</param>
internal readonly record struct StepPlaces(double PerStep, long Last, long Mask)
{
    private const int BucketBits = 12; // of the buckets of a histogram
    private const int KeyShift = 52 - 7; // as LatencyHistogram.IndexOf, for eight at a time
    private const long FirstKey = (1023 - 20) << 7;

    /// <summary>The places of response times, eight at once.</summary>
    /// <param name="answered">Seconds since the start of the run.</param>
    /// <param name="latency">Seconds.</param>
    /// <param name="perStep"><see cref="PerStep"/>, as the next two in each lane.</param>
    /// <param name="last"><see cref="Last"/>.</param>
    /// <param name="mask"><see cref="Mask"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Find(
        Vector512<double> answered, Vector512<double> latency, Vector512<double> perStep, Vector512<long> last,
        Vector512<long> mask)
    {
        Vector512<long> step = Avx512DQ.ConvertToVector512Int64WithTruncation(answered * perStep);
        return Avx512F.ConvertToVector256Int32(((Avx512F.Min(step, last) & mask) << BucketBits) + BucketOf(latency));
    }

    /// <summary>What <see cref="LatencyHistogram.IndexOf"/> says, in eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> IndexOf(Vector512<double> seconds) =>
        Avx512F.ConvertToVector256Int32(BucketOf(seconds));

    /// <summary>A key of a negative number is negative, so that it falls into the first bucket as it should.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> BucketOf(Vector512<double> seconds)
    {
        Vector512<long> key = (seconds.AsInt64() >> KeyShift) - Vector512.Create(FirstKey);
        return Avx512F.Min(
            Avx512F.Max(key, Vector512<long>.Zero), Vector512.Create(LatencyHistogram.Buckets - 1L));
    }
}
