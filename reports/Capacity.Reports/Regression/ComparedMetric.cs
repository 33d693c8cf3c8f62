using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A quantity of a whole run that two builds are compared by.</summary>
public enum ComparedMetric
{
    /// <summary>Median response time of all requests, seconds.</summary>
    LatencyP50,

    /// <summary>95th percentile of the response time, seconds.</summary>
    LatencyP95,

    /// <summary>99th percentile of the response time, seconds.</summary>
    LatencyP99,

    /// <summary>Failed requests as a share of those answered.</summary>
    Errors,

    /// <summary>Successful answers per second.</summary>
    Throughput,

    /// <summary>Replica-hours.</summary>
    Cost,
}

/// <summary>What each metric is, and by how much a pair of runs differs in it.</summary>
public static class ComparedMetrics
{
    /// <summary>All of them, by the words that the user types.</summary>
    public static IReadOnlyDictionary<string, ComparedMetric> ByName { get; } =
        Enum.GetValues<ComparedMetric>().ToDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>As the scenario file writes it.</summary>
    public static string NameOf(this ComparedMetric metric) => metric switch
    {
        ComparedMetric.LatencyP50 => "latency.p50",
        ComparedMetric.LatencyP95 => "latency.p95",
        ComparedMetric.LatencyP99 => "latency.p99",
        ComparedMetric.Errors => "errors",
        ComparedMetric.Throughput => "throughput",
        _ => "cost",
    };

    /// <summary>The metric's value of one run.</summary>
    /// <returns>NaN when the run has none: nothing was answered.</returns>
    public static double ValueOf(this ComparedMetric metric, ComparedRun run) => metric switch
    {
        ComparedMetric.LatencyP50 => run.Latency.Quantile(0.5),
        ComparedMetric.LatencyP95 => run.Latency.Quantile(0.95),
        ComparedMetric.LatencyP99 => run.Latency.Quantile(0.99),
        ComparedMetric.Errors => run.Totals.Ok + run.Totals.Failed == 0 ? double.NaN : run.Totals.FailedShare,
        ComparedMetric.Throughput => run.Totals.Ok / run.Duration,
        _ => run.ReplicaHours,
    };

    /// <summary>By how much the second value is worse than the first: a logarithm of their ratio, for errors the
    /// difference of the shares.</summary>
    /// <returns>Positive is worse; NaN when there is nothing to compare.</returns>
    public static double WorseBy(this ComparedMetric metric, double before, double after)
    {
        double worse = metric switch
        {
            ComparedMetric.Errors => after - before,
            ComparedMetric.Throughput => Math.Log(before / after),
            _ => Math.Log(after / before),
        };
        return double.IsFinite(worse) ? worse : before == after && double.IsFinite(before) ? 0 : double.NaN;
    }

    /// <summary>How much worse does not count yet, on the scale of <see cref="WorseBy"/>.</summary>
    public static double Margin(this ComparedMetric metric, RegressionSettings settings) =>
        metric == ComparedMetric.Errors ? settings.ErrorMargin : Math.Log(1 + settings.Margin);

    /// <summary>A value of <see cref="WorseBy"/> as the change of the metric that people speak of.</summary>
    /// <returns>0.1 is 10 % more; for errors, 0.001 is a tenth of a percentage point more.</returns>
    public static double ChangeOf(this ComparedMetric metric, double worseBy) => metric switch
    {
        ComparedMetric.Errors => worseBy,
        ComparedMetric.Throughput => Math.Exp(-worseBy) - 1,
        _ => Math.Exp(worseBy) - 1,
    };

    /// <summary>The metrics that the objectives of a scenario limit; throughput always, and the 99th percentile where
    /// no latency is limited.</summary>
    public static IReadOnlyList<ComparedMetric> Of(Scenario scenario)
    {
        var metrics = new SortedSet<ComparedMetric> { ComparedMetric.Errors, ComparedMetric.Throughput };
        foreach (Objective objective in scenario.Objectives.Where(o => o.IsLatency))
        {
            metrics.Add(ByName[objective.Name]);
        }

        if (metrics.Count == 2)
        {
            metrics.Add(ComparedMetric.LatencyP99);
        }

        return [.. metrics];
    }
}
