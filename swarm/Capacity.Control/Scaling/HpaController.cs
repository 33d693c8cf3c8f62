using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>Kubernetes' HorizontalPodAutoscaler: a snapshot of metrics every sync period → replicas. It reads no clock
/// and touches nothing; what it remembers is <see cref="History"/>.</summary>
/// <remarks>
/// <para>The caller runs a pass at the start and then <see cref="HpaOptions.SyncPeriod"/> after the end of each pass,
/// applies <see cref="HpaOutcome.Replicas"/>, and models what lies before the metrics: metrics-server's own period of
/// 15 s and the kubelet's window. A restart of the controller is a new object whose history has only
/// <see cref="HpaHistory.ScaledToZero"/>.</para>
/// <para>Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler.</para>
/// </remarks>
public sealed class HpaController
{
    private readonly HpaSpec _spec;
    private readonly HpaOptions _options;
    private readonly HpaTolerance _tolerance;
    private readonly IReadOnlyList<HpaMetric> _metrics;
    private readonly bool _metricsWorkWithoutPods;
    private readonly List<HpaCondition> _conditions = [];
    private List<HpaRecommendation>? _recommendations;
    private IReadOnlyList<HpaScaleEvent> _added;
    private IReadOnlyList<HpaScaleEvent> _removed;

    /// <summary>Starts an autoscaler.</summary>
    /// <param name="spec">What its author states.</param>
    /// <param name="options">The controller's settings.</param>
    /// <param name="history">What is remembered; nothing by default.</param>
    public HpaController(HpaSpec spec, HpaOptions? options = null, HpaHistory? history = null)
    {
        _spec = spec;
        _options = options ?? new HpaOptions();
        _tolerance = HpaTolerance.Of(_options, spec.Behavior);
        _metrics = spec.EffectiveMetrics;
        _metricsWorkWithoutPods = _metrics.Any(m => m.WorksWithoutPods);
        _recommendations = history?.Recommendations is { } log ? [.. log] : null;
        _added = history?.Added ?? [];
        _removed = history?.Removed ?? [];
        if (history?.ScaledToZero == true)
        {
            Set("ScaledToZero", holds: true, "ScaledToZero");
        }
    }

    /// <summary>What is remembered now.</summary>
    public HpaHistory History => new()
    {
        Recommendations = _recommendations is { } log ? [.. log] : null,
        Added = _added,
        Removed = _removed,
        ScaledToZero = IsScaledToZero,
    };

    private bool IsScaledToZero => _conditions.Exists(c => c.Type == "ScaledToZero" && c.Holds);

    /// <summary>One pass.</summary>
    /// <param name="now">When; not before the previous pass.</param>
    /// <param name="snapshot">What the pass sees.</param>
    /// <returns>Replicas between the bounds; or those of the snapshot after an error, or when they are 0 and were not
    /// made 0 by this autoscaler, which switches it off.</returns>
    public HpaOutcome Reconcile(Instant now, HpaSnapshot snapshot)
    {
        int current = snapshot.Replicas;
        Set("AbleToScale", holds: true, "SucceededGetScale");
        _recommendations ??= [new HpaRecommendation(current, now)];
        bool stopped = _options.ScaleToZero && IsScaledToZero;
        if (current == 0 && !(stopped && (_spec.Min != 0 || _metricsWorkWithoutPods)))
        {
            Set("ScalingActive", holds: false, "ScalingDisabled");
            if (!_options.ScaleToZero)
            {
                _conditions.RemoveAll(c => c.Type == "ScaledToZero");
            }

            return Told(new HpaOutcome(0, Changed: false, ""));
        }

        // Outside the bounds neither metrics nor windows nor rates are asked.
        if (current > _spec.Max)
        {
            return Scale(now, current, new HpaOutcome(
                _spec.Max, Changed: true, "Current number of replicas above Spec.MaxReplicas"));
        }

        if (current != 0 && current < _spec.Min)
        {
            return Scale(now, current, new HpaOutcome(
                _spec.Min, Changed: true, "Current number of replicas below Spec.MinReplicas"));
        }

        return FromMetrics(now, snapshot, stopped);
    }

    private HpaOutcome FromMetrics(Instant now, HpaSnapshot snapshot, bool stopped)
    {
        int current = snapshot.Replicas;
        HpaMetricsProposal metrics =
            HpaMetricsProposal.Of(_metrics, snapshot, new HpaPass(now, _options, _tolerance));
        if (!metrics.Decides)
        {
            Set("ScalingActive", holds: false, metrics.Failed!.FailureReason);
            return Told(new HpaOutcome(current, Changed: false, "")
            {
                Error = metrics.Error,
                MetricError = metrics.Error,
                Proposals = metrics.All,
            });
        }

        Set("ScalingActive", holds: true, "ValidMetricFound");
        int proposed = Math.Max(0, metrics.Replicas);
        string reason = proposed > current ? $"{metrics.Metric?.Title} above target"
            : proposed < current ? "All metrics below target" : "";
        int desired = Normalize(now, current, proposed);
        if (current == 0 && stopped && desired < _spec.Min)
        {
            desired = _spec.Min;
            reason = reason.Length > 0 ? reason : "Current number of replicas below Spec.MinReplicas";
        }

        var outcome = new HpaOutcome(desired, desired != current, desired != current ? reason : "")
        {
            MetricError = metrics.Error,
            Proposals = metrics.All,
        };
        return outcome.Changed ? Scale(now, current, outcome) : Told(outcome);
    }

    private int Normalize(Instant now, int current, int proposed)
    {
        List<HpaRecommendation> log = _recommendations!;
        HpaBehavior? behavior = _spec.Behavior;
        HpaStabilized stabilized = behavior is null
            ? HpaStabilization.Legacy(log, now, proposed, _options.DownscaleStabilization)
            : HpaStabilization.WithBehavior(log, now, current, proposed, Windows(behavior));
        var entry = new HpaRecommendation(proposed, now);
        if (stabilized.Slot == log.Count)
        {
            log.Add(entry);
        }
        else
        {
            log[stabilized.Slot] = entry;
        }

        int desired = stabilized.Replicas;
        Set("AbleToScale", holds: true, desired == proposed ? "ReadyForNewScale"
            : behavior is not null && proposed >= current ? "ScaleUpStabilized" : "ScaleDownStabilized");
        HpaLimited limited = behavior is null
            ? HpaLimits.Legacy(current, desired, _spec, _options)
            : HpaLimits.WithBehavior(current, desired, _spec, behavior, new HpaPastChanges(now, _added, _removed));
        Set("ScalingLimited", limited.Replicas != desired, limited.Reason);
        return limited.Replicas;
    }

    private (TimeSpan Up, TimeSpan Down) Windows(HpaBehavior behavior) => (
        behavior.ScaleUp.StabilizationWindow ?? TimeSpan.Zero,
        behavior.ScaleDown.StabilizationWindow ?? _options.DownscaleStabilization);

    private HpaOutcome Scale(Instant now, int current, HpaOutcome outcome)
    {
        Set("AbleToScale", holds: true, "SucceededRescale");
        int change = HpaNumber.ToInt32((Int128)outcome.Replicas - current);
        if (change > 0)
        {
            _added = HpaScaleEvents.Store(_added, now, change, _spec.Behavior?.ScaleUp);
        }
        else
        {
            _removed = HpaScaleEvents.Store(
                _removed, now, HpaNumber.ToInt32(-(Int128)change), _spec.Behavior?.ScaleDown);
        }

        if (_options.ScaleToZero)
        {
            bool stopped = current > 0 && outcome.Replicas == 0 && _spec.Min == 0 && _metricsWorkWithoutPods;
            Set("ScaledToZero", stopped, stopped ? "ScaledToZero" : "NotScaledToZero");
        }
        else
        {
            _conditions.RemoveAll(c => c.Type == "ScaledToZero");
        }

        return Told(outcome);
    }

    private HpaOutcome Told(HpaOutcome outcome) => outcome with { Conditions = [.. _conditions] };

    private void Set(string type, bool holds, string reason)
    {
        var condition = new HpaCondition(type, holds, reason);
        int at = _conditions.FindIndex(c => c.Type == type);
        if (at < 0)
        {
            _conditions.Add(condition);
        }
        else
        {
            _conditions[at] = condition;
        }
    }
}
