using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What the launches say about one objective.</summary>
internal enum ObjectiveState
{
    /// <summary>Held in every launch, or in at least 95 % beyond chance.</summary>
    Met,

    /// <summary>Broken in some launches, and the interval contains 95 %.</summary>
    AtRisk,

    /// <summary>Held in fewer than 95 % of launches, beyond chance.</summary>
    Missed,
}

/// <summary>One objective over all launches.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Value">Seconds above the limit for latencies, else the metric.</param>
/// <param name="Worst">Highest step for latencies, seconds, else the metric.</param>
/// <param name="Passed">Launches in which it held.</param>
/// <param name="Total">All launches.</param>
internal sealed record ObjectiveSummary(Objective Objective, Spread Value, Spread Worst, int Passed, int Total)
{
    /// <summary>What the launches say.</summary>
    public ObjectiveState State
    {
        get
        {
            (double low, double high) = Wilson.Interval(Passed, Total);
            return Passed == Total || low >= Verdict.Target ? ObjectiveState.Met
                : high < Verdict.Target ? ObjectiveState.Missed
                : ObjectiveState.AtRisk;
        }
    }

    /// <summary>The state as a word.</summary>
    public string StateWord => State switch
    {
        ObjectiveState.Met => "Met",
        ObjectiveState.AtRisk => "At risk",
        _ => "Missed",
    };

    /// <summary>For tables: <c>p99 latency</c>.</summary>
    public string Title => Objective.Metric switch
    {
        ObjectiveMetric.LatencyP50 => "p50 latency",
        ObjectiveMetric.LatencyP95 => "p95 latency",
        ObjectiveMetric.LatencyP99 => "p99 latency",
        ObjectiveMetric.Errors => "Failed requests",
        ObjectiveMetric.Replicas => "Replicas",
        _ => "Cost",
    };

    /// <summary>For example <c>≤ 400 ms, except 1 min in total</c>.</summary>
    public string LimitText => Objective is { IsLatency: true, Except: > 0 }
        ? $"≤ {Measure(Objective.Limit)}, except {NumberText.Length(Objective.Except)} in total"
        : Objective.Metric == ObjectiveMetric.Replicas ? $"≤ {NumberText.Count(Objective.Limit)}"
        : $"≤ {Measure(Objective.Limit)}";

    /// <summary>Whether people judge it by the seconds above the limit rather than by the highest value.</summary>
    public bool CountsSeconds => Objective is { IsLatency: true, Except: > 0 } && Value.High > 0;

    /// <summary>What the range and the limit tick are drawn for.</summary>
    public Spread Shown => CountsSeconds ? Value : Worst;

    /// <summary>The limit on the scale of <see cref="Shown"/>.</summary>
    public double ShownLimit => CountsSeconds ? Objective.Except : Objective.Limit;

    /// <summary>The predicted median in words.</summary>
    public string PredictedText => !Objective.IsLatency ? Measure(Value.Median)
        : Value.Median > 0 ? $"{NumberText.Length(Value.Median)} over"
        : $"{Measure(Worst.Median)} at most";

    /// <summary>The middle 90 % of launches in words.</summary>
    public string RangeText => Unit.Length > 0
        ? $"{NumberText.Range(NumberText.Count(Shown.Low), NumberText.Count(Shown.High))} {Unit}"
        : NumberText.Range(ShownText(Shown.Low), ShownText(Shown.High));

    /// <summary>A value on the scale of <see cref="Shown"/>.</summary>
    public string ShownText(double value) => CountsSeconds ? NumberText.Length(value) : Measure(value);

    /// <summary>A value of the metric with its unit.</summary>
    public string Measure(double value) => Objective.Metric switch
    {
        ObjectiveMetric.Errors => NumberText.Percent(value),
        ObjectiveMetric.Replicas or ObjectiveMetric.Cost => $"{NumberText.Count(value)} {Unit}",
        _ => DurationText.Format(value),
    };

    private string Unit => Objective.Metric switch
    {
        ObjectiveMetric.Replicas => "replicas",
        ObjectiveMetric.Cost => "replica-hours",
        _ => "",
    };

    /// <summary>All objectives in the scenario's order.</summary>
    public static IReadOnlyList<ObjectiveSummary> Of(Scenario scenario, LaunchSet launches) =>
    [
        .. scenario.Objectives.Select((objective, i) =>
        {
            ObjectiveOutcome[] outcomes =
                [.. launches.Launches.Where(l => l.Outcomes.Count > i).Select(l => l.Outcomes[i])];
            return new ObjectiveSummary(objective, Spread.Of(outcomes.Select(o => o.Value)),
                Spread.Of(outcomes.Select(o => o.Worst)), outcomes.Count(o => o.Passed), outcomes.Length);
        }),
    ];
}
