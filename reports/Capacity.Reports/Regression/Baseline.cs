using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Runs of a build that is known to be good, kept as a file that people review.</summary>
public sealed record Baseline
{
    /// <summary>Version of the stored form.</summary>
    public int SchemaVersion { get; init; } = BaselineJson.SchemaVersion;

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>Version of the program that wrote it.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When it was written; null in reproducible output.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Commit of the repository then; null outside one.</summary>
    public string? Commit { get; init; }

    /// <summary>The load of its runs.</summary>
    public required LoadShape Load { get; init; }

    /// <summary>For reviewers: the medians over the runs, by metric.</summary>
    public required IReadOnlyList<BaselineValue> Medians { get; init; }

    /// <summary>The runs, without what a comparison does not need.</summary>
    public required IReadOnlyList<BaselineRun> Runs { get; init; }

    /// <summary>As one side of a comparison.</summary>
    /// <param name="file">Where it was read from.</param>
    /// <returns>The side, or CAP182 when it has no runs.</returns>
    public Parsed<ComparedSet> ToSet(SourceText file) => Runs.Count == 0
        ? new Diagnostic("CAP182", new SourceSpan(file, 1, 1, 1), "this baseline has no runs",
            "fill it: capacity baseline update SCENARIO RESULT… (or --runs 12)")
        : new ComparedSet(file.Path, Load,
            [.. Runs.Select(r => new ComparedRun(
                r.Seed, r.StartedAt, r.Duration, r.Totals, r.Latency, r.ReplicaHours) { Late = r.Late })]);

    /// <summary>Makes a baseline of runs.</summary>
    public static Baseline Of(ComparedSet set, string toolVersion, DateTimeOffset? createdAt, string? commit)
    {
        double Median(ComparedMetric metric)
        {
            double[] sorted = [.. set.Runs.Select(r => metric.ValueOf(r)).Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }

        return new Baseline
        {
            Scenario = set.Shape.Scenario,
            ToolVersion = toolVersion,
            CreatedAt = createdAt,
            Commit = commit,
            Load = set.Shape,
            Medians =
            [
                .. Enum.GetValues<ComparedMetric>().Select(m => new BaselineValue(m.NameOf(), Median(m),
                    RegressionWords.Value(m, Median(m)))),
            ],
            Runs =
            [
                .. set.Runs.Select(r => new BaselineRun(
                    r.Seed, r.StartedAt, r.Duration, r.Totals, r.Latency, r.ReplicaHours, r.Late)),
            ],
        };
    }
}

/// <summary>One median of a baseline.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Median">Over the runs; NaN when a run has none.</param>
/// <param name="Text">As people read it.</param>
public sealed record BaselineValue(string Metric, double Median, string Text);

/// <summary>One run of a baseline: as <see cref="ComparedRun"/>.</summary>
/// <param name="Seed">Of its arrivals.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Totals">Requests of all kinds.</param>
/// <param name="Latency">Response times of all kinds.</param>
/// <param name="ReplicaHours">What it cost.</param>
/// <param name="Late">Median lateness of the load generator, where it was too late.</param>
public sealed record BaselineRun(
    ulong Seed, DateTimeOffset? StartedAt, double Duration, RequestCounts Totals, LatencyHistogram Latency,
    double ReplicaHours, double? Late = null);
