using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Whether the new build is worse.</summary>
public enum RegressionVerdict
{
    /// <summary>It is not worse by more than the margin.</summary>
    Passed,

    /// <summary>It is worse by more than the margin.</summary>
    Regressed,

    /// <summary>The runs do not tell.</summary>
    NotEnoughEvidence,
}

/// <summary>What the pairs say about one metric.</summary>
public sealed record MetricOutcome
{
    /// <summary>Which.</summary>
    public required ComparedMetric Metric { get; init; }

    /// <summary>The answer.</summary>
    public required RegressionVerdict Verdict { get; init; }

    /// <summary>Median over the runs of the measure; NaN when none has a value.</summary>
    public required double Before { get; init; }

    /// <summary>Median over the runs that are judged.</summary>
    public required double After { get; init; }

    /// <summary>Mean change over the pairs: 0.1 is 10 % more; for errors, 0.001 is 0.1 percentage points more. NaN
    /// without at least two pairs.</summary>
    public required double Change { get; init; }

    /// <summary>Lower end of the interval that the verdict rests on.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end.</summary>
    public required double High { get; init; }

    /// <summary>A change for the worse up to here does not count; for throughput negative.</summary>
    public required double Margin { get; init; }

    /// <summary>Whether it is surely better, by however little.</summary>
    public bool Better { get; init; }

    /// <summary>What to know about it; may be empty.</summary>
    public string Note { get; init; } = "";
}

/// <summary>The outcome of a comparison.</summary>
public sealed record RegressionReport
{
    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The measure: a folder, a file, an address.</summary>
    public required string Base { get; init; }

    /// <summary>What is judged.</summary>
    public required string New { get; init; }

    /// <summary>Who made the runs.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Pairs of runs behind it.</summary>
    public required int Pairs { get; init; }

    /// <summary>Most pairs that were planned; equal to <see cref="Pairs"/> for runs that were there already.</summary>
    public required int PairsMax { get; init; }

    /// <summary>In the order that was asked for.</summary>
    public required IReadOnlyList<MetricOutcome> Metrics { get; init; }

    /// <summary>The answer over all metrics.</summary>
    public required RegressionVerdict Verdict { get; init; }

    /// <summary>Why there is no verdict, or what to know about it; may be empty.</summary>
    public required IReadOnlyList<string> Cautions { get; init; }

    /// <summary>Whether it was stopped before its end.</summary>
    public bool Partial { get; init; }

    /// <summary>How strict it was.</summary>
    public required RegressionSettings Settings { get; init; }
}
