namespace Capacity.Control.Scaling;

/// <summary>One metric of the autoscaler with its target. All values are in thousandths.</summary>
/// <remarks>Source: Kubernetes, API autoscaling/v2, MetricSpec.</remarks>
public abstract record HpaMetric
{
    private HpaMetric()
    {
    }

    /// <summary>The condition's reason when the metric cannot be computed.</summary>
    internal abstract string FailureReason { get; }

    /// <summary>How messages call the metric.</summary>
    internal abstract string Title { get; }

    /// <summary>Whether the metric exists without pods, so that it can scale from and to zero.</summary>
    internal virtual bool WorksWithoutPods => false;

    /// <summary>Usage of a resource as a share of what the pods request.</summary>
    /// <param name="Resource"><c>cpu</c> or <c>memory</c>; only <c>cpu</c> looks at readiness.</param>
    /// <param name="TargetPercent">Target, per cent of the request; &gt; 0, may be above 100.</param>
    /// <param name="Container">Index of the container that counts; null for the whole pod.</param>
    public sealed record ResourceUtilization(string Resource, int TargetPercent, int? Container = null) : HpaMetric
    {
        internal override string FailureReason =>
            Container is null ? "FailedGetResourceMetric" : "FailedGetContainerResourceMetric";

        internal override string Title => $"{Resource} utilization";
    }

    /// <summary>Usage of a resource, mean over the pods.</summary>
    /// <param name="Resource"><c>cpu</c> or <c>memory</c>; only <c>cpu</c> looks at readiness.</param>
    /// <param name="TargetMilli">Target of the mean, &gt; 0.</param>
    /// <param name="Container">Index of the container that counts; null for the whole pod.</param>
    public sealed record ResourceAverageValue(string Resource, long TargetMilli, int? Container = null) : HpaMetric
    {
        internal override string FailureReason =>
            Container is null ? "FailedGetResourceMetric" : "FailedGetContainerResourceMetric";

        internal override string Title => $"{Resource} usage";
    }

    /// <summary>A metric of each pod, mean over the pods, whether they are ready or not.</summary>
    /// <param name="Name">Name of the metric.</param>
    /// <param name="TargetMilli">Target of the mean, &gt; 0.</param>
    public sealed record Pods(string Name, long TargetMilli) : HpaMetric
    {
        internal override string FailureReason => "FailedGetPodsMetric";

        internal override string Title => $"pods metric {Name}";
    }

    /// <summary>A metric of one object, for example requests per second of an ingress.</summary>
    /// <param name="Name">Name of the metric.</param>
    /// <param name="TargetMilli">Target, &gt; 0.</param>
    /// <param name="PerPod">Whether the target is of the value divided by the replicas.</param>
    public sealed record OfObject(string Name, long TargetMilli, bool PerPod = false) : HpaMetric
    {
        internal override string FailureReason => "FailedGetObjectMetric";

        internal override string Title => $"object metric {Name}";

        internal override bool WorksWithoutPods => true;
    }

    /// <summary>A metric from outside the cluster, for example the length of a queue; several series add up.</summary>
    /// <param name="Name">Name of the metric.</param>
    /// <param name="TargetMilli">Target, &gt; 0.</param>
    /// <param name="PerPod">Whether the target is of the sum divided by the replicas.</param>
    public sealed record External(string Name, long TargetMilli, bool PerPod = false) : HpaMetric
    {
        internal override string FailureReason => "FailedGetExternalMetric";

        internal override string Title => $"external metric {Name}";

        internal override bool WorksWithoutPods => true;
    }

    /// <summary>A metric of a type that does not exist; it always fails.</summary>
    /// <param name="Type">What the author wrote.</param>
    public sealed record OfUnknownType(string Type) : HpaMetric
    {
        internal override string FailureReason => "InvalidMetricSourceType";

        internal override string Title => $"metric of type {Type}";
    }
}
