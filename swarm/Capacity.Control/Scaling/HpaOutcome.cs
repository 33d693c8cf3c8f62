namespace Capacity.Control.Scaling;

/// <summary>One line of the autoscaler's status.</summary>
/// <param name="Type"><c>AbleToScale</c>, <c>ScalingActive</c>, <c>ScalingLimited</c> or <c>ScaledToZero</c>.</param>
/// <param name="Holds">Whether it is true.</param>
/// <param name="Reason">Why, in one word.</param>
public sealed record HpaCondition(string Type, bool Holds, string Reason);

/// <summary>What one pass decided.</summary>
/// <param name="Replicas">Replicas to ask for from now on; those of the snapshot when nothing changes.</param>
/// <param name="Changed">Whether the scale is written.</param>
/// <param name="Reason">Why it is written, as the event tells; empty when it is not.</param>
public sealed record HpaOutcome(int Replicas, bool Changed, string Reason)
{
    /// <summary>Why the pass could not decide, and so changed nothing; null when it could.</summary>
    public string? Error { get; init; }

    /// <summary>Why some metric could not be computed; null when all could. Without an <see cref="Error"/> the others
    /// were enough.</summary>
    public string? MetricError { get; init; }

    /// <summary>What each metric asks for, in the order of the metrics; empty when none was computed.</summary>
    public IReadOnlyList<HpaProposal> Proposals { get; init; } = [];

    /// <summary>The status, oldest type first; a condition stays until a pass sets it again.</summary>
    public IReadOnlyList<HpaCondition> Conditions { get; init; } = [];
}

/// <summary>What the controller remembers of one autoscaler; lost when it restarts, but for the last.</summary>
public sealed record HpaHistory
{
    /// <summary>Recommendations; null before the first pass, which then starts with the replicas it finds. This alone
    /// keeps replicas up for a whole window after a restart.</summary>
    public IReadOnlyList<HpaRecommendation>? Recommendations { get; init; }

    /// <summary>Changes upwards; only with a behavior.</summary>
    public IReadOnlyList<HpaScaleEvent> Added { get; init; } = [];

    /// <summary>Changes downwards; only with a behavior.</summary>
    public IReadOnlyList<HpaScaleEvent> Removed { get; init; } = [];

    /// <summary>Whether the last change, made by the autoscaler, was to 0. Kept in the status, not in memory.</summary>
    public bool ScaledToZero { get; init; }
}
