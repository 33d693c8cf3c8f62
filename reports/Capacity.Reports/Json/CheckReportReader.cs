using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The stored form of a report → the report.</summary>
internal static class CheckReportReader
{
    private const int LinesMax = 1_000_000; // beyond any file that a person wrote

    private static readonly StoredForm<CheckReportDocument> Form =
        new("a stored report", CheckReportJson.SchemaVersion, "'capacity check'");

    /// <summary>Reads a text.</summary>
    public static Parsed<CheckReport> Read(SourceText source)
    {
        Parsed<CheckReportDocument> read = Form.Read(source, Contradiction);
        return read.TryGet(out CheckReportDocument? document)
            ? ReportOf(document)
            : Parsed<CheckReport>.Failed(read.Diagnostics);
    }

    private static CheckReport ReportOf(CheckReportDocument document)
    {
        Scenario scenario = ScenarioOf(document);
        return new CheckReport
        {
            Scenario = scenario,
            ToolVersion = document.ToolVersion,
            CreatedAt = document.CreatedAt,
            Commit = document.Commit,
            Seed = document.Seed,
            Verdict = new Verdict(document.Verdict.Kind, document.Verdict.Passed, document.Verdict.Total,
                document.Verdict.Low, document.Verdict.High, document.Verdict.Reasons)
            {
                Gates = document.Verdict.Gates,
                Conditions = document.Verdict.Conditions,
            },
            Configuration = document.Configuration,
            Readiness = document.Readiness,
            Measured = document.Measured,
            Predicted = document.Predicted,
            Comparison = document.Comparison,
            Launches = SetOf(document.Launches, scenario.Objectives),
            Changes =
            [
                .. document.Changes.Select(c => new ChangeOutcome(
                    c.Title, c.Detail, c.Snippet, c.File, SetOf(c.Launches, scenario.Objectives))),
            ],
            Inputs = document.Inputs,
            Commands = document.Commands,
            Warnings = [.. document.Warnings.Select(WarningOf)],
            SimulatedIn = document.SimulatedIn,
        };
    }

    /// <summary>
    /// The scenario is read again from its own text. Where that no longer succeeds, its name, objectives and stages
    /// are enough to show the report.
    /// </summary>
    private static Scenario ScenarioOf(CheckReportDocument document)
    {
        ScenarioDocument stored = document.Scenario;
        var text = new SourceText(stored.Path, stored.Text);
        Objective[] objectives =
            [.. document.Objectives.Select(o => new Objective(o.Metric, o.Limit, o.Except))];
        bool asWritten = ScenarioReader.Read(text, stored.Settings).TryGet(out Scenario? again)
            && again.Name == stored.Name && again.Objectives.Select(WithoutPlace).SequenceEqual(objectives);
        return asWritten ? again! : new Scenario
        {
            Name = stored.Name,
            Shows = stored.Shows,
            Source = text,
            Settings = stored.Settings,
            Target = new ScenarioTarget(stored.Service, "", null, ""),
            Load = [.. stored.Stages.Select(s => new LoadStage.Pause(s.Name, s.Seconds))],
            Requests = [],
            Objectives = objectives,
            Rehearsal = new Rehearsal { Speed = stored.RehearsalSpeed },
        };
    }

    private static Objective WithoutPlace(Objective objective) => objective with { At = default };

    private static LaunchSet SetOf(LaunchSetDocument set, IReadOnlyList<Objective> objectives) => new()
    {
        Launches = [.. set.Launches.Select(l => LaunchOf(l, objectives))],
        Duration = set.Duration,
        Step = set.Step,
        Offered = set.Offered,
        Desired = set.Desired,
        Ready = set.Ready,
        P50 = set.P50,
        P95 = set.P95,
        P99 = set.P99,
        Errors = set.Errors,
        Middle = set.Middle,
        MiddleNumber = set.MiddleNumber,
        AlertShares = set.AlertShares,
        Requests = set.Requests,
        Partial = set.Partial,
    };

    private static Launch LaunchOf(LaunchDocument launch, IReadOnlyList<Objective> objectives) => new(
        launch.Number, launch.Seed, launch.Passed,
        [.. launch.Outcomes.Zip(objectives, (o, limit) => new ObjectiveOutcome(limit, o.Value, o.Worst, o.Passed))],
        launch.ReplicaHours);

    private static Diagnostic WarningOf(WarningDocument warning)
    {
        if (warning.File is null)
        {
            return new Diagnostic(warning.Code, SourceSpan.None, warning.Message, warning.Hint, warning.Severity);
        }

        int line = Math.Clamp(warning.Line, 1, LinesMax);
        var source = new SourceText(warning.File, new string('\n', line - 1) + warning.Text);
        return new Diagnostic(warning.Code,
            new SourceSpan(source, line, Math.Max(1, warning.Column), Math.Max(0, warning.Length)),
            warning.Message, warning.Hint, warning.Severity);
    }

    private static string? Contradiction(CheckReportDocument report)
    {
        LaunchSetDocument[] sets = [report.Launches, .. report.Changes.Select(c => c?.Launches!)];
        RunResult?[] runs = [report.Measured, report.Predicted, .. sets.Select(s => s?.Middle)];
        return HasHole(report.Objectives) || HasHole(report.Changes) || HasHole(report.Inputs)
                || HasHole(report.Commands) || HasHole(report.Warnings) || HasHole(report.Verdict.Reasons)
                || HasHole(report.Verdict.Gates) || HasHole(report.Verdict.Conditions) || HasHole(report.Readiness)
                || HasHole(report.Scenario.Settings) || HasHole(report.Scenario.Stages)
                ? "one of its lists has an empty entry"
            : sets.Select(s => ContradictionOf(s, report.Objectives.Count)).FirstOrDefault(c => c is not null)
                is { } wrongSet ? wrongSet
            : runs.Where(r => r is not null).Select(r => RunResultJson.Contradiction(r!))
                .FirstOrDefault(c => c is not null) is { } wrongRun ? $"one of its runs contradicts itself: {wrongRun}"
            : report.Readiness is { } r && ContradictionOf(r, report.Objectives.Count) is { } wrong ? wrong
            : report.Comparison is { } c && (HasHole(c.Actions) || HasHole(c.Percentiles) || HasHole(c.Doubts)
                || c.Percentiles.Count != 3)
                ? "its comparison is not complete"
            : report.Comparison is not null && (report.Measured is null || report.Predicted is null)
                ? "it has a comparison, but not the two runs that it compares"
            : null;
    }

    private static string? ContradictionOf(LaunchSetDocument set, int objectives)
    {
        Band[] bands = [set.Offered, set.Desired, set.Ready, set.P50, set.P95, set.P99, set.Errors];
        int[] lengths = [.. bands.SelectMany(b => new[] { b.Low.Count, b.Median.Count, b.High.Count }).Distinct()];
        return set.Launches.Count == 0 ? "it has no launches"
            : HasHole(set.Launches) || set.Launches.Any(l => HasHole(l.Outcomes))
                ? "one of its lists has an empty entry"
            : set.Launches.Any(l => l.Outcomes.Count != objectives)
                ? "a launch does not have an outcome for each objective"
            : !(set.Step > 0) || !(set.Duration >= 0) ? "a length of time is not a positive number of seconds"
            : lengths.Length > 1 ? "its bands differ in length"
            : null;
    }

    private static string? ContradictionOf(Readiness readiness, int objectives) =>
        readiness.Levels.Any(l => l.PassedByObjective.Count != objectives)
            ? "a load does not have a count for each objective"
        : readiness.Levels.Any(l => l.Total < 1 || !(l.Factor > 0)) || readiness.Drills.Any(d => d.Total < 1)
            || readiness.Sensitivities.Any(s => s.Total < 1)
            ? "other loads, failures or assumptions have no launches"
        : null;

    private static bool HasHole(Readiness? readiness) => readiness is not null && (HasHole(readiness.Levels)
        || HasHole(readiness.Drills) || HasHole(readiness.Sensitivities));

    private static bool HasHole<T>(IReadOnlyList<T> list)
        where T : class => list.Any(entry => entry is null);
}
