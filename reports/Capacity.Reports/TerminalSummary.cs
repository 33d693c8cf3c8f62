using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The report for a terminal. The first sign of a line (✓, !, ✗, ?) says its tone, for those who colour
/// it.</summary>
public static class TerminalSummary
{
    private const int Widest = 120; // characters of a condition

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
        Gate[] conditions = v.Kind == VerdictKind.NoGo ? []
            : [.. v.Gates.Where(g => g.Kind == GateKind.Soft && g.State != GateState.Pass)];
        int names = conditions.Select(g => g.Name.Length).DefaultIfEmpty(0).Max();
        lines.AddRange(conditions.Select(g => Shortened(
            $"  ! {g.Name.PadRight(names)}   {g.ObservedText}, must be {g.ThresholdText}: {g.Condition}")));
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
            lines.Add($"  headroom   {HeadroomLine(readiness, report.Scenario.Objectives)}");
        }

        if (report.Comparison is { } comparison)
        {
            lines.Add($"  rehearsal  {ActionTable.Summary(comparison)}");
            lines.Add($"             Replica curve off by {NumberText.Percent(comparison.ReplicaError)}, "
                + $"p99 by {NumberText.Percent(comparison.Percentiles[^1].MedianError)}.");
        }

        return [.. lines.Select(PlainText.OneLineKeepingIndent)];
    }

    private static string HeadroomLine(Readiness readiness, IReadOnlyList<Objective> objectives)
    {
        var all = Headroom.Of(readiness);
        (Objective Objective, Headroom Headroom)[] first =
            [.. Headroom.InOrder(readiness, objectives).Where(o => double.IsFinite(o.Headroom.Breaks)).Take(1)];
        return (all.Holds > 0 ? $"every objective holds up to {all.Text} of the expected load"
            : $"not every objective holds even at {Headroom.Factor(all.Breaks)} of the expected load")
            + string.Concat(first.Select(f => $"; {f.Objective.Name} breaks first"));
    }

    private static string Shortened(string line)
    {
        if (line.Length <= Widest)
        {
            return line;
        }

        int end = line.LastIndexOf(' ', Widest - 2);
        return line[..end].TrimEnd(',', ';', ':') + " …";
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
