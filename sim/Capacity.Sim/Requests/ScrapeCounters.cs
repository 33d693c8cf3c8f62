using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Capacity.Sim.Requests;

/// <summary>
/// The histogram <c>http_server_resp_time</c> of every replica, exact as of each of its scrapes: a request counts from
/// the first scrape at or after its finish.
/// </summary>
/// <remarks>
/// Finishes are known ahead of time. They are counted in a ring of scrape intervals, which is folded into running
/// totals scrape by scrape, and which grows when a queue reaches further into the future than the ring.
/// </remarks>
internal sealed class ScrapeCounters
{
    /// <summary>Buckets, the last one +Inf.</summary>
    public const int Buckets = 12;

    private const int CoarseBase = (1023 - 8) << 4;
    private const int CoarseLength = 12 << 4;

    private static readonly double[] UpperBounds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, double.PositiveInfinity];
    private static readonly byte[] FirstBucket = FirstBuckets();

    private readonly int _series;
    private readonly double _perInterval;
    private readonly long _last; // later scrapes than this do not happen: whatever finishes after it counts in it
    private int _slots = 8; // a power of two
    private Cell[] _ring = [];
    private double[] _phase = [];
    private long[] _folded = []; // the next scrape of each replica
    private SeriesTotals[] _totals = [];
    private readonly int[] _buckets = new int[RequestBatch.Size]; // of the requests that are being counted
    private readonly double[] _seconds = new double[RequestBatch.Size];

    /// <summary>Starts without replicas.</summary>
    /// <param name="series">Series per replica: one per method and path.</param>
    /// <param name="interval">Scrape interval, seconds.</param>
    /// <param name="duration">Length of the run, seconds.</param>
    public ScrapeCounters(int series, double interval, double duration)
    {
        _series = series;
        _perInterval = 1 / interval;
        _last = (long)Math.Ceiling(duration / interval) + 1;
    }

    /// <summary>Upper bounds of the buckets, as the label <c>le</c> writes them.</summary>
    public static IReadOnlyList<string> BoundTexts { get; } =
        ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];

    /// <summary>Starts a replica's counters at zero.</summary>
    /// <param name="replica">The next index; replicas are added in order.</param>
    /// <param name="phase">Its scrapes are at k · interval + phase, seconds.</param>
    /// <param name="now">Seconds; scrapes before this are not counted for.</param>
    public void Add(int replica, double phase, double now)
    {
        if (replica >= _phase.Length)
        {
            int capacity = Math.Max(16, 2 * replica);
            Array.Resize(ref _phase, capacity);
            Array.Resize(ref _folded, capacity);
            Array.Resize(ref _totals, capacity * _series);
            Array.Resize(ref _ring, capacity * _series * _slots);
        }

        _phase[replica] = phase;
        _folded[replica] = Math.Max(0, (long)Math.Ceiling((now - phase) * _perInterval));
    }

    /// <summary>Makes sure that finishes up to an instant fit into the ring.</summary>
    /// <param name="now">Seconds; everything before has been folded.</param>
    /// <param name="latest">Seconds.</param>
    public void Reserve(double now, double latest)
    {
        double needed = (Math.Min(latest * _perInterval, _last) - (now * _perInterval)) + 4;
        while (needed > _slots)
        {
            Grow();
        }
    }

    /// <summary>Counts requests. Call <see cref="Reserve"/> before.</summary>
    /// <param name="batch">With finish and replica.</param>
    /// <param name="from">The first to count.</param>
    /// <param name="to">Behind the last to count.</param>
    /// <param name="seriesOfKind">Which series a kind counts in.</param>
    public void Record(RequestBatch batch, int from, int to, ReadOnlySpan<int> seriesOfKind) => Record(
        batch.At.AsSpan(from, to - from), batch.Finish.AsSpan(from, to - from), batch.Replica.AsSpan(from, to - from),
        batch.Kind.AsSpan(from, to - from), seriesOfKind);

    /// <summary>Adds fast requests to a replica's totals: health checks, which need no ring.</summary>
    public void Add(int replica, int series, long requests, double sumSeconds)
    {
        ref SeriesTotals totals = ref _totals[(replica * _series) + series];
        totals.Counts[0] += requests;
        totals.Sum += sumSeconds;
    }

    /// <summary>Moves what a scrape sees into the totals.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="scrape">The k of the scrape's instant.</param>
    public void Fold(int replica, long scrape)
    {
        for (; _folded[replica] <= scrape; _folded[replica]++)
        {
            int slot = (int)(_folded[replica] & (_slots - 1));
            for (int series = 0; series < _series; series++)
            {
                ref Cell cell = ref _ring[(((replica * _series) + series) * _slots) + slot];
                ref SeriesTotals totals = ref _totals[(replica * _series) + series];
                for (int bucket = 0; bucket < Buckets; bucket++)
                {
                    totals.Counts[bucket] += cell.Counts[bucket];
                }

                totals.Sum += cell.Sum;
                cell = default;
            }
        }
    }

    /// <summary>Cumulative counts by bucket as of the last fold.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="series">The series.</param>
    /// <param name="cumulative">Receives <see cref="Buckets"/> counts; the last is the count of all.</param>
    /// <returns>The sum of the durations, seconds.</returns>
    public double Read(int replica, int series, Span<long> cumulative)
    {
        ref SeriesTotals totals = ref _totals[(replica * _series) + series];
        long count = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            count += totals.Counts[bucket];
            cumulative[bucket] = count;
        }

        return totals.Sum;
    }

    private void Record(
        ReadOnlySpan<double> at, ReadOnlySpan<double> finish, ReadOnlySpan<int> replica, ReadOnlySpan<int> kind,
        ReadOnlySpan<int> seriesOfKind)
    {
        int vectors = Avx512DQ.IsSupported ? at.Length & -8 : 0;
        if (vectors > 0)
        {
            FindBuckets(at[..vectors], finish);
        }

        for (int i = vectors; i < at.Length; i++)
        {
            double seconds = finish[i] - at[i];
            int bucket = FirstBucket[CoarseIndex(seconds)];
            bucket += seconds > UpperBounds[bucket] ? 1 : 0;
            _buckets[i] = bucket;
            _seconds[i] = seconds;
        }

        if (seriesOfKind.Length == 1)
        {
            CountOneKind(finish, replica, seriesOfKind[0]);
        }
        else
        {
            CountKinds(finish, replica, kind, seriesOfKind);
        }
    }

    /// <summary>A request's bucket is how many bounds lie below it: compared with each, eight at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FindBuckets(ReadOnlySpan<double> at, ReadOnlySpan<double> finish)
    {
        ref double ats = ref MemoryMarshal.GetReference(at);
        ref double finishes = ref MemoryMarshal.GetReference(finish); // at least as long
        ref int buckets = ref MemoryMarshal.GetArrayDataReference(_buckets);
        ref double secondsOf = ref MemoryMarshal.GetArrayDataReference(_seconds);
        for (nuint i = 0; i < (nuint)at.Length; i += 8)
        {
            Vector512<double> seconds = Vector512.LoadUnsafe(ref finishes, i) - Vector512.LoadUnsafe(ref ats, i);
            seconds.StoreUnsafe(ref secondsOf, i);
            Vector512<long> below = Above(seconds, 0.005) + Above(seconds, 0.01) + Above(seconds, 0.025)
                + Above(seconds, 0.05) + Above(seconds, 0.1) + Above(seconds, 0.25) + Above(seconds, 0.5)
                + Above(seconds, 1) + Above(seconds, 2.5) + Above(seconds, 5) + Above(seconds, 10);
            Avx512F.ConvertToVector256Int32(-below).StoreUnsafe(ref buckets, i);
        }
    }

    /// <summary>−1 in each lane above a bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Above(Vector512<double> seconds, double bound) =>
        Vector512.GreaterThan(seconds, Vector512.Create(bound)).AsInt64();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountOneKind(ReadOnlySpan<double> finish, ReadOnlySpan<int> replica, int series)
    {
        unchecked
        {
            ref Cell ring = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ring), series * _slots);
            ref double phases = ref MemoryMarshal.GetArrayDataReference(_phase);
            ReadOnlySpan<int> buckets = _buckets.AsSpan(0, finish.Length);
            ReadOnlySpan<double> seconds = _seconds.AsSpan(0, finish.Length);
            double perInterval = _perInterval;
            int mask = _slots - 1;
            int cells = _series * _slots;
            long last = _last;
            replica = replica[..finish.Length];
            for (int i = 0; i < finish.Length; i++)
            {
                int who = replica[i];
                double passed = ((finish[i] - Unsafe.Add(ref phases, who)) * perInterval) + 1;
                int slot = (int)Math.Min(double.ConvertToIntegerNative<long>(passed), last) & mask;
                ref Cell cell = ref Unsafe.Add(ref ring, (who * cells) + slot); // Reserve has made it large enough
                Unsafe.Add(ref cell.Counts.First, buckets[i])++;
                cell.Sum += seconds[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountKinds(
        ReadOnlySpan<double> finish, ReadOnlySpan<int> replica, ReadOnlySpan<int> kind, ReadOnlySpan<int> seriesOfKind)
    {
        unchecked
        {
            ref Cell ring = ref MemoryMarshal.GetArrayDataReference(_ring); // Reserve has made it large enough
            ref double phases = ref MemoryMarshal.GetArrayDataReference(_phase);
            ref int seriesOf = ref MemoryMarshal.GetReference(seriesOfKind);
            ReadOnlySpan<int> buckets = _buckets.AsSpan(0, finish.Length);
            ReadOnlySpan<double> seconds = _seconds.AsSpan(0, finish.Length);
            double perInterval = _perInterval;
            int slots = _slots;
            int series = _series;
            long last = _last;
            replica = replica[..finish.Length];
            kind = kind[..finish.Length];
            for (int i = 0; i < finish.Length; i++)
            {
                int who = replica[i];
                double passed = ((finish[i] - Unsafe.Add(ref phases, who)) * perInterval) + 1;
                int slot = (int)Math.Min(double.ConvertToIntegerNative<long>(passed), last) & (slots - 1);
                int place = (((who * series) + Unsafe.Add(ref seriesOf, kind[i])) * slots) + slot;
                ref Cell cell = ref Unsafe.Add(ref ring, place);
                Unsafe.Add(ref cell.Counts.First, buckets[i])++;
                cell.Sum += seconds[i];
            }
        }
    }

    private void Grow()
    {
        var larger = new Cell[_ring.Length * 2];
        for (int replica = 0; replica < _phase.Length; replica++)
        {
            for (int series = 0; series < _series; series++)
            {
                int place = (replica * _series) + series;
                for (long scrape = _folded[replica]; scrape < _folded[replica] + _slots; scrape++)
                {
                    larger[(place * _slots * 2) + (int)(scrape & ((_slots * 2) - 1))] =
                        _ring[(place * _slots) + (int)(scrape & (_slots - 1))];
                }
            }
        }

        _ring = larger;
        _slots *= 2;
    }

    /// <summary>Sixteenths of octaves from 2⁻⁸ s, 3.9 ms: so narrow that none holds two of our bounds.</summary>
    private static int CoarseIndex(double seconds)
    {
        int key = unchecked((int)(BitConverter.DoubleToInt64Bits(seconds) >> 48) - CoarseBase);
        return Math.Min(Math.Max(key, 0), CoarseLength - 1);
    }

    /// <summary>For each coarse index the first of our buckets that a value there can fall into.</summary>
    private static byte[] FirstBuckets()
    {
        byte[] first = new byte[CoarseLength];
        for (int i = 1; i < first.Length; i++) // the first also holds everything below it
        {
            double from = BitConverter.Int64BitsToDouble((long)(i + CoarseBase) << 48);
            first[i] = (byte)Array.FindIndex(UpperBounds, bound => bound >= from);
        }

        return first;
    }

    [InlineArray(Buckets)]
    private struct BucketCounts
    {
        public uint First;
    }

    [InlineArray(Buckets)]
    private struct BucketTotals
    {
        private long _first;
    }

    /// <summary>One cache line.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Cell
    {
        public BucketCounts Counts;
        public double Sum;
    }

    private struct SeriesTotals
    {
        public BucketTotals Counts;
        public double Sum;
    }
}
