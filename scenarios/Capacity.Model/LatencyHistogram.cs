using System.Runtime.CompilerServices;

namespace Capacity.Model;

/// <summary>Counts durations in log-linear buckets: record, merge, quantile, in constant memory.</summary>
/// <remarks>
/// 128 buckets per octave from 2⁻²⁰ s (0.95 µs) to 2¹² s (68 min); values outside fall into the first or last
/// bucket. A quantile is within 0.4 % of the exact order statistic, or, when <see cref="Fine"/> divides each bucket by
/// four, within 0.1 %. Merging is exact.
/// </remarks>
public sealed class LatencyHistogram
{
    /// <summary>Number of buckets.</summary>
    public const int Buckets = 32 * PerOctave;

    /// <summary>Parts of one bucket in a fine histogram.</summary>
    public const int FineParts = 4;

    private const int PerOctave = 128;
    private const int Shift = 52 - 7; // the 7 highest bits of the fraction select the bucket within an octave
    private const int Base = (1023 - 20) << 7;
    private readonly long[] _counts = new long[Buckets];
    private long[] _fine = []; // of all parts; empty when this is not fine

    /// <summary>Number of recorded values.</summary>
    public long Count { get; private set; }

    /// <summary>Sum of recorded values, seconds.</summary>
    public double SumSeconds { get; private set; }

    /// <summary>Largest recorded value, seconds; 0 when empty.</summary>
    public double MaxSeconds { get; private set; }

    /// <summary>Mean in seconds; NaN when empty.</summary>
    public double MeanSeconds => Count == 0 ? double.NaN : SumSeconds / Count;

    /// <summary>Counts per bucket, <see cref="Buckets"/> of them.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Counts per part of a bucket, <see cref="FineParts"/> times <see cref="Buckets"/> of them; empty when
    /// the histogram is not fine.</summary>
    public ReadOnlySpan<long> FineCounts => _fine;

    /// <summary>An empty histogram of three significant digits.</summary>
    public static LatencyHistogram Fine() => new() { _fine = new long[Buckets * FineParts] };

    /// <summary>The bucket of a duration.</summary>
    /// <param name="seconds">Any number; below the range, also NaN and negative, means the first bucket.</param>
    public static int IndexOf(double seconds)
    {
        int key = unchecked((int)(BitConverter.DoubleToInt64Bits(seconds) >> Shift) - Base);
        return seconds > 0 ? Math.Min(Math.Max(key, 0), Buckets - 1) : 0;
    }

    /// <summary>The part of a bucket of a duration: its place in <see cref="FineCounts"/>.</summary>
    /// <param name="seconds">As for <see cref="IndexOf"/>.</param>
    public static int FineIndexOf(double seconds)
    {
        int key = unchecked((int)(BitConverter.DoubleToInt64Bits(seconds) >> (Shift - 2)) - (Base * FineParts));
        return seconds > 0 ? Math.Min(Math.Max(key, 0), (Buckets * FineParts) - 1) : 0;
    }

    /// <summary>Lower bound of a bucket, seconds.</summary>
    /// <param name="index">0 … <see cref="Buckets"/>; the latter gives the upper end of the range.</param>
    public static double LowerBound(int index) => BitConverter.Int64BitsToDouble((long)(index + Base) << Shift);

    /// <summary>Records one duration.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Record(double seconds)
    {
        if (_fine.Length > 0)
        {
            int part = FineIndexOf(seconds);
            _fine[part]++;
            _counts[part / FineParts]++;
        }
        else
        {
            _counts[IndexOf(seconds)]++;
        }

        Count++;
        SumSeconds += seconds;
        MaxSeconds = Math.Max(MaxSeconds, seconds);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Array.Clear(_fine);
        Count = 0;
        SumSeconds = 0;
        MaxSeconds = 0;
    }

    /// <summary>Adds counts that were collected elsewhere with <see cref="IndexOf"/>. A fine histogram is fine no
    /// longer.</summary>
    /// <param name="counts">At most <see cref="Buckets"/> counts.</param>
    /// <param name="sumSeconds">Sum of the values.</param>
    /// <param name="maxSeconds">Largest of the values.</param>
    public void Add(ReadOnlySpan<uint> counts, double sumSeconds, double maxSeconds)
    {
        _fine = [];
        for (int i = 0; i < counts.Length; i++)
        {
            _counts[i] += counts[i];
            Count += counts[i];
        }

        SumSeconds += sumSeconds;
        MaxSeconds = Math.Max(MaxSeconds, maxSeconds);
    }

    /// <summary>Adds counts of parts of buckets that were stored.</summary>
    /// <param name="counts">As <see cref="FineCounts"/>.</param>
    /// <param name="sumSeconds">Sum of the values.</param>
    /// <param name="maxSeconds">Largest of the values.</param>
    public void AddFine(ReadOnlySpan<long> counts, double sumSeconds, double maxSeconds)
    {
        KeepFine(Count == 0 || _fine.Length > 0);
        for (int i = 0; i < counts.Length; i++)
        {
            if (_fine.Length > 0)
            {
                _fine[i] += counts[i];
            }

            _counts[i / FineParts] += counts[i];
            Count += counts[i];
        }

        SumSeconds += sumSeconds;
        MaxSeconds = Math.Max(MaxSeconds, maxSeconds);
    }

    /// <summary>Adds all values of another histogram. The sum is as fine as the coarser of those that hold values.
    /// </summary>
    public void Merge(LatencyHistogram other)
    {
        if (other.Count > 0)
        {
            KeepFine(other._fine.Length > 0 && (Count == 0 || _fine.Length > 0));
        }

        for (int i = 0; i < other._fine.Length && i < _fine.Length; i++)
        {
            _fine[i] += other._fine[i];
        }

        for (int i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        SumSeconds += other.SumSeconds;
        MaxSeconds = Math.Max(MaxSeconds, other.MaxSeconds);
    }

    /// <summary>The value below which a share of the recorded values lies.</summary>
    /// <param name="share">0 … 1.</param>
    /// <returns>Seconds, never above <see cref="MaxSeconds"/>; NaN when empty.</returns>
    public double Quantile(double share)
    {
        if (Count == 0)
        {
            return double.NaN;
        }

        long rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        long seen = 0;
        int index = 0;
        while ((seen += _counts[index]) < rank)
        {
            index++;
        }

        if (_fine.Length == 0)
        {
            return Math.Min(MaxSeconds, (LowerBound(index) + LowerBound(index + 1)) / 2);
        }

        seen -= _counts[index];
        int part = index * FineParts;
        while ((seen += _fine[part]) < rank)
        {
            part++;
        }

        return Math.Min(MaxSeconds, (FineLowerBound(part) + FineLowerBound(part + 1)) / 2);
    }

    private static double FineLowerBound(int part) =>
        BitConverter.Int64BitsToDouble((long)(part + (Base * FineParts)) << (Shift - 2));

    private void KeepFine(bool fine)
    {
        if (!fine)
        {
            _fine = [];
        }
        else if (_fine.Length == 0)
        {
            _fine = new long[Buckets * FineParts];
        }
    }
}
