namespace Capacity.Reports;

/// <summary>How much worse counts, and how sure a verdict must be.</summary>
public sealed record RegressionSettings
{
    /// <summary>A latency, throughput or cost that is worse by this share does not count yet, ≥ 0.</summary>
    public double Margin { get; init; } = 0.03;

    /// <summary>A share of failed requests that is higher by this much does not count yet: 0.001 is 0.1 % of all
    /// requests.</summary>
    public double ErrorMargin { get; init; } = 0.001;

    /// <summary>Chance that anything is called regressed that is worse by no more than the margin.</summary>
    public double FalseAlarm { get; init; } = 0.01;

    /// <summary>Chance that a metric is called passed that is worse by more than the margin.</summary>
    public double FalsePass { get; init; } = 0.05;

    /// <summary>Pairs before the first look of a live comparison, ≥ 2.</summary>
    public int FirstLook { get; init; } = 6;

    /// <summary>Pairs between looks, ≥ 1.</summary>
    public int LookEvery { get; init; } = 2;

    /// <summary>Pairs at which a live comparison ends, whatever is known by then.</summary>
    public int PairsMax { get; init; } = 24;

    /// <summary>
    /// Added to the margin for measured runs that were not taken in turns: the machine may have changed between the
    /// one side and the other, and that looks just like a regression.
    /// </summary>
    public double DriftAllowance { get; init; } = 0.05;

    /// <summary>What is compared. At least one.</summary>
    public IReadOnlyList<ComparedMetric> Metrics { get; init; } =
        [ComparedMetric.LatencyP99, ComparedMetric.Errors, ComparedMetric.Throughput];
}
