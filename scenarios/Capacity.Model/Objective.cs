namespace Capacity.Model;

/// <summary>What an objective measures.</summary>
public enum ObjectiveMetric
{
    /// <summary>Median response time in each step, seconds.</summary>
    LatencyP50,

    /// <summary>95th percentile of the response time in each step, seconds.</summary>
    LatencyP95,

    /// <summary>99th percentile of the response time in each step, seconds.</summary>
    LatencyP99,

    /// <summary>Failed requests as a share of all, over the whole run.</summary>
    Errors,

    /// <summary>Most replicas wanted at once.</summary>
    Replicas,

    /// <summary>Replica-hours paid for.</summary>
    Cost,
}

/// <summary>A limit that the launch must keep.</summary>
/// <param name="Metric">What is limited.</param>
/// <param name="Limit">Upper limit: seconds, a share, replicas or replica-hours.</param>
/// <param name="Except">Seconds in total for which a latency may be above its limit.</param>
/// <param name="At">Where the scenario states it.</param>
public sealed record Objective(ObjectiveMetric Metric, double Limit, double Except = 0, SourceSpan At = default)
{
    /// <summary>The metric as the scenario file writes it.</summary>
    public string Name => Metric switch
    {
        ObjectiveMetric.LatencyP50 => "latency.p50",
        ObjectiveMetric.LatencyP95 => "latency.p95",
        ObjectiveMetric.LatencyP99 => "latency.p99",
        ObjectiveMetric.Errors => "errors",
        ObjectiveMetric.Replicas => "replicas",
        _ => "cost",
    };

    /// <summary>Whether the metric is a latency, judged step by step.</summary>
    public bool IsLatency => Metric
        is ObjectiveMetric.LatencyP50 or ObjectiveMetric.LatencyP95 or ObjectiveMetric.LatencyP99;

    /// <summary>Judges a run.</summary>
    /// <returns>
    /// For latencies the seconds above the limit, else the metric itself. A run without requests passes every
    /// latency and error objective.
    /// </returns>
    public ObjectiveOutcome Judge(RunResult run)
    {
        if (IsLatency)
        {
            IReadOnlyList<double> series = Metric switch
            {
                ObjectiveMetric.LatencyP50 => run.Series.P50,
                ObjectiveMetric.LatencyP95 => run.Series.P95,
                _ => run.Series.P99,
            };
            double over = series.Count(v => v > Limit) * run.Step;
            double worst = series.Where(v => !double.IsNaN(v)).DefaultIfEmpty(0).Max();
            return new ObjectiveOutcome(this, over, worst, over <= Except);
        }

        double value = Metric switch
        {
            ObjectiveMetric.Errors => run.Totals.FailedShare,
            ObjectiveMetric.Replicas => run.Series.Desired.DefaultIfEmpty(0).Max(),
            _ => run.ReplicaHours,
        };
        return new ObjectiveOutcome(this, value, value, value <= Limit);
    }
}

/// <summary>How one run did on one objective.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Value">Seconds above the limit for latencies, else the metric.</param>
/// <param name="Worst">Highest value of any step for latencies (seconds), else the metric.</param>
/// <param name="Passed">Whether the objective held.</param>
public sealed record ObjectiveOutcome(Objective Objective, double Value, double Worst, bool Passed);
