using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>
/// Counts answers of a single kind by replica and by step in two passes over the requests: first all places, eight at
/// a time and without a branch, then all counts.
/// </summary>
/// <remarks>The same bits as <see cref="ScrapeCounters"/> and <see cref="StepRecorder"/> by themselves, which read each
/// request four times. For processors with registers of 512 bits.</remarks>
/// <param name="counters">By replica.</param>
/// <param name="recorder">By step.</param>
/// <param name="series">The series that the kind counts in.</param>
internal sealed class OneKindCounts(ScrapeCounters counters, StepRecorder recorder, int series)
{
    private readonly uint[] _cells = new uint[RequestBatch.Size];
    private readonly double[] _seconds = new double[RequestBatch.Size];
    private readonly uint[] _latencies = new uint[RequestBatch.Size];
    private readonly uint[] _services = new uint[RequestBatch.Size];
    private StepRecorder.LaneSums _sums;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx512DQ.IsSupported;

    /// <summary>Finds out where requests count, as the rings are now, and changes nothing yet.</summary>
    /// <returns>The last answer, the longest that an attempt spent with its replica, and the slowest answer.</returns>
    public (double Latest, double Longest, double Slowest) Prepare(RequestBatch batch, int from, int to)
    {
        int count = to - from;
        int whole = count & -8;
        ReadOnlySpan<double> at = batch.At.AsSpan(from, count);
        ReadOnlySpan<double> service = batch.Service.AsSpan(from, count);
        ReadOnlySpan<double> overhead = batch.Overhead.AsSpan(from, count);
        ReadOnlySpan<double> finish = batch.Finish.AsSpan(from, count);
        ReadOnlySpan<int> replica = batch.Replica.AsSpan(from, count);
        ReadOnlySpan<double> phase = counters.PhasesOf(replica);
        ReadOnlySpan<double> since = batch.Since.AsSpan(from, count);
        (double latest, double longest, double slowest) =
            FindPlaces(at[..whole], since, service, overhead, finish, replica, phase);
        int row = RowOf(counters.Places);
        for (int i = whole; i < count; i++)
        {
            double answered = finish[i] + overhead[i];
            double seconds = finish[i] - at[i];
            _cells[i] = (uint)(counters.PlaceOf(finish[i] - phase[i], seconds, replica[i]) + row);
            _seconds[i] = seconds;
            _latencies[i] = (uint)recorder.PlaceOf(answered, answered - since[i]);
            _services[i] = (uint)LatencyHistogram.IndexOf(service[i]);
            latest = Math.Max(latest, answered);
            longest = Math.Max(longest, seconds);
            slowest = Math.Max(slowest, answered - at[i]);
        }

        return (latest, longest, slowest);
    }

    /// <summary>Counts the requests that have just been prepared; the rings have not changed in between.</summary>
    public void Count(RequestBatch batch, int from, int to)
    {
        int count = to - from;
        Count(
            _cells.AsSpan(0, count), _seconds, _latencies, _services, ref counters.Ring, ref recorder.Ring,
            ref recorder.Services);
        recorder.AddSums(_sums);
        for (int i = to - (count & 7); i < to; i++)
        {
            recorder.AddSums(batch.Finish[i] + batch.Overhead[i] - batch.Since[i], batch.Service[i]);
        }
    }

    /// <summary>A leaf loop: the only one that touches what is counted.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Count(
        ReadOnlySpan<uint> cells, double[] seconds, uint[] latencies, uint[] services, ref uint cellCounts,
        ref uint latencyCounts, ref uint serviceCounts)
    {
        unchecked
        {
            ref uint cell = ref MemoryMarshal.GetReference(cells);
            ref double held = ref MemoryMarshal.GetArrayDataReference(seconds);
            ref uint latency = ref MemoryMarshal.GetArrayDataReference(latencies);
            ref uint service = ref MemoryMarshal.GetArrayDataReference(services);
            nuint count = (nuint)cells.Length;
            for (nuint i = 0; i < count; i++)
            {
                uint place = Unsafe.Add(ref cell, i);
                Unsafe.Add(ref cellCounts, place)++;
                ref uint first = ref Unsafe.Add(ref cellCounts, place & ScrapePlaces.FirstOfCell);
                Unsafe.As<uint, double>(ref Unsafe.Add(ref first, ScrapePlaces.SumOfCell)) += Unsafe.Add(ref held, i);
                Unsafe.Add(ref latencyCounts, Unsafe.Add(ref latency, i))++;
                Unsafe.Add(ref serviceCounts, Unsafe.Add(ref service, i))++;
            }
        }
    }

    private int RowOf(ScrapePlaces ring) => unchecked(series * ((int)ring.Mask + 1) << ScrapePlaces.CellBits);

    /// <summary>A leaf loop over whole eights.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (double Latest, double Longest, double Slowest) FindPlaces(
        ReadOnlySpan<double> at, ReadOnlySpan<double> since, ReadOnlySpan<double> service,
        ReadOnlySpan<double> overhead, ReadOnlySpan<double> finish, ReadOnlySpan<int> replica,
        ReadOnlySpan<double> phase)
    {
        ref double ats = ref MemoryMarshal.GetReference(at); // the others are as long, or longer
        ref double sinces = ref MemoryMarshal.GetReference(since);
        ref double servicesOf = ref MemoryMarshal.GetReference(service);
        ref double overheads = ref MemoryMarshal.GetReference(overhead);
        ref double finishes = ref MemoryMarshal.GetReference(finish);
        ref int replicas = ref MemoryMarshal.GetReference(replica);
        ref double phases = ref MemoryMarshal.GetReference(phase);
        ref uint cells = ref MemoryMarshal.GetArrayDataReference(_cells);
        ref double secondsOf = ref MemoryMarshal.GetArrayDataReference(_seconds);
        ref uint latencies = ref MemoryMarshal.GetArrayDataReference(_latencies);
        ref uint services = ref MemoryMarshal.GetArrayDataReference(_services);
        ScrapePlaces scrapes = counters.Places;
        StepPlaces steps = recorder.Places;
        var perInterval = Vector512.Create(scrapes.PerInterval);
        var lastScrape = Vector512.Create(scrapes.Last);
        var scrapeMask = Vector512.Create(scrapes.Mask);
        var perReplica = Vector256.Create(scrapes.PerReplica);
        var row = Vector256.Create(RowOf(scrapes));
        var perStep = Vector512.Create(steps.PerStep);
        var lastStep = Vector512.Create(steps.Last);
        var stepMask = Vector512.Create(steps.Mask);
        Vector512<double> latest = Vector512<double>.Zero;
        Vector512<double> longest = Vector512<double>.Zero;
        Vector512<double> slowest = Vector512<double>.Zero;
        Vector512<double> latencySum = Vector512<double>.Zero;
        Vector512<double> latencyMax = Vector512<double>.Zero;
        Vector512<double> serviceSum = Vector512<double>.Zero;
        Vector512<double> serviceMax = Vector512<double>.Zero;
        for (nuint i = 0; i < (nuint)at.Length; i = unchecked(i + 8))
        {
            var done = Vector512.LoadUnsafe(ref finishes, i);
            var sent = Vector512.LoadUnsafe(ref ats, i);
            Vector512<double> seconds = done - sent;
            longest = Vector512.MaxNative(longest, seconds);
            seconds.StoreUnsafe(ref secondsOf, i);
            Vector256<int> cell = ScrapePlaces.Find(
                done - Vector512.LoadUnsafe(ref phases, i), seconds, perInterval, lastScrape, scrapeMask);
            (cell + row + (Vector256.LoadUnsafe(ref replicas, i) * perReplica)).AsUInt32().StoreUnsafe(ref cells, i);

            Vector512<double> answered = done + Vector512.LoadUnsafe(ref overheads, i);
            Vector512<double> latency = answered - Vector512.LoadUnsafe(ref sinces, i);
            slowest = Vector512.MaxNative(slowest, answered - sent);
            latest = Vector512.MaxNative(latest, answered);
            latencySum += latency;
            latencyMax = Vector512.MaxNative(latencyMax, latency);
            StepPlaces.Find(answered, latency, perStep, lastStep, stepMask).AsUInt32().StoreUnsafe(ref latencies, i);

            var held = Vector512.LoadUnsafe(ref servicesOf, i);
            serviceSum += held;
            serviceMax = Vector512.MaxNative(serviceMax, held);
            StepPlaces.IndexOf(held).AsUInt32().StoreUnsafe(ref services, i);
        }

        _sums.Latency = latencySum;
        _sums.LatencyMax = latencyMax;
        _sums.Service = serviceSum;
        _sums.ServiceMax = serviceMax;
        return (Largest(latest), Largest(longest), Largest(slowest));
    }

    private static double Largest(Vector512<double> lanes)
    {
        Vector256<double> four = Vector256.MaxNative(lanes.GetLower(), lanes.GetUpper());
        Vector128<double> two = Vector128.MaxNative(four.GetLower(), four.GetUpper());
        return double.MaxNative(two.GetElement(0), two.GetElement(1));
    }
}
