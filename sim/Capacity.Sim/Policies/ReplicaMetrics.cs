using Capacity.Model;
using Capacity.Sim.Cluster;
using Capacity.Sim.Requests;

namespace Capacity.Sim.Policies;

/// <summary>One measurement of one replica.</summary>
/// <param name="Replica">Whose.</param>
/// <param name="Value">Mean since the measurement before: workers or cores that were busy, or requests per second.
/// </param>
/// <param name="At">When it was measured.</param>
/// <param name="Window">Since when it is the mean.</param>
internal sealed record ReplicaSample(Replica Replica, double Value, Instant At, TimeSpan Window);

/// <summary>The metrics system that a policy asks: measures every replica now and then, and answers late.</summary>
internal sealed class ReplicaMetrics(MetricPolicyModel settings, RequestEngine engine, Instant first)
{
    private readonly Queue<(Instant At, IReadOnlyList<ReplicaSample> Samples)> _unseen = new();
    private readonly Dictionary<int, (Instant At, double Value)> _before = [];

    /// <summary>When it measures next.</summary>
    public Instant NextDue { get; private set; } = first;

    /// <summary>The newest measurements that can be seen; empty before there are any.</summary>
    /// <param name="now">Not before the previous call.</param>
    public IReadOnlyList<ReplicaSample> Seen(Instant now)
    {
        while (_unseen.TryPeek(out (Instant At, IReadOnlyList<ReplicaSample> Samples) next)
            && next.At + TimeSpan.FromSeconds(settings.Lag) <= now)
        {
            Newest = _unseen.Dequeue().Samples;
        }

        return Newest;
    }

    private IReadOnlyList<ReplicaSample> Newest { get; set; } = [];

    /// <summary>Measures, when it is due.</summary>
    public void Advance(Instant now, IReadOnlyList<Replica> replicas)
    {
        if (NextDue > now)
        {
            return;
        }

        var samples = new List<ReplicaSample>();
        foreach (Replica replica in replicas)
        {
            if (!replica.Started || replica.GoneAt <= now)
            {
                continue;
            }

            double value = settings.Metric == ScalingMetric.Requests
                ? engine.RequestsOf(replica.Index)
                : engine.WorkDone(replica.Index);
            (Instant at, double was) = _before.TryGetValue(replica.Index, out (Instant At, double Value) known)
                ? known
                : (replica.StartsAt, 0);
            _before[replica.Index] = (now, value);
            if (now > at)
            {
                samples.Add(new ReplicaSample(
                    replica, Math.Max(0, value - was) / (now - at).TotalSeconds, now, now - at));
            }
        }

        _unseen.Enqueue((now, samples));
        NextDue += TimeSpan.FromSeconds(settings.Every);
    }
}
