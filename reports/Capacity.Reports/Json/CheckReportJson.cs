using System.Text.Json;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The report for machines: everything the page shows, and the series behind it.</summary>
/// <remarks>NaN is null and seeds are strings, as in <see cref="RunResultJson"/>. The same report gives the same
/// bytes.</remarks>
public static class CheckReportJson
{
    /// <summary>Version of the stored form.</summary>
    public const int SchemaVersion = 1;

    /// <summary>The report as UTF-8, with a final newline.</summary>
    public static byte[] ToUtf8(CheckReport report) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(DocumentOf(report), ReportJson.Default.CheckReportDocument),
            (byte)'\n'];

    /// <summary>Writes the report with a final newline.</summary>
    public static void Write(CheckReport report, TextWriter writer)
    {
        writer.Write(JsonSerializer.Serialize(DocumentOf(report), ReportJson.Default.CheckReportDocument));
        writer.Write('\n');
    }

    /// <summary>Reads the stored form.</summary>
    /// <param name="source">Any text.</param>
    /// <returns>
    /// A report that renders as the one that was written, or CAP091 (not JSON, or a member is missing or of the wrong
    /// type), CAP092 (another schema version) or CAP093 (members contradict each other).
    /// </returns>
    public static Parsed<CheckReport> Read(SourceText source) => CheckReportReader.Read(source);

    private static CheckReportDocument DocumentOf(CheckReport report)
    {
        var figures = new ReportFigures(report);
        Scenario scenario = report.Scenario;
        Verdict v = report.Verdict;
        return new CheckReportDocument
        {
            SchemaVersion = SchemaVersion,
            ToolVersion = report.ToolVersion,
            CreatedAt = report.CreatedAt,
            Commit = report.Commit,
            Seed = report.Seed,
            Verdict = new VerdictDocument(v.Kind, Headline.Word(v.Kind), Headline.Sentence(figures),
                Headline.Detail(figures),
                v.Passed, v.Total, v.Low, v.High, v.Reasons)
            { Gates = v.Gates, Conditions = v.Conditions },
            Configuration = report.Configuration,
            Readiness = report.Readiness,
            Scenario = new ScenarioDocument(scenario.Name, scenario.Shows, scenario.Target.Service,
                scenario.Source.Path,
                ReproduceSection.Digest(scenario.Source), scenario.Source.Text)
            {
                Settings = scenario.Settings,
                RehearsalSpeed = scenario.Rehearsal.Speed,
                Stages = [.. scenario.Load.Select(s => new StageDocument(s.Name, s.During))],
            },
            Objectives =
            [
                .. figures.Objectives.Select(o =>
                    new ObjectiveDocument(o.Objective.Name, o.Objective.Metric, o.Objective.Limit,
                    o.Objective.Except, o.State, o.Passed, o.Total, o.Value, o.Worst)),
            ],
            Launches = DocumentOf(report.Launches),
            Changes =
            [
                .. report.Changes.Select(c =>
                    new ChangeDocument(c.Title, c.Detail, c.Snippet, c.File, figures.ExtraCost(c),
                    DocumentOf(c.Launches))),
            ],
            Measured = report.Measured,
            Predicted = report.Predicted,
            Comparison = report.Comparison,
            Inputs = report.Inputs,
            Commands = report.Commands,
            Warnings =
            [
                .. report.Warnings.Select(w =>
                    new WarningDocument(w.Code, w.Severity, w.Message, w.Hint, w.At.Source?.Path,
                    w.At.Line, w.At.Column) { Length = w.At.Length, Text = w.At.Source?.Line(w.At.Line) }),
            ],
            SimulatedIn = report.SimulatedIn,
        };
    }

    private static LaunchSetDocument DocumentOf(LaunchSet set) => new()
    {
        Duration = set.Duration,
        Step = set.Step,
        Passed = set.Passed,
        Partial = set.Partial,
        Requests = set.Requests,
        ReplicaHours = Spread.Of(set.Launches.Select(l => l.ReplicaHours)),
        Launches =
        [
            .. set.Launches.Select(l => new LaunchDocument(l.Number, l.Seed, l.Passed, l.ReplicaHours,
                [.. l.Outcomes.Select(o => new OutcomeDocument(o.Objective.Name, o.Value, o.Worst, o.Passed))])),
        ],
        Offered = set.Offered,
        Desired = set.Desired,
        Ready = set.Ready,
        P50 = set.P50,
        P95 = set.P95,
        P99 = set.P99,
        Errors = set.Errors,
        AlertShares = set.AlertShares,
        MiddleNumber = set.MiddleNumber,
        Middle = set.Middle,
    };
}
