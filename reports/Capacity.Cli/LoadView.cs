using System.Globalization;
using Capacity.Model;

namespace Capacity.Cli;

/// <summary>How a load is going, for a person who watches.</summary>
/// <param name="Rate">Requests per second.</param>
/// <param name="InFlight">Requests without an answer yet.</param>
/// <param name="P50">Median response time, seconds; NaN when nothing was answered.</param>
/// <param name="P95">95th percentile, seconds; NaN as well.</param>
/// <param name="P99">99th percentile, seconds; NaN as well.</param>
/// <param name="Finished">Requests finished since the start.</param>
/// <param name="Failed">Requests failed since the start.</param>
internal sealed record LoadView(
    double Rate, int InFlight, double P50, double P95, double P99, long Finished, long Failed)
{
    private const double LateAt = 0.01; // seconds: a reader of percentiles should know of it

    /// <summary>99th percentile of sent minus scheduled so far, seconds; NaN for loads without a schedule.</summary>
    public double LatenessP99 { get; init; } = double.NaN;

    /// <summary>Replicas that serve, and replicas wanted; null without a cluster.</summary>
    public (int Ready, int Desired)? Replicas { get; init; }

    /// <summary>Names of alerts that fire.</summary>
    public IReadOnlyList<string> Firing { get; init; } = [];

    /// <summary>Whether the generator itself is late.</summary>
    public bool IsLate => LatenessP99 > LateAt;

    /// <summary>Rate and requests under way.</summary>
    public string Traffic => string.Create(CultureInfo.InvariantCulture, $"{Rate:0}/s  in flight {InFlight}");

    /// <summary>The percentiles.</summary>
    public string Latency =>
        $"p50 {DurationText.Format(P50)}  p95 {DurationText.Format(P95)}  p99 {DurationText.Format(P99)}";

    /// <summary>What failed.</summary>
    public string Failures => Finished > 0 && Failed > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Failed} of {Finished} ({(double)Failed / Finished:0.##%})")
        : Failed.ToString(CultureInfo.InvariantCulture);

    /// <summary>The replicas and alerts; empty without a cluster.</summary>
    public string Cluster => Replicas is not { } r ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{r.Ready} ({r.Desired} wanted)")
            + (Firing.Count > 0 ? $"  firing {string.Join(", ", Firing)}" : "");

    /// <summary>How punctual the generator is; empty without a schedule.</summary>
    public string Generator => double.IsNaN(LatenessP99) ? ""
        : $"{(IsLate ? "late" : "on time")}, 99 % within {DurationText.Format(LatenessP99)}";

    /// <summary>Everything in one line, for logs.</summary>
    public string Line => (Cluster.Length > 0 ? $"replicas {Cluster}  " : "")
        + $"traffic {Traffic}  {Latency}  failed {Failures}"
        + (Generator.Length > 0 ? $"  generator {Generator}" : "");
}
