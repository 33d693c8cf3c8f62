using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>Keep a metric at a target: the settings.</summary>
public sealed record TargetTrackingSettings
{
    /// <summary>Target of the metric, &gt; 0. The metric must fall as replicas rise: utilization, or requests per
    /// replica.</summary>
    public required double Target { get; init; }

    /// <summary>Share around the target within which nothing changes, ≥ 0.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Fewest replicas, ≥ 0. With 0 the service can stop, and only another cause starts it again.</summary>
    public int Min { get; init; } = 1;

    /// <summary>Most replicas, ≥ <see cref="Min"/>.</summary>
    public required int Max { get; init; }

    /// <summary>Time after a change upwards before the next one upwards, ≥ 0.</summary>
    public TimeSpan OutCooldown { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time after any change before one downwards, ≥ 0.</summary>
    public TimeSpan InCooldown { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Whether replicas are ever removed.</summary>
    public bool ScaleIn { get; init; } = true;
}

/// <summary>Keeps a metric at a target with cool-downs, as the target tracking of clouds does: replicas are multiplied
/// by the ratio of metric to target. A cool-down downwards never delays a change upwards.</summary>
/// <remarks>Not an imitation of one product: those average over alarms whose rules are not published.</remarks>
/// <param name="settings">The settings.</param>
public sealed class TargetTracking(TargetTrackingSettings settings)
{
    private Instant? _lastOut;
    private Instant? _lastChange;

    /// <summary>Decides.</summary>
    /// <param name="now">When; not before the previous decision.</param>
    /// <param name="replicas">Replicas asked for now.</param>
    /// <param name="metric">Mean per replica; null or not a number when it is missing, which changes nothing.</param>
    /// <returns>Replicas, always within the bounds; bounds do not wait for a cool-down.</returns>
    public int Decide(Instant now, int replicas, double? metric)
    {
        int bounded = Bound(replicas);
        int wanted = bounded != replicas ? bounded : Bound(Wanted(replicas, metric));
        bool waits = bounded == replicas && (wanted > replicas
            ? now - _lastOut < settings.OutCooldown
            : !settings.ScaleIn || now - _lastChange < settings.InCooldown);
        if (wanted == replicas || waits)
        {
            return replicas;
        }

        _lastChange = now;
        _lastOut = wanted > replicas ? now : _lastOut;
        return wanted;
    }

    private int Wanted(int replicas, double? metric)
    {
        double ratio = metric is { } value ? value / settings.Target : double.NaN;
        return double.IsNaN(ratio) || new HpaTolerance(settings.Tolerance, settings.Tolerance).Contains(ratio)
            ? replicas
            : HpaNumber.Ceiling(replicas * ratio);
    }

    private int Bound(int replicas) => Math.Max(settings.Min, Math.Min(settings.Max, replicas));
}
