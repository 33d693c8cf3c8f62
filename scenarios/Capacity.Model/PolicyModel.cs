namespace Capacity.Model;

/// <summary>Who decides how many replicas there are.</summary>
public enum PolicyKind
{
    /// <summary>Alerts and docker-scaler, as the stack's labels say.</summary>
    Step,

    /// <summary>Kubernetes' HorizontalPodAutoscaler.</summary>
    Hpa,

    /// <summary>Keeps a metric at a target, as clouds do.</summary>
    Target,

    /// <summary>A timetable.</summary>
    Schedule,
}

/// <summary>The policy of a scenario. Only one is used; the others are there to be compared.</summary>
public sealed record PolicyModel
{
    /// <summary>Which one is used.</summary>
    public PolicyKind Use { get; init; }

    /// <summary>Settings of <see cref="PolicyKind.Hpa"/>.</summary>
    public MetricPolicyModel Hpa { get; init; } = new() { Target = 0.8 };

    /// <summary>Settings of <see cref="PolicyKind.Target"/>.</summary>
    public MetricPolicyModel Target { get; init; } = new() { Target = 0.6, UpWait = 60 };

    /// <summary>Stretches of <see cref="PolicyKind.Schedule"/>; outside of them there are as many replicas as at the
    /// start.</summary>
    public IReadOnlyList<PlannedReplicas> Schedule { get; init; } = [];

    /// <summary>The names of the policies, in the order of <see cref="PolicyKind"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["step", "hpa", "target", "schedule"];

    /// <summary>The settings of the metric that is used; null for policies that look at none.</summary>
    public MetricPolicyModel? Metric => Use switch
    {
        PolicyKind.Hpa => Hpa,
        PolicyKind.Target => Target,
        _ => null,
    };

    /// <summary>Why a service cannot be scaled so; null when it can.</summary>
    public (string Code, string Message, string Hint)? Obstacle(ServiceModel service)
    {
        if (Use == PolicyKind.Schedule && Schedule.Count == 0)
        {
            return ("CAP118", "the policy 'schedule' has no stretches",
                "write for example schedule: [{ from: 10m, until: 40m, replicas: 6 }]");
        }

        return Metric is { Metric: ScalingMetric.Utilization } && service is { Workers: null, Cores: null }
            ? ("CAP119", "without 'workers' or 'cores' a replica has no utilization",
                "write service: { workers: 8 }, or go by requests: 100/s")
            : null;
    }
}

/// <summary>What a policy looks at.</summary>
public enum ScalingMetric
{
    /// <summary>Busy share of a replica's workers or cores.</summary>
    Utilization,

    /// <summary>Requests per second of a replica.</summary>
    Requests,
}

/// <summary>Settings of a policy that keeps a metric at a target. Durations are in seconds.</summary>
public sealed record MetricPolicyModel
{
    /// <summary>What it looks at.</summary>
    public ScalingMetric Metric { get; init; }

    /// <summary>Mean per replica that it aims at, &gt; 0: a share, or requests per second.</summary>
    public required double Target { get; init; }

    /// <summary>Share around the target within which nothing changes, ≥ 0.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Fewest replicas; null takes the stack's label.</summary>
    public int? Min { get; init; }

    /// <summary>Most replicas; null takes the stack's label.</summary>
    public int? Max { get; init; }

    /// <summary>Between two looks, &gt; 0.</summary>
    public double Sync { get; init; } = 15;

    /// <summary>Between two measurements of the metric, each the mean since the one before, &gt; 0.</summary>
    public double Every { get; init; } = 15;

    /// <summary>From a measurement until the policy can see it, ≥ 0.</summary>
    public double Lag { get; init; } = 5;

    /// <summary>Upwards: the autoscaler's stabilization window, or the cool-down of target tracking, ≥ 0.</summary>
    public double UpWait { get; init; }

    /// <summary>Downwards: likewise.</summary>
    public double DownWait { get; init; } = 300;
}

/// <summary>A planned stretch of replicas.</summary>
/// <param name="From">Seconds since the start of the load.</param>
/// <param name="Until">Seconds; after <paramref name="From"/>.</param>
/// <param name="Replicas">How many, ≥ 0.</param>
public sealed record PlannedReplicas(double From, double Until, int Replicas);
