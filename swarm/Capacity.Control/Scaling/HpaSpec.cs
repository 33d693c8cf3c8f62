namespace Capacity.Control.Scaling;

/// <summary>What the author of an autoscaler states.</summary>
/// <remarks>Source: Kubernetes, API autoscaling/v2, HorizontalPodAutoscalerSpec and its defaults.</remarks>
public sealed record HpaSpec
{
    /// <summary>Fewest replicas, ≥ 0. 0 is reached only by object and external metrics.</summary>
    public int Min { get; init; } = 1;

    /// <summary>Most replicas, ≥ <see cref="Min"/>.</summary>
    public required int Max { get; init; }

    /// <summary>Metrics; the largest proposal counts. Empty means CPU utilization of 80 %.</summary>
    public IReadOnlyList<HpaMetric> Metrics { get; init; } = [];

    /// <summary>Stabilization and rate limits. Null is not the same as the default behavior: without one, the older
    /// rules hold.</summary>
    public HpaBehavior? Behavior { get; init; }

    /// <summary>The metrics that are computed.</summary>
    internal IReadOnlyList<HpaMetric> EffectiveMetrics =>
        Metrics.Count > 0 ? Metrics : [new HpaMetric.ResourceUtilization("cpu", 80)];
}

/// <summary>Rules for both directions.</summary>
public sealed record HpaBehavior
{
    /// <summary>Rules for more replicas.</summary>
    public HpaScalingRules ScaleUp { get; init; } = HpaScalingRules.DefaultUp;

    /// <summary>Rules for fewer replicas.</summary>
    public HpaScalingRules ScaleDown { get; init; } = HpaScalingRules.DefaultDown;
}

/// <summary>Which of several policies counts.</summary>
public enum HpaSelectPolicy
{
    /// <summary>The one that allows the largest change.</summary>
    Max,

    /// <summary>The one that allows the smallest change.</summary>
    Min,

    /// <summary>None: no change in this direction.</summary>
    Disabled,
}

/// <summary>Rules for one direction. To change one field, write
/// <c>HpaScalingRules.DefaultUp with { … }</c>.</summary>
public sealed record HpaScalingRules
{
    /// <summary>What holds for unset fields of <c>scaleUp</c>: four pods or a doubling per 15 s, no window.</summary>
    public static HpaScalingRules DefaultUp { get; } = new()
    {
        StabilizationWindow = TimeSpan.Zero,
        Policies = [HpaPolicy.Pods(4, TimeSpan.FromSeconds(15)), HpaPolicy.Percent(100, TimeSpan.FromSeconds(15))],
    };

    /// <summary>What holds for unset fields of <c>scaleDown</c>: no limit, and the controller's window.</summary>
    public static HpaScalingRules DefaultDown { get; } = new()
    {
        Policies = [HpaPolicy.Percent(100, TimeSpan.FromSeconds(15))],
    };

    /// <summary>Which policy counts.</summary>
    public HpaSelectPolicy SelectPolicy { get; init; }

    /// <summary>How long recommendations are remembered, ≥ 0; null is the controller's
    /// <see cref="HpaOptions.DownscaleStabilization"/> downwards and nothing upwards.</summary>
    public TimeSpan? StabilizationWindow { get; init; }

    /// <summary>Limits of the change. Empty allows none.</summary>
    public IReadOnlyList<HpaPolicy> Policies { get; init; } = [];

    /// <summary>Share around 1 within which the ratio to the target changes nothing; null: the controller's.</summary>
    public double? Tolerance { get; init; }
}

/// <summary>One limit of the change within a period.</summary>
/// <param name="IsPercent">Whether <paramref name="Value"/> is per cent of the replicas at the period's start.</param>
/// <param name="Value">Pods or per cent, &gt; 0.</param>
/// <param name="Period">How far back changes count, &gt; 0.</param>
public sealed record HpaPolicy(bool IsPercent, int Value, TimeSpan Period)
{
    /// <summary>A limit in pods.</summary>
    public static HpaPolicy Pods(int value, TimeSpan period) => new(IsPercent: false, value, period);

    /// <summary>A limit in per cent of the replicas at the start of the period.</summary>
    public static HpaPolicy Percent(int value, TimeSpan period) => new(IsPercent: true, value, period);
}

/// <summary>Settings of the controller, which all autoscalers of a cluster share.</summary>
/// <remarks>Source: Kubernetes, kube-controller-manager, flags <c>--horizontal-pod-autoscaler-*</c>.</remarks>
public sealed record HpaOptions
{
    /// <summary>Pause between the end of a pass and the start of the next: the period is this plus the work.</summary>
    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Share around 1 within which the ratio to the target means no change.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>How long recommendations keep replicas up.</summary>
    public TimeSpan DownscaleStabilization { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Age up to which a pod's CPU counts only while it is ready and for whole windows since then.</summary>
    public TimeSpan CpuInitialization { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Time after the start within which "not ready" means that a pod never was.</summary>
    public TimeSpan InitialReadinessDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without a behavior, one pass at most multiplies the replicas by this …</summary>
    public double LegacyScaleUpFactor { get; init; } = 2;

    /// <summary>… or raises them to this.</summary>
    public int LegacyScaleUpMinimum { get; init; } = 4;

    /// <summary>Whether the gate HPAScaleToZero is on: what the autoscaler stopped, it can start again.</summary>
    public bool ScaleToZero { get; init; }

    /// <summary>Whether the gate HPAConfigurableTolerance is on; off, tolerances of rules do not count.</summary>
    public bool ConfigurableTolerance { get; init; } = true;
}
