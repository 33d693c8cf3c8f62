using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>Where a pod is in its life.</summary>
public enum HpaPodPhase
{
    /// <summary>Accepted, but its containers do not all run yet.</summary>
    Pending,

    /// <summary>Bound to a node, at least one container runs.</summary>
    Running,

    /// <summary>All containers ended well: no longer counted.</summary>
    Succeeded,

    /// <summary>All containers ended, one of them badly: no longer counted.</summary>
    Failed,

    /// <summary>The node does not answer.</summary>
    Unknown,
}

/// <summary>One pod as the autoscaler sees it: a replica of the service.</summary>
/// <param name="Name">Unique among the pods of a snapshot.</param>
public sealed record HpaPod(string Name)
{
    /// <summary>Where the pod is in its life.</summary>
    public HpaPodPhase Phase { get; init; } = HpaPodPhase.Running;

    /// <summary>Whether the pod is being removed.</summary>
    public bool Terminating { get; init; }

    /// <summary>Whether the pod passes its readiness check; null when it never reported one.</summary>
    public bool? Ready { get; init; } = true;

    /// <summary>When <see cref="Ready"/> last changed.</summary>
    public Instant ReadyChangedAt { get; init; }

    /// <summary>When the pod was started; null when it was not.</summary>
    public Instant? StartedAt { get; init; } = default(Instant);

    /// <summary>What each container asks for of the resource, in thousandths (of a core, of a byte); null when
    /// it states nothing, which makes a utilization target fail.</summary>
    public IReadOnlyList<long>? RequestsMilli { get; init; }

    /// <summary>Whether the pod is no longer counted.</summary>
    internal bool Ended => Terminating || Phase is HpaPodPhase.Failed or HpaPodPhase.Succeeded;
}

/// <summary>What one pod uses, or reports.</summary>
/// <param name="Pod">Name of the pod; names that are no pod's are allowed and mean an older pod.</param>
/// <param name="ContainersMilli">Value of each container in thousandths; one entry for a metric of the pod. Empty:
/// the metric is missing.</param>
/// <param name="At">End of the window that the value covers.</param>
/// <param name="Window">Length of that window.</param>
public sealed record HpaPodSample(string Pod, IReadOnlyList<long> ContainersMilli, Instant At, TimeSpan Window)
{
    /// <summary>The value of a container, or of the whole pod.</summary>
    /// <param name="container">Index of the container; null for the sum over all.</param>
    /// <returns>Null when the sample has no such container.</returns>
    internal long? ValueMilli(int? container) => container is { } index
        ? index >= 0 && index < ContainersMilli.Count ? ContainersMilli[index] : null
        : ContainersMilli.Count == 0 ? null : HpaNumber.Sum(ContainersMilli);
}

/// <summary>What the metrics system answered for one metric of the autoscaler.</summary>
public sealed record HpaReading
{
    /// <summary>Per-pod values, for resource and pods metrics. Empty: the query failed.</summary>
    public IReadOnlyList<HpaPodSample> Pods { get; init; } = [];

    /// <summary>Values in thousandths, for object metrics (the first counts) and external ones (their sum counts).
    /// Empty: the query failed.</summary>
    public IReadOnlyList<long> ValuesMilli { get; init; } = [];

    /// <summary>Why there is no answer; null when there is one.</summary>
    public string? Failure { get; init; }
}

/// <summary>Everything that one pass looks at.</summary>
/// <param name="Replicas">Replicas asked for: the target's spec.</param>
/// <param name="StatusReplicas">Replicas that exist: the target's status. Only average values of object and external
/// metrics use it.</param>
/// <param name="Pods">Pods of the target, in any order.</param>
/// <param name="Readings">One per metric of <see cref="HpaSpec.Metrics"/>, in its order; a missing one failed.</param>
public sealed record HpaSnapshot(
    int Replicas, int StatusReplicas, IReadOnlyList<HpaPod> Pods, IReadOnlyList<HpaReading> Readings);
