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
    private const int CellBits = ScrapePlaces.CellBits;
    private const int CountsPerCell = 1 << CellBits;

    private static readonly double[] UpperBounds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, double.PositiveInfinity];
    private static readonly byte[] FirstBucket = FirstBuckets();

    private readonly int _series;
    private readonly TurnPhases _turns = new();
    private bool _rowsDiffer; // otherwise everything counts in the first series
    private readonly double _perInterval;
    private readonly long _last; // later scrapes than this do not happen: whatever finishes after it counts in it
    private int _slots = 8; // a power of two
    private Cell[] _ring = [];
    private double[] _phase = [];
    private long[] _folded = []; // the next scrape of each replica
    private SeriesTotals[] _totals = [];
    private readonly double[] _phases = new double[RequestBatch.Size]; // of the requests that are being counted
    private readonly int[] _rows = new int[RequestBatch.Size]; // of their series; 0 while there is only one kind
    private readonly int[] _places = new int[RequestBatch.Size];
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
        while (!Fits(now, latest))
        {
            Grow();
        }
    }

    /// <summary>Whether finishes up to an instant fit into the ring.</summary>
    /// <param name="now">Seconds; everything before has been folded.</param>
    /// <param name="latest">Seconds.</param>
    public bool Fits(double now, double latest) =>
        (Math.Min(latest * _perInterval, _last) - (now * _perInterval)) + 4 <= _slots;

    /// <summary>The rotation has changed, of replicas that serve in turn.</summary>
    public void Rotate(ReadOnlySpan<int> rotation) => _turns.Rotate(rotation, _phase);

    /// <summary>Where things are in the ring.</summary>
    public ScrapePlaces Places => new(_perInterval, _last, _slots - 1, _series * _slots * CountsPerCell);

    /// <summary>The first count of the ring; valid until the next <see cref="Reserve"/>.</summary>
    public ref uint Ring => ref Unsafe.As<Cell, uint>(ref MemoryMarshal.GetArrayDataReference(_ring));

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
        ReadOnlySpan<double> phases = PhasesOf(replica);
        LookUpRows(kind, seriesOfKind);
        int vectors = Avx512DQ.IsSupported ? at.Length & -8 : 0;
        if (vectors > 0)
        {
            FindPlaces(at[..vectors], finish, replica, phases);
        }

        for (int i = vectors; i < at.Length; i++)
        {
            double seconds = finish[i] - at[i];
            _places[i] = PlaceOf(finish[i] - phases[i], seconds, replica[i]) + _rows[i];
            _seconds[i] = seconds;
        }

        Count(_places.AsSpan(0, at.Length), _seconds, _ring);
    }

    /// <summary>When each replica's scrapes are within the interval, seconds.</summary>
    /// <returns>At least as many as there are replicas; valid until the next call.</returns>
    public ReadOnlySpan<double> PhasesOf(ReadOnlySpan<int> replica)
    {
        ReadOnlySpan<double> inTurn = _turns.PhasesOf(replica);
        if (inTurn.Length > 0)
        {
            return inTurn;
        }

        Gather(replica);
        return _phases;
    }

    /// <summary>The place of a request's count in the ring, among those of the first series.</summary>
    /// <param name="sincePhase">When it finished, seconds since the phase of its replica's scrapes.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="replica">Who served it.</param>
    public int PlaceOf(double sincePhase, double seconds, int replica)
    {
        unchecked
        {
            int bucket = FirstBucket[CoarseIndex(seconds)];
            bucket += seconds > UpperBounds[bucket] ? 1 : 0;
            double passed = (sincePhase * _perInterval) + 1;
            int slot = (int)Math.Min(double.ConvertToIntegerNative<long>(passed), _last) & (_slots - 1);
            return (replica * _series * _slots * CountsPerCell) + (slot * CountsPerCell) + bucket;
        }
    }

    /// <summary>Looks up what a request's replica says: a processor gathers no faster.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Gather(ReadOnlySpan<int> replica)
    {
        unchecked
        {
            ref double phaseOf = ref MemoryMarshal.GetArrayDataReference(_phase); // every replica has one
            Span<double> phases = _phases.AsSpan(0, replica.Length);
            int i = 0;
            for (; i + 3 < replica.Length; i += 4)
            {
                phases[i] = Unsafe.Add(ref phaseOf, replica[i]);
                phases[i + 1] = Unsafe.Add(ref phaseOf, replica[i + 1]);
                phases[i + 2] = Unsafe.Add(ref phaseOf, replica[i + 2]);
                phases[i + 3] = Unsafe.Add(ref phaseOf, replica[i + 3]);
            }

            for (; i < replica.Length; i++)
            {
                phases[i] = Unsafe.Add(ref phaseOf, replica[i]);
            }
        }
    }

    private void LookUpRows(ReadOnlySpan<int> kind, ReadOnlySpan<int> seriesOfKind)
    {
        _rowsDiffer |= seriesOfKind.Length > 1 || seriesOfKind[0] > 0;
        if (!_rowsDiffer)
        {
            return;
        }

        unchecked
        {
            ref int seriesOf = ref MemoryMarshal.GetReference(seriesOfKind);
            int row = _slots * CountsPerCell;
            Span<int> rows = _rows.AsSpan(0, kind.Length);
            for (int k = 0; k < kind.Length; k++)
            {
                rows[k] = Unsafe.Add(ref seriesOf, kind[k]) * row;
            }
        }
    }

    /// <summary>The place of each request's count in the ring, and its duration, eight at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FindPlaces(
        ReadOnlySpan<double> at, ReadOnlySpan<double> finish, ReadOnlySpan<int> replica, ReadOnlySpan<double> phase)
    {
        ref int replicas = ref MemoryMarshal.GetReference(replica);
        ref double ats = ref MemoryMarshal.GetReference(at);
        ref double finishes = ref MemoryMarshal.GetReference(finish); // at least as long
        ref double phases = ref MemoryMarshal.GetReference(phase);
        ref int rows = ref MemoryMarshal.GetArrayDataReference(_rows);
        ref int places = ref MemoryMarshal.GetArrayDataReference(_places);
        ref double secondsOf = ref MemoryMarshal.GetArrayDataReference(_seconds);
        ScrapePlaces ring = Places;
        var rowsOfReplica = Vector256.Create(ring.PerReplica);
        var perInterval = Vector512.Create(ring.PerInterval);
        var last = Vector512.Create(ring.Last);
        var mask = Vector512.Create(ring.Mask);
        for (nuint i = 0; i < (nuint)at.Length; i += 8)
        {
            Vector512<double> finished = Vector512.LoadUnsafe(ref finishes, i);
            Vector512<double> seconds = finished - Vector512.LoadUnsafe(ref ats, i);
            seconds.StoreUnsafe(ref secondsOf, i);
            Vector256<int> place = ScrapePlaces.Find(
                finished - Vector512.LoadUnsafe(ref phases, i), seconds, perInterval, last, mask);
            Vector256<int> row = (Vector256.LoadUnsafe(ref replicas, i) * rowsOfReplica)
                + Vector256.LoadUnsafe(ref rows, i);
            (place + row).StoreUnsafe(ref places, i);
        }
    }

    /// <summary>A leaf loop: the only one that touches the ring.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Count(ReadOnlySpan<int> places, double[] seconds, Cell[] ring)
    {
        unchecked
        {
            ref uint counts = ref Unsafe.As<Cell, uint>(ref MemoryMarshal.GetArrayDataReference(ring));
            ref double held = ref MemoryMarshal.GetArrayDataReference(seconds);
            for (int i = 0; i < places.Length; i++)
            {
                uint place = (uint)places[i];
                Unsafe.Add(ref counts, place)++; // Reserve has made the ring large enough
                ref uint first = ref Unsafe.Add(ref counts, place & ScrapePlaces.FirstOfCell);
                Unsafe.As<uint, double>(ref Unsafe.Add(ref first, ScrapePlaces.SumOfCell)) += Unsafe.Add(ref held, i);
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
