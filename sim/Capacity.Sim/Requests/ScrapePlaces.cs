using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Capacity.Sim.Requests;

/// <summary>Where the counts of <see cref="ScrapeCounters"/> are in its ring.</summary>
/// <param name="PerInterval">Scrapes per second.</param>
/// <param name="Last">Later scrapes than this do not happen.</param>
/// <param name="Mask">Slots of the ring, less one.</param>
/// <param name="PerReplica">Counts of one replica.</param>
internal readonly record struct ScrapePlaces(double PerInterval, long Last, long Mask, int PerReplica)
{
    /// <summary>A cell is as large as sixteen counts.</summary>
    public const int CellBits = 4;

    /// <summary>Turns the place of a count into that of the first count of its cell.</summary>
    public const uint FirstOfCell = ~15u;

    /// <summary>Where in a cell the sum is, which is as large as two counts.</summary>
    public const int SumOfCell = 12;

    private const double Never = double.PositiveInfinity;
    private const long FirstOctave = 1023 - 8; // of a biased exponent: from 2⁻⁸ s, 3.9 ms

    /// <summary>The places within a replica's first series, eight at once.</summary>
    /// <param name="sincePhase">When requests finished, seconds since the phase of their replicas' scrapes.</param>
    /// <param name="seconds">How long they took.</param>
    /// <param name="perInterval"><see cref="PerInterval"/>, as the next two in each lane.</param>
    /// <param name="last"><see cref="Last"/>.</param>
    /// <param name="mask"><see cref="Mask"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Find(
        Vector512<double> sincePhase, Vector512<double> seconds, Vector512<double> perInterval, Vector512<long> last,
        Vector512<long> mask)
    {
        Vector512<double> passed = (sincePhase * perInterval) + Vector512<double>.One;
        Vector512<long> slot = Avx512F.Min(Avx512DQ.ConvertToVector512Int64WithTruncation(passed), last) & mask;
        return Avx512F.ConvertToVector256Int32((slot << CellBits) + BucketOf(seconds));
    }

    /// <summary>How many bounds lie below each: no octave holds two of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> BucketOf(Vector512<double> seconds)
    {
        Vector512<long> octave = (seconds.AsInt64() >> 52) - Vector512.Create(FirstOctave);
        octave = Avx512F.Min(Avx512F.Max(octave, Vector512<long>.Zero), Vector512.Create(15L));
        Vector512<long> below = Avx512F.PermuteVar8x64x2(
            Vector512.Create(0L, 1, 2, 3, 4, 5, 5, 6), octave, Vector512.Create(7L, 8, 9, 10, 11, 11, 11, 11));
        Vector512<double> bound = Avx512F.PermuteVar8x64x2(
            Vector512.Create(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.25, 0.5), octave,
            Vector512.Create(1, 2.5, 5, 10, Never, Never, Never, Never));
        return below - Vector512.GreaterThan(seconds, bound).AsInt64();
    }
}
