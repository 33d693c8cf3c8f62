using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Runs scenario scripts: the entry point of a file such as <c>scenarios/library/tutorial.cs</c>.</summary>
public static class CapacityRunner
{
    private const string TargetVariable = "CAPACITY_TARGET";

    /// <summary>Names the scenarios of a run.</summary>
    /// <param name="scenarios">At least one.</param>
    public static ScriptSetup RegisterScenarios(params ScenarioProps[] scenarios) => new(scenarios);

    /// <summary>The service that the command line names: <c>--target</c>, else the variable
    /// <c>CAPACITY_TARGET</c>.</summary>
    /// <param name="args">The script's arguments.</param>
    /// <returns>Null when none is named, or what is named is no address.</returns>
    public static Uri? Target(IReadOnlyList<string> args)
    {
        string? text = Environment.GetEnvironmentVariable(TargetVariable);
        for (int i = 0; i < args.Count; i++)
        {
            text = args[i] == "--target" && i + 1 < args.Count ? args[i + 1]
                : args[i].StartsWith("--target=", StringComparison.Ordinal) ? args[i]["--target=".Length..]
                : text;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address : null;
    }
}

/// <summary>A form of report.</summary>
public enum ReportFormat
{
    /// <summary>The whole result for machines, as <c>capacity run --json</c> writes it.</summary>
    Json,

    /// <summary>Tables for a pull request.</summary>
    Md,

    /// <summary>Tables as plain text.</summary>
    Txt,

    /// <summary>One line per scenario and step, for spreadsheets.</summary>
    Csv,

    /// <summary>One page without links to elsewhere.</summary>
    Html,
}

/// <summary>A file that a run wrote.</summary>
/// <param name="FilePath">Where.</param>
/// <param name="ReportFormat">Its form.</param>
public sealed record ReportFile(string FilePath, ReportFormat ReportFormat);

/// <summary>What a run has come to.</summary>
public sealed record NodeStats
{
    /// <summary>Scenario by scenario; empty when the run could not begin.</summary>
    public IReadOnlyList<ScenarioStats> ScenarioStats { get; init; } = [];

    /// <summary>How the thresholds did.</summary>
    public IReadOnlyList<ThresholdOutcome> Thresholds { get; init; } = [];

    /// <summary>Files that were written.</summary>
    public IReadOnlyList<ReportFile> ReportFiles { get; init; } = [];

    /// <summary>The whole result; null when the run could not begin.</summary>
    public RunResult? Result { get; init; }

    /// <summary>
    /// What the script should end with: 0 everything held, 1 a threshold or too many failures, 2 wrong arguments, 3
    /// scenarios that contradict each other, 4 the init failed or a file cannot be written, 130 stopped by Ctrl-C. A
    /// script that returns nothing ends with it anyway.
    /// </summary>
    public required int ExitCode { get; init; }

    /// <summary>Time measured.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Result?.Duration ?? 0);

    /// <summary>Iterations of all scenarios.</summary>
    public long AllRequestCount => ScenarioStats.Sum(s => s.AllRequestCount);

    /// <summary>Iterations that succeeded.</summary>
    public long AllOkCount => ScenarioStats.Sum(s => s.AllOkCount);

    /// <summary>Iterations that failed.</summary>
    public long AllFailCount => ScenarioStats.Sum(s => s.AllFailCount);

    /// <summary>Bytes of all scenarios.</summary>
    public long AllBytes => ScenarioStats.Sum(s => s.AllBytes);
}
