using Capacity.Model;

namespace Capacity.Cli.Limits;

/// <summary>What a steady rate did to the service.</summary>
/// <param name="Rate">Requests per second that were asked.</param>
/// <param name="Excess">Natural logarithm of the worst objective's value over its limit; ≤ 0 when all hold.</param>
/// <param name="Mean">Mean response time, seconds.</param>
/// <param name="P50">Median, seconds.</param>
/// <param name="P95">95th percentile, seconds.</param>
/// <param name="P99">99th percentile, seconds.</param>
/// <param name="Errors">Failed share.</param>
internal sealed record LimitProbe(
    double Rate, double Excess, double Mean, double P50, double P95, double P99, double Errors)
{
    private const double Most = 5; // e⁵ limits above a limit are as bad as any more

    /// <summary>Whether the load generator was too late for the probe to say anything about the service.</summary>
    public bool Busy { get; init; }

    /// <summary>Whether every objective holds.</summary>
    public bool Holds => Excess <= 0;

    /// <summary>Judges a run at a steady rate.</summary>
    /// <param name="rate">What was asked.</param>
    /// <param name="run">What happened.</param>
    /// <param name="objectives">Latencies and errors; at least one.</param>
    public static LimitProbe Of(double rate, RunResult run, IReadOnlyList<Objective> objectives)
    {
        LatencyHistogram latency = run.AllLatencies();
        double errors = run.Totals.FailedShare;
        double Value(Objective o) => o.Metric switch
        {
            ObjectiveMetric.Errors => errors,
            ObjectiveMetric.LatencyP50 => latency.Quantile(0.5),
            ObjectiveMetric.LatencyP95 => latency.Quantile(0.95),
            _ => latency.Quantile(0.99),
        };
        double Over(Objective o)
        {
            double value = Value(o);
            return double.IsNaN(value) ? Most
                : value <= o.Limit && o.Limit <= 0 ? 0
                : Math.Clamp(Math.Log(Math.Max(value, 1e-12) / Math.Max(o.Limit, 1e-12)), -Most, Most);
        }

        return new LimitProbe(rate, objectives.Max(Over), latency.MeanSeconds, latency.Quantile(0.5),
            latency.Quantile(0.95), latency.Quantile(0.99), errors);
    }

    /// <summary>The objectives that a steady rate can keep or break.</summary>
    public static IReadOnlyList<Objective> Steady(IReadOnlyList<Objective> objectives) =>
        [.. objectives.Where(o => o.IsLatency || o.Metric == ObjectiveMetric.Errors)];
}

/// <summary>The highest rate at which every objective holds.</summary>
/// <param name="Rate">Requests per second; NaN when not even the lowest rate that was tried holds.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end; infinity when no rate that was tried breaks an objective.</param>
internal sealed record RateLimit(double Rate, double Low, double High);

/// <summary>What the simulator needs to know of the service, as it was assumed or fitted.</summary>
/// <param name="Laws">Service law of each kind.</param>
/// <param name="Overhead">Time added to each response.</param>
/// <param name="Workers">Requests served at once by one replica; null is without limit.</param>
/// <param name="Cores">Cores in place of workers; null has none.</param>
/// <param name="Replicas">Replicas, all the time.</param>
/// <param name="Saturation">Requests per second that keep every worker busy; infinity without a limit.</param>
/// <param name="Measured">Whether the laws come from measured service times.</param>
internal sealed record LimitFit(
    IReadOnlyList<(string Kind, ServiceLaw Law)> Laws, ServiceLaw Overhead, int? Workers, int? Cores, int Replicas,
    double Saturation, bool Measured)
{
    /// <summary>Whether <see cref="Saturation"/> is the throughput of a service that was kept busy; otherwise it is
    /// computed from the workers and their laws.</summary>
    public bool SaturationMeasured { get; init; }

    /// <summary>Whether the workers come from that throughput.</summary>
    public bool WorkersMeasured { get; init; }
}

/// <summary>The whole answer.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Live">Whether real requests decided.</param>
/// <param name="Objectives">What had to hold.</param>
/// <param name="Limit">The answer.</param>
/// <param name="Model">What the fitted model says by itself; null when it is the answer.</param>
/// <param name="Knee">Rate with the best ratio of throughput to mean response time; beyond it waiting grows faster
/// than throughput. NaN when unknown.</param>
/// <param name="Fit">What the simulator takes.</param>
/// <param name="Curve">Rates that were tried, ascending.</param>
/// <param name="Partial">Whether it was stopped early.</param>
internal sealed record LimitAnswer(
    string Scenario, bool Live, IReadOnlyList<Objective> Objectives, RateLimit Limit, RateLimit? Model, double Knee,
    LimitFit Fit, IReadOnlyList<LimitProbe> Curve, bool Partial)
{
    /// <summary>What the probes say by themselves; null when they decide alone or there are too few.</summary>
    public RateLimit? Measured { get; init; }

    /// <summary>Why the answer is not evidence enough; null when it is.</summary>
    public string? Doubt { get; init; }
}
