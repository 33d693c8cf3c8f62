using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What went wrong, at the line of the scenario that states the objective.</summary>
public static class RegressionAnnotations
{
    private const int Most = 8; // GitHub shows ten of a kind per step

    /// <summary>GitHub's workflow commands, one per line: errors for what regressed, warnings for what is open.
    /// </summary>
    /// <param name="report">The outcome.</param>
    /// <param name="scenario">For the lines of its objectives.</param>
    public static IReadOnlyList<string> GitHub(RegressionReport report, Scenario scenario) =>
    [
        .. Found(report).Select(m =>
        {
            string kind = m.Verdict == RegressionVerdict.Regressed ? "error" : "warning";
            string line = LineOf(m.Metric, scenario).ToString(CultureInfo.InvariantCulture);
            return $"::{kind} file={Property(scenario.Source.Path)},line={line},title={Property(Title(m))}::"
                + Message(Text(m, report));
        }),
    ];

    /// <summary>GitLab's code quality report: a JSON list for <c>artifacts: reports: codequality</c>.</summary>
    /// <inheritdoc cref="GitHub"/>
    public static string GitLab(RegressionReport report, Scenario scenario)
    {
        var list = new JsonArray(
        [
            .. Found(report).Select(m => (JsonNode)new JsonObject
            {
                ["description"] = PlainText.Clean($"{Title(m)}: {Text(m, report)}"),
                ["check_name"] = $"capacity-compare.{m.Metric.NameOf()}",
                ["fingerprint"] = Convert.ToHexStringLower(SHA256.HashData(
                    Encoding.UTF8.GetBytes($"{scenario.Source.Path}|{m.Metric.NameOf()}")))[..32],
                ["severity"] = m.Verdict == RegressionVerdict.Regressed ? "major" : "info",
                ["location"] = new JsonObject
                {
                    ["path"] = PlainText.Clean(scenario.Source.Path),
                    ["lines"] = new JsonObject { ["begin"] = LineOf(m.Metric, scenario) },
                },
            }),
        ]);
        return list.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private static IEnumerable<MetricOutcome> Found(RegressionReport report) => report.Metrics
        .Where(m => m.Verdict != RegressionVerdict.Passed)
        .OrderBy(m => m.Verdict == RegressionVerdict.Regressed ? 0 : 1).Take(Most);

    /// <summary>The objective's line, else that of the first objective, else the first.</summary>
    private static int LineOf(ComparedMetric metric, Scenario scenario)
    {
        Objective? stated = scenario.Objectives.FirstOrDefault(o => o.Name == metric.NameOf())
            ?? (scenario.Objectives.Count > 0 ? scenario.Objectives[0] : null);
        return stated?.At.Source == scenario.Source ? Math.Max(1, stated.At.Line) : 1;
    }

    private static string Title(MetricOutcome m) =>
        $"{m.Metric.NameOf()} {(m.Verdict == RegressionVerdict.Regressed ? "regressed" : "is open")}";

    private static string Text(MetricOutcome m, RegressionReport report) =>
        $"{RegressionWords.Value(m.Metric, m.Before)} → {RegressionWords.Value(m.Metric, m.After)}, "
        + $"{RegressionWords.Change(m.Metric, m.Change)} ({RegressionWords.Interval(m)}), margin "
        + $"{RegressionWords.Change(m.Metric, m.Margin)}, {RegressionWords.Basis(report)}";

    private static string Message(string text) => PlainText.Clean(text).Replace("%", "%25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Message(text).Replace(":", "%3A", StringComparison.Ordinal)
        .Replace(",", "%2C", StringComparison.Ordinal);
}
