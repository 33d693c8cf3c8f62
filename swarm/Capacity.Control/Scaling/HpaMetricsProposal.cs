namespace Capacity.Control.Scaling;

/// <summary>What all metrics together ask for.</summary>
/// <param name="Replicas">The largest proposal; meaningless when <paramref name="Decides"/> is false.</param>
/// <param name="Decides">Whether to act: false when all metrics failed, or when some did and the others would
/// remove replicas.</param>
/// <param name="Metric">The metric that asks for the most; null when none answered.</param>
/// <param name="Failed">The first metric that failed; null when none did.</param>
/// <param name="Error">Why it failed, and how many did; null when none did.</param>
/// <param name="All">One answer per metric.</param>
public sealed record HpaMetricsProposal(int Replicas, bool Decides, HpaMetric? Metric, HpaMetric? Failed,
    string? Error, IReadOnlyList<HpaProposal> All)
{
    private static readonly HpaReading Absent = new();

    /// <summary>Computes all metrics of a pass.</summary>
    /// <param name="metrics">Metrics, at least one.</param>
    /// <param name="snapshot">What the pass sees.</param>
    /// <param name="pass">When, and how strictly.</param>
    /// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, computeReplicasForMetrics.</remarks>
    public static HpaMetricsProposal Of(IReadOnlyList<HpaMetric> metrics, HpaSnapshot snapshot, HpaPass pass)
    {
        var all = new List<HpaProposal>(metrics.Count);
        int replicas = 0;
        HpaMetric? largest = null;
        HpaMetric? failed = null;
        string? error = null;
        int failures = 0;
        for (int i = 0; i < metrics.Count; i++)
        {
            HpaReading reading = i < snapshot.Readings.Count ? snapshot.Readings[i] : Absent;
            HpaProposal proposal = One(metrics[i], snapshot, reading, pass);
            all.Add(proposal);
            if (proposal.Error is { } why)
            {
                failures++;
                failed ??= metrics[i];
                error ??= why;
            }
            else if (replicas == 0 || proposal.Replicas > replicas)
            {
                replicas = proposal.Replicas;
                largest = metrics[i];
            }
        }

        bool decides = failures < metrics.Count && (failures == 0 || replicas >= snapshot.Replicas);
        string? told = error is null
            ? null
            : $"invalid metrics ({failures} invalid out of {metrics.Count}), first error is: {error}";
        return new HpaMetricsProposal(replicas, decides, largest, failed, told, all);
    }

    private static HpaProposal One(HpaMetric metric, HpaSnapshot snapshot, HpaReading reading, HpaPass pass) =>
        metric switch
        {
            HpaMetric.ResourceUtilization m =>
                HpaPerPodReplicas.Utilization(m, snapshot.Replicas, snapshot.Pods, reading, pass),
            HpaMetric.ResourceAverageValue m =>
                HpaPerPodReplicas.Usage(m, snapshot.Replicas, snapshot.Pods, reading, pass),
            HpaMetric.Pods m => HpaPerPodReplicas.Metric(m, snapshot.Replicas, snapshot.Pods, reading, pass),
            HpaMetric.OfObject m => HpaTotalReplicas.OfObject(m, snapshot, reading, pass.Tolerance),
            HpaMetric.External m => HpaTotalReplicas.External(m, snapshot, reading, pass.Tolerance),
            HpaMetric.OfUnknownType m => HpaProposal.Failed($"unknown metric source type \"{m.Type}\""),
            _ => HpaProposal.Failed($"unknown metric source type \"{metric.GetType().Name}\""),
        };
}
