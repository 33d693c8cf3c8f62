using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Load;

/// <summary>Counts what happened in the last second, for whoever watches a run.</summary>
/// <remarks>
/// One thread at a time records. The one that watches may read meanwhile: each count is then one that was right a
/// moment ago. Its memory is used again and again, so that watching leaves nothing behind.
/// </remarks>
internal sealed class RecentTally
{
    private const int Parts = 4; // quarters of a second
    private readonly Part[] _ring = [new(), new(), new(), new(), new()]; // the open one, and those before it
    private readonly LatencyHistogram _latency = new();
    private readonly LatencyHistogram _lateness = LatencyHistogram.Fine();
    private volatile Part _open;
    private int _closed;

    public RecentTally() => _open = _ring[0];

    /// <summary>A request was due.</summary>
    public void Schedule() => _open.Scheduled++;

    /// <summary>A request was answered.</summary>
    /// <param name="latency">After this many seconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Record(double latency)
    {
        Part part = _open;
        part.Counts[LatencyHistogram.IndexOf(latency)]++;
        part.Max = Math.Max(part.Max, latency);
    }

    /// <summary>What happened in the last second. To be called every quarter of a second, by one thread.</summary>
    /// <param name="elapsed">Seconds since the start of the run.</param>
    /// <param name="inFlight">Requests without an answer yet.</param>
    /// <param name="lateness">Sent minus scheduled since the start.</param>
    /// <param name="finished">Requests finished since the start.</param>
    /// <param name="failed">Requests failed since the start.</param>
    public LoadProgress Progress(double elapsed, int inFlight, DurationCounts lateness, long finished, long failed)
    {
        Part next = _ring[++_closed % _ring.Length];
        next.Clear();
        _open = next;
        _latency.Clear();
        double scheduled = 0;
        int parts = Math.Min(_closed, Parts);
        for (int i = 1; i <= parts; i++)
        {
            Part part = _ring[(_closed - i) % _ring.Length];
            _latency.Add(part.Counts, 0, part.Max);
            scheduled += part.Scheduled;
        }

        _lateness.Clear();
        lateness.AddTo(_lateness);
        return new LoadProgress(elapsed, scheduled * Parts / parts, inFlight, _latency.Quantile(0.5),
            _latency.Quantile(0.95), _latency.Quantile(0.99), finished, failed)
        {
            LatenessP99 = _lateness.Quantile(0.99),
        };
    }

    private sealed class Part
    {
        public uint[] Counts { get; } = new uint[LatencyHistogram.Buckets];

        public long Scheduled { get; set; }

        public double Max { get; set; }

        public void Clear()
        {
            Array.Clear(Counts);
            Scheduled = 0;
            Max = 0;
        }
    }
}
