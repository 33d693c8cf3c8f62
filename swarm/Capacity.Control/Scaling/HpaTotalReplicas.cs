namespace Capacity.Control.Scaling;

/// <summary>Metrics that are one number for the whole service → replicas.</summary>
/// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go.</remarks>
public static class HpaTotalReplicas
{
    /// <summary>Keeps a total at its target.</summary>
    /// <param name="totalMilli">The metric.</param>
    /// <param name="targetMilli">Its target.</param>
    /// <param name="current">Replicas asked for now. From 0 the ratio itself is rounded up, without tolerance.</param>
    /// <param name="readyPods">Running pods that are ready; null when there are no pods at all. The ratio multiplies
    /// these and not <paramref name="current"/>.</param>
    /// <param name="tolerance">How far from the target nothing changes.</param>
    /// <returns>Replicas and the total; or an error when pods are needed and there are none.</returns>
    public static HpaProposal Value(
        long totalMilli, long targetMilli, int current, int? readyPods, HpaTolerance tolerance)
    {
        double ratio = (double)totalMilli / targetMilli;
        if (current == 0)
        {
            return new HpaProposal(HpaNumber.Ceiling(ratio), totalMilli);
        }

        if (tolerance.Contains(ratio))
        {
            return new HpaProposal(current, totalMilli);
        }

        return readyPods is { } ready
            ? new HpaProposal(HpaNumber.Ceiling(ratio * ready), totalMilli)
            : HpaProposal.Failed("no pods returned by selector while calculating replica count");
    }

    /// <summary>Keeps a total divided by the replicas at its target.</summary>
    /// <param name="totalMilli">The metric.</param>
    /// <param name="targetMilli">Target per replica.</param>
    /// <param name="statusReplicas">Replicas that exist: not those asked for.</param>
    /// <param name="tolerance">How far from the target nothing changes.</param>
    /// <returns>Replicas, and the metric per replica that exists, rounded up.</returns>
    public static HpaProposal AverageValue(
        long totalMilli, long targetMilli, int statusReplicas, HpaTolerance tolerance)
    {
        double ratio = totalMilli / ((double)targetMilli * statusReplicas);
        int replicas = tolerance.Contains(ratio)
            ? statusReplicas
            : HpaNumber.Ceiling((double)totalMilli / targetMilli);
        return new HpaProposal(replicas, HpaNumber.PerReplica(totalMilli, statusReplicas));
    }

    /// <summary>Adds up the series of an external metric.</summary>
    /// <param name="valuesMilli">Values.</param>
    /// <param name="perPod">Whether the target is per pod. Then a sum below 0 on the way is taken for an overflow, and
    /// becomes the largest number: the original's rule, not a wish.</param>
    /// <returns>The sum, at most <see cref="long.MaxValue"/>.</returns>
    public static long Total(IReadOnlyList<long> valuesMilli, bool perPod)
    {
        Int128 sum = 0;
        foreach (long value in valuesMilli)
        {
            sum += value;
            if (sum > long.MaxValue || (perPod && sum < 0))
            {
                return long.MaxValue;
            }
        }

        return HpaNumber.ToInt64(sum);
    }

    /// <summary>An object's metric.</summary>
    internal static HpaProposal OfObject(HpaMetric.OfObject metric, HpaSnapshot snapshot, HpaReading reading,
        HpaTolerance tolerance) =>
        reading.Failure is { } failure || Missing(reading, "custom", out failure)
            ? HpaProposal.Failed($"unable to get metric {metric.Name}: {failure}")
            : metric.PerPod
                ? AverageValue(reading.ValuesMilli[0], metric.TargetMilli, snapshot.StatusReplicas, tolerance)
                : Value(reading.ValuesMilli[0], metric.TargetMilli, snapshot.Replicas, ReadyPods(snapshot), tolerance);

    /// <summary>An external metric.</summary>
    internal static HpaProposal External(HpaMetric.External metric, HpaSnapshot snapshot, HpaReading reading,
        HpaTolerance tolerance)
    {
        if (reading.Failure is { } failure || Missing(reading, "external", out failure))
        {
            return HpaProposal.Failed($"unable to get external metric {metric.Name}: {failure}");
        }

        long total = Total(reading.ValuesMilli, metric.PerPod);
        return metric.PerPod
            ? AverageValue(total, metric.TargetMilli, snapshot.StatusReplicas, tolerance)
            : Value(total, metric.TargetMilli, snapshot.Replicas, ReadyPods(snapshot), tolerance);
    }

    private static bool Missing(HpaReading reading, string api, out string failure)
    {
        failure = $"no metrics returned from {api} metrics API";
        return reading.ValuesMilli.Count == 0;
    }

    private static int? ReadyPods(HpaSnapshot snapshot) => snapshot.Pods.Count == 0
        ? null
        : snapshot.Pods.Count(p => p.Phase == HpaPodPhase.Running && p.Ready == true);
}
