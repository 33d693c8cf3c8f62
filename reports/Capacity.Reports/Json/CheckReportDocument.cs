using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The stored form of a whole report.</summary>
internal sealed record CheckReportDocument
{
    public required int SchemaVersion { get; init; }

    public required string ToolVersion { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public string? Commit { get; init; }

    public required ulong Seed { get; init; }

    public required VerdictDocument Verdict { get; init; }

    public required ScenarioDocument Scenario { get; init; }

    public required IReadOnlyList<ObjectiveDocument> Objectives { get; init; }

    public required LaunchSetDocument Launches { get; init; }

    public required IReadOnlyList<ChangeDocument> Changes { get; init; }

    public string? Configuration { get; init; }

    public Readiness? Readiness { get; init; }

    public RunResult? Measured { get; init; }

    public RunResult? Predicted { get; init; }

    public Comparison? Comparison { get; init; }

    public required IReadOnlyList<ReportInput> Inputs { get; init; }

    public required IReadOnlyList<string> Commands { get; init; }

    public required IReadOnlyList<WarningDocument> Warnings { get; init; }

    public double? SimulatedIn { get; init; }
}

/// <summary>The verdict with its words.</summary>
internal sealed record VerdictDocument(
    VerdictKind Kind, string Word, string Headline, string Detail, int Passed, int Total, double Low, double High,
    IReadOnlyList<string> Reasons)
{
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    public IReadOnlyList<string> Conditions { get; init; } = [];
}

/// <summary>The scenario as it was run.</summary>
internal sealed record ScenarioDocument(string Name, string Shows, string Service, string Path, string Sha256,
    string Text)
{
    /// <summary>What replaced values of the text.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>How much faster the rehearsal was.</summary>
    public double RehearsalSpeed { get; init; } = 1;

    /// <summary>The demand's stages.</summary>
    public IReadOnlyList<StageDocument> Stages { get; init; } = [];
}

/// <summary>A stage of the demand.</summary>
internal sealed record StageDocument(string Name, double Seconds);

/// <summary>One objective over all launches.</summary>
internal sealed record ObjectiveDocument(
    string Name, ObjectiveMetric Metric, double Limit, double Except, ObjectiveState State, int Passed, int Total,
    Spread Value, Spread Worst);

/// <summary>One launch.</summary>
internal sealed record LaunchDocument(
    int Number, ulong Seed, bool Passed, double ReplicaHours, IReadOnlyList<OutcomeDocument> Outcomes);

/// <summary>One objective in one launch.</summary>
internal sealed record OutcomeDocument(string Name, double Value, double Worst, bool Passed);

/// <summary>Many launches.</summary>
internal sealed record LaunchSetDocument
{
    public required double Duration { get; init; }

    public required double Step { get; init; }

    public required int Passed { get; init; }

    public required bool Partial { get; init; }

    public required long Requests { get; init; }

    public required Spread ReplicaHours { get; init; }

    public required IReadOnlyList<LaunchDocument> Launches { get; init; }

    public required Band Offered { get; init; }

    public required Band Desired { get; init; }

    public required Band Ready { get; init; }

    public required Band P50 { get; init; }

    public required Band P95 { get; init; }

    public required Band P99 { get; init; }

    public required Band Errors { get; init; }

    public required IReadOnlyDictionary<string, double> AlertShares { get; init; }

    public required int MiddleNumber { get; init; }

    public required RunResult Middle { get; init; }
}

/// <summary>A change and what happens with it.</summary>
internal sealed record ChangeDocument(
    string Title, string Detail, string Snippet, string File, double ExtraCost, LaunchSetDocument Launches);

/// <summary>A warning about the user's files.</summary>
internal sealed record WarningDocument(
    string Code, Severity Severity, string Message, string Hint, string? File, int Line, int Column)
{
    /// <summary>Characters that are underlined.</summary>
    public int Length { get; init; } = 1;

    /// <summary>The line that the place is in; null without a place.</summary>
    public string? Text { get; init; }
}
