using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Counts durations for the moment: as fine as <see cref="LatencyHistogram.Fine"/>, at a third of the cost of
/// a recording, with everything else left for when it is read.</summary>
/// <remarks>One thread records. Others may read meanwhile: what they see is then missing the last few.</remarks>
internal sealed class DurationCounts
{
    private readonly long[] _parts = new long[LatencyHistogram.Buckets * LatencyHistogram.FineParts];
    private double _sum;
    private double _max;

    /// <summary>Records one duration.</summary>
    /// <param name="seconds">As for <see cref="LatencyHistogram"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.AggressiveInlining)]
    public void Record(double seconds)
    {
        _parts[LatencyHistogram.FineIndexOf(seconds)]++;
        _sum += seconds;
        if (seconds > _max)
        {
            _max = seconds;
        }
    }

    /// <summary>Adds all of them to a histogram that is fine or empty.</summary>
    public void AddTo(LatencyHistogram histogram) => histogram.AddFine(_parts, _sum, _max);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_parts);
        _sum = 0;
        _max = 0;
    }
}
