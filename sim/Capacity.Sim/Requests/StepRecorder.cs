using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>
/// Response times by step of the run and by kind: a request counts in the step in which its answer arrives.
/// </summary>
/// <remarks>
/// Finishes are known ahead of time. They are counted in a ring of steps, which is folded step by step, and which
/// grows when a queue reaches further into the future than the ring.
/// </remarks>
internal sealed class StepRecorder
{
    private const int Buckets = LatencyHistogram.Buckets;
    private const int SumsPerKind = 4; // a power of two

    private readonly int _kinds;
    private readonly double _perStep;
    private readonly int _last;
    private readonly uint[] _latencies;
    private readonly uint[] _services;
    private readonly Sums[] _latencySums;
    private readonly Sums[] _serviceSums;
    private readonly uint[] _folding = new uint[Buckets];
    private readonly int[] _latencyPlaces = new int[RequestBatch.Size];
    private readonly int[] _servicePlaces = new int[RequestBatch.Size];
    private int _slots = 2; // a power of two
    private uint[] _ring;
    private int _folded;

    /// <summary>Starts at the first step.</summary>
    /// <param name="kinds">How many kinds of requests.</param>
    /// <param name="step">Seconds.</param>
    /// <param name="steps">Steps of the run; what is answered after it counts in one more step.</param>
    public StepRecorder(int kinds, double step, int steps)
    {
        _last = steps;
        _kinds = kinds;
        _perStep = 1 / step;
        _ring = new uint[_slots * kinds * Buckets];
        _latencies = new uint[kinds * Buckets];
        _services = new uint[kinds * Buckets];
        _latencySums = new Sums[SumsPerKind * kinds];
        _serviceSums = new Sums[SumsPerKind * kinds];
        Latency = [.. Enumerable.Range(0, kinds).Select(_ => new LatencyHistogram())];
        Service = [.. Enumerable.Range(0, kinds).Select(_ => new LatencyHistogram())];
    }

    /// <summary>Response times kind by kind; complete after <see cref="Complete"/>.</summary>
    public IReadOnlyList<LatencyHistogram> Latency { get; }

    /// <summary>Service times kind by kind; complete after <see cref="Complete"/>.</summary>
    public IReadOnlyList<LatencyHistogram> Service { get; }

    /// <summary>Makes sure that answers up to an instant fit into the ring.</summary>
    /// <param name="latest">Seconds since the start of the run.</param>
    public void Reserve(double latest)
    {
        while (!Fits(latest))
        {
            Grow();
        }
    }

    /// <summary>Whether answers up to an instant fit into the ring.</summary>
    /// <param name="latest">Seconds since the start of the run.</param>
    public bool Fits(double latest) => Math.Min(latest * _perStep, _last) - _folded + 2 <= _slots;

    /// <summary>Where things are in the ring, when there is one kind.</summary>
    public StepPlaces Places => new(_perStep, _last, _slots - 1);

    /// <summary>The first response time of the ring; valid until the next <see cref="Reserve"/>.</summary>
    public ref uint Ring => ref MemoryMarshal.GetArrayDataReference(_ring);

    /// <summary>The first service time of all.</summary>
    public ref uint Services => ref MemoryMarshal.GetArrayDataReference(_services);

    /// <summary>Counts requests. Call <see cref="Reserve"/> before.</summary>
    public void Record(RequestBatch batch, int from, int to)
    {
        int count = to - from;
        Span<double> at = batch.Since.AsSpan(from, count);
        Span<double> service = batch.Service.AsSpan(from, count);
        Span<double> overhead = batch.Overhead.AsSpan(from, count);
        Span<double> finish = batch.Finish.AsSpan(from, count);
        Span<int> kind = batch.Kind.AsSpan(from, count);
        if (_kinds == 1)
        {
            RecordOneKind(at, service, overhead, finish);
            AddSums(at, service, overhead, finish);
        }
        else
        {
            RecordKinds(at, service, overhead, finish, kind);
        }
    }

    /// <summary>Takes the next step out of the ring.</summary>
    /// <returns>How many answers arrived in it and their quantiles, seconds; NaN without answers.</returns>
    public StepSummary Fold()
    {
        int slot = _folded & (_slots - 1);
        int from = Buckets;
        int to = 0;
        for (int kind = 0; kind < _kinds; kind++)
        {
            ReadOnlySpan<uint> counts = SlotOf(slot, kind);
            int first = counts.IndexOfAnyExcept(0u);
            from = first < 0 ? from : Math.Min(from, first);
            to = Math.Max(to, counts.LastIndexOfAnyExcept(0u) + 1);
        }

        _folded++;
        if (from >= to)
        {
            return new StepSummary(0, double.NaN, double.NaN, double.NaN);
        }

        Array.Clear(_folding);
        long count = 0;
        for (int kind = 0; kind < _kinds; kind++)
        {
            Span<uint> counts = SlotOf(slot, kind)[from..to];
            Span<uint> totals = _latencies.AsSpan((kind * Buckets) + from, counts.Length);
            for (int i = 0; i < counts.Length; i++)
            {
                totals[i] += counts[i];
                _folding[from + i] += counts[i];
                count += counts[i];
            }

            counts.Clear();
        }

        return new StepSummary(
            count, Quantile(from, count, 0.5), Quantile(from, count, 0.95), Quantile(from, count, 0.99));
    }

    /// <summary>Folds everything that is left, wherever it lies, into the histograms.</summary>
    public void Complete()
    {
        for (int i = 0; i < _slots; i++)
        {
            Fold();
        }

        for (int kind = 0; kind < _kinds; kind++)
        {
            Sums latency = Total(_latencySums, kind);
            Sums service = Total(_serviceSums, kind);
            Latency[kind].Add(_latencies.AsSpan(kind * Buckets, Buckets), latency.Sum, latency.Max);
            Service[kind].Add(_services.AsSpan(kind * Buckets, Buckets), service.Sum, service.Max);
        }
    }

    private Sums Total(Sums[] sums, int kind)
    {
        Sums total = default;
        for (int i = 0; i < SumsPerKind; i++)
        {
            total.Add(sums[(i * _kinds) + kind].Sum, sums[(i * _kinds) + kind].Max);
        }

        return total;
    }

    private Span<uint> SlotOf(int slot, int kind) => _ring.AsSpan(((slot * _kinds) + kind) * Buckets, Buckets);

    private double Quantile(int from, long count, double share)
    {
        long rank = Math.Clamp((long)Math.Ceiling(share * count), 1, count);
        long seen = 0;
        int index = from;
        while ((seen += _folding[index]) < rank)
        {
            index++;
        }

        return (LatencyHistogram.LowerBound(index) + LatencyHistogram.LowerBound(index + 1)) / 2;
    }

    /// <summary>First all places, eight at a time and without a branch, then all counts.</summary>
    private void RecordOneKind(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, ReadOnlySpan<double> overhead,
        ReadOnlySpan<double> finish)
    {
        int vectors = Avx512DQ.IsSupported ? at.Length & -8 : 0;
        if (vectors > 0)
        {
            FindPlaces(at[..vectors], service, overhead, finish);
        }

        for (int i = vectors; i < at.Length; i++)
        {
            double answered = finish[i] + overhead[i];
            _latencyPlaces[i] = PlaceOf(answered, answered - at[i]);
            _servicePlaces[i] = LatencyHistogram.IndexOf(service[i]);
        }

        Count(_latencyPlaces.AsSpan(0, at.Length), _servicePlaces.AsSpan(0, at.Length), _ring, _services);
    }

    /// <summary>What <see cref="LatencyHistogram.IndexOf"/> and the ring say, in eight lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FindPlaces(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, ReadOnlySpan<double> overhead,
        ReadOnlySpan<double> finish)
    {
        unchecked
        {
            ref double ats = ref MemoryMarshal.GetReference(at); // all as long as this one, or longer
            ref double services = ref MemoryMarshal.GetReference(service);
            ref double overheads = ref MemoryMarshal.GetReference(overhead);
            ref double finishes = ref MemoryMarshal.GetReference(finish);
            ref int latencyPlaces = ref MemoryMarshal.GetArrayDataReference(_latencyPlaces);
            ref int servicePlaces = ref MemoryMarshal.GetArrayDataReference(_servicePlaces);
            var perStep = Vector512.Create(_perStep);
            var last = Vector512.Create((long)_last);
            var mask = Vector512.Create((long)(_slots - 1));
            for (nuint i = 0; i < (nuint)at.Length; i += 8)
            {
                Vector512<double> answered = Vector512.LoadUnsafe(ref finishes, i)
                    + Vector512.LoadUnsafe(ref overheads, i);
                StepPlaces.Find(answered, answered - Vector512.LoadUnsafe(ref ats, i), perStep, last, mask)
                    .StoreUnsafe(ref latencyPlaces, i);
                StepPlaces.IndexOf(Vector512.LoadUnsafe(ref services, i)).StoreUnsafe(ref servicePlaces, i);
            }
        }
    }

    /// <summary>The place of a response time in the ring, when there is one kind.</summary>
    /// <param name="answered">Seconds since the start of the run.</param>
    /// <param name="latency">Seconds.</param>
    public int PlaceOf(double answered, double latency)
    {
        unchecked
        {
            long step = Math.Min(double.ConvertToIntegerNative<long>(answered * _perStep), _last);
            return (((int)step & (_slots - 1)) * Buckets) + LatencyHistogram.IndexOf(latency);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Count(
        ReadOnlySpan<int> latencyPlaces, ReadOnlySpan<int> servicePlaces, uint[] ring, uint[] services)
    {
        unchecked
        {
            ref uint latencies = ref MemoryMarshal.GetArrayDataReference(ring); // Reserve has made it large enough
            ref uint held = ref MemoryMarshal.GetArrayDataReference(services);
            servicePlaces = servicePlaces[..latencyPlaces.Length];
            for (int i = 0; i < latencyPlaces.Length; i++)
            {
                Unsafe.Add(ref latencies, (nint)latencyPlaces[i])++;
                Unsafe.Add(ref held, (nint)servicePlaces[i])++;
            }
        }
    }

    /// <summary>Sums and maxima of one kind, in eight lanes on every processor, so that all round alike.</summary>
    private void AddSums(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, ReadOnlySpan<double> overhead,
        ReadOnlySpan<double> finish)
    {
        LaneSums sums = default;
        int i = 0;
        for (; i <= at.Length - 8; i += 8)
        {
            Vector512<double> latency = Vector512.Create(finish.Slice(i, 8)) + Vector512.Create(overhead.Slice(i, 8))
                - Vector512.Create(at.Slice(i, 8));
            var held = Vector512.Create(service.Slice(i, 8));
            sums.Latency += latency;
            sums.LatencyMax = Vector512.MaxNative(sums.LatencyMax, latency);
            sums.Service += held;
            sums.ServiceMax = Vector512.MaxNative(sums.ServiceMax, held);
        }

        AddSums(sums);
        for (; i < at.Length; i++)
        {
            AddSums(finish[i] + overhead[i] - at[i], service[i]);
        }
    }

    /// <summary>Adds up the durations of one kind: those of each lane, in order.</summary>
    public void AddSums(in LaneSums sums)
    {
        for (int lane = 0; lane < 8; lane++)
        {
            _latencySums[0].Add(sums.Latency[lane], sums.LatencyMax[lane]);
            _serviceSums[0].Add(sums.Service[lane], sums.ServiceMax[lane]);
        }
    }

    /// <summary>Adds one request of one kind.</summary>
    public void AddSums(double latency, double service)
    {
        _latencySums[0].Add(latency, latency);
        _serviceSums[0].Add(service, service);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RecordKinds(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, ReadOnlySpan<double> overhead,
        ReadOnlySpan<double> finish, ReadOnlySpan<int> kind)
    {
        unchecked
        {
            ref uint ring = ref MemoryMarshal.GetArrayDataReference(_ring); // Reserve has made it large enough
            ref uint services = ref MemoryMarshal.GetArrayDataReference(_services);
            ref Sums latencySums = ref MemoryMarshal.GetArrayDataReference(_latencySums);
            ref Sums serviceSums = ref MemoryMarshal.GetArrayDataReference(_serviceSums);
            double perStep = _perStep;
            int kinds = _kinds;
            int mask = _slots - 1;
            int last = _last;
            service = service[..at.Length];
            overhead = overhead[..at.Length];
            finish = finish[..at.Length];
            kind = kind[..at.Length];
            for (int i = 0; i < at.Length; i++)
            {
                int which = kind[i];
                double answered = finish[i] + overhead[i];
                double latency = answered - at[i];
                int slot = (int)Math.Min(double.ConvertToIntegerNative<long>(answered * perStep), last) & mask;
                Unsafe.Add(ref ring, (((slot * kinds) + which) * Buckets) + LatencyHistogram.IndexOf(latency))++;
                Unsafe.Add(ref services, (which * Buckets) + LatencyHistogram.IndexOf(service[i]))++;
                int sums = ((i & (SumsPerKind - 1)) * kinds) + which; // several, so that none waits for the one before
                Unsafe.Add(ref latencySums, sums).Add(latency, latency);
                Unsafe.Add(ref serviceSums, sums).Add(service[i], service[i]);
            }
        }
    }

    private void Grow()
    {
        int slotLength = _kinds * Buckets;
        var larger = new uint[_ring.Length * 2];
        for (int step = _folded; step < _folded + _slots; step++)
        {
            Array.Copy(
                _ring, (step & (_slots - 1)) * slotLength,
                larger, (step & ((_slots * 2) - 1)) * slotLength, slotLength);
        }

        _ring = larger;
        _slots *= 2;
    }

    /// <summary>Sums and maxima of eight lanes.</summary>
    public struct LaneSums
    {
        public Vector512<double> Latency;
        public Vector512<double> LatencyMax;
        public Vector512<double> Service;
        public Vector512<double> ServiceMax;
    }

    private struct Sums
    {
        public double Sum;
        public double Max;

        public void Add(double sum, double max)
        {
            Sum += sum;
            Max = double.MaxNative(Max, max);
        }
    }
}

/// <summary>The answers of one step.</summary>
/// <param name="Count">How many arrived.</param>
/// <param name="P50">Seconds; NaN without answers.</param>
/// <param name="P95">Seconds; NaN without answers.</param>
/// <param name="P99">Seconds; NaN without answers.</param>
internal readonly record struct StepSummary(long Count, double P50, double P95, double P99);
