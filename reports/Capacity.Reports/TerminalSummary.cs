
namespace Capacity.Reports;

/// <summary>The report for a terminal. The first sign of a line (✓, !, ✗, ?) says its tone, for those who colour
/// it.</summary>
public static class TerminalSummary
{
    /// <summary>The summary, without colours and without control characters.</summary>
    /// <returns>The verdict, one line per objective, the fix or what breaks first, and the reasons, if any.</returns>
    public static IReadOnlyList<string> Lines(CheckReport report)
    {
        var figures = new ReportFigures(report);
        Verdict v = report.Verdict;
        var lines = new List<string>
        {
            $"{SignOf(v.Kind)} {Headline.Word(v.Kind)}   {v.Passed} of {v.Total} "
            + $"{(v.Total == 1 ? "launch" : "launches")} {(v.Passed == 1 ? "meets" : "meet")} every objective "
            + $"(95 %: {NumberText.PercentRange(v.Low, v.High)})",
            $"  {Headline.Sentence(figures)}",
        };
        (string Limit, string Value, string Sign)[] rows =
        [
            .. figures.Objectives.Select(o =>
                ($"{NameOf(o)} {o.LimitText}",
                o.Shown.Low == o.Shown.High ? o.PredictedText : $"{o.PredictedText} ({o.RangeText})", SignOf(o.State))),
        ];
        int width = rows.Select(r => r.Limit.Length).DefaultIfEmpty(0).Max();
        lines.AddRange(rows.Select(r => $"  {r.Sign} {r.Limit.PadRight(width)}   {r.Value}"));
        lines.AddRange(v.Reasons.Select(r => $"  ! {r}"));
        lines.AddRange(v.Conditions.Where(_ => v.Kind != VerdictKind.NoGo).Select(c => $"  ! {c}"));
        if (v.Kind == VerdictKind.Go)
        {
            lines.AddRange(new[] { Headline.FirstToBreak(figures) }.Where(f => f.Length > 0).Select(f => $"  {f}"));
        }
        else if (figures.Fix is { } fix)
        {
            lines.Add($"  fix  {fix.Title}   → {fix.Launches.Passed} of {fix.Launches.Launches.Count}, "
                + $"{NumberText.SignedPercent(figures.ExtraCost(fix))} cost");
        }

        if (report.Readiness is { Levels.Count: > 0 } readiness)
        {
            lines.Add($"  headroom   every objective holds up to {Headroom.Of(readiness).Text} of the expected load");
        }

        if (report.Comparison is { } comparison)
        {
            lines.Add($"  rehearsal  {ActionTable.Summary(comparison)} "
                + $"Replica curve off by {NumberText.Percent(comparison.ReplicaError)}, "
                + $"p99 by {NumberText.Percent(comparison.Percentiles[^1].MedianError)}.");
        }

        return [.. lines.Select(PlainText.OneLineKeepingIndent)];
    }

    private static string NameOf(ObjectiveSummary o) =>
        o.Objective.IsLatency ? o.Objective.Name["latency.".Length..] : o.Objective.Name;

    private static string SignOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Go => "✓",
        VerdictKind.GoWithConditions => "!",
        VerdictKind.NoGo => "✗",
        _ => "?",
    };

    private static string SignOf(ObjectiveState state) => state switch
    {
        ObjectiveState.Met => "✓",
        ObjectiveState.AtRisk => "!",
        _ => "✗",
    };
}
