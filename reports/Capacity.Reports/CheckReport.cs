using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A change of the policy, simulated on the same launches.</summary>
/// <param name="Title">For example <c>com.df.scaleMin 2 → 5</c>.</param>
/// <param name="Detail">One line on what it means.</param>
/// <param name="Snippet">The lines to put into the user's own file.</param>
/// <param name="File">Which of the user's files they belong to.</param>
/// <param name="Launches">What happens with it.</param>
public sealed record ChangeOutcome(string Title, string Detail, string Snippet, string File, LaunchSet Launches);

/// <summary>One input of the prediction and where it comes from.</summary>
/// <param name="Name">For example "service time of browse".</param>
/// <param name="Value">As people read it.</param>
/// <param name="Origin">measured, configured or assumed.</param>
/// <param name="Detail">For example "71,204 requests" or a file's name; may be empty.</param>
public sealed record ReportInput(string Name, string Value, string Origin, string Detail);

/// <summary>Everything that a launch-readiness report shows.</summary>
public sealed record CheckReport
{
    /// <summary>What was asked.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>Version of Capacity.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When it was made; null in reproducible output.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Commit of the user's repository; null outside one.</summary>
    public string? Commit { get; init; }

    /// <summary>Seed of the launches.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The answer.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The rehearsal; null when there was none.</summary>
    public RunResult? Measured { get; init; }

    /// <summary>The rehearsal's simulation.</summary>
    public RunResult? Predicted { get; init; }

    /// <summary>The one laid over the other.</summary>
    public Comparison? Comparison { get; init; }

    /// <summary>The simulated launches.</summary>
    public required LaunchSet Launches { get; init; }

    /// <summary>Other loads, failures and assumptions; null when they were not looked at.</summary>
    public Readiness? Readiness { get; init; }

    /// <summary>SHA-256 over the scenario, what replaced its values and the files it names, as 64 hexadecimal digits;
    /// null in reports of older versions.</summary>
    /// <remarks>With another one, or another version of Capacity, the evidence has expired.</remarks>
    public string? Configuration { get; init; }

    /// <summary>What would make it a go, those that do first, by extra cost.</summary>
    public IReadOnlyList<ChangeOutcome> Changes { get; init; } = [];

    /// <summary>What the prediction rests on.</summary>
    public IReadOnlyList<ReportInput> Inputs { get; init; } = [];

    /// <summary>Shell commands that give this report again.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Warnings about the user's files.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>Wall-clock seconds that the launches took to simulate; null in reproducible output.</summary>
    public double? SimulatedIn { get; init; }
}
