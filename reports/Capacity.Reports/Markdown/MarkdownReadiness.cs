using System.Globalization;

namespace Capacity.Reports;

/// <summary>Gates, headroom and assumptions for a pull request.</summary>
internal static class MarkdownReadiness
{
    /// <summary>One row per gate; those that do not pass are not folded away.</summary>
    public static string Gates(ReportFigures figures)
    {
        IReadOnlyList<Gate> gates = figures.Report.Verdict.Gates;
        return gates.Count == 0 ? "" : MarkdownText.Table(["", "Gate", "Asked", "Must be", "Found"],
            gates.Select(g => (string[])
            [
                g.State switch
                {
                    GateState.Pass => "✅",
                    GateState.Fail => g.Kind == GateKind.Hard ? "⛔" : "⚠️",
                    _ => "❔",
                },
                $"{MarkdownText.Escape(g.Name)} ({g.KindText})", MarkdownText.Escape(g.What),
                g.ThresholdText, g.ObservedText,
            ])) + "\n";
    }

    /// <summary>Where it breaks, and the drills.</summary>
    public static string Headroom(ReportFigures figures) => figures.Report.Readiness is not { Levels.Count: > 0 } r ? ""
        : MarkdownReport.Fold("Headroom and failures",
            MarkdownText.Table(["Objective", "Breaks between"],
                Reports.Headroom.InOrder(r, figures.Report.Scenario.Objectives)
                    .Select(o => (string[])[o.Objective.Name, o.Headroom.Text]))
            + "\n" + MarkdownText.Table(["If this fails", "Launches that pass", "Gives way", "Failed requests"],
                r.Drills.Select(d => (string[])
                [
                    MarkdownText.Escape($"{d.Name}: {d.What}"), $"{d.Passed} of {d.Total}",
                    MarkdownText.Escape(d.Worst), NumberText.Percent(d.Failed),
                ])));

    /// <summary>Where the reaction time goes.</summary>
    public static string Reaction(ReportFigures figures) => ReactionSection.Ups(figures) is not { Count: > 0 } ups ? ""
        : MarkdownReport.Fold("Where does the reaction time go",
            MarkdownText.Table(["Action", "At", "Takes", "Link by link"], ups.Select(t => (string[])
            [
                $"{t.Action.From} → {t.Action.To}, {MarkdownText.Escape(t.Action.Alert)}",
                NumberText.Clock(t.Action.At), NumberText.Length(t.Seconds), ReactionSection.Words(t),
            ])));

    /// <summary>Which assumption matters.</summary>
    public static string Sensitivity(ReportFigures figures) =>
        figures.Report.Readiness is not { Sensitivities.Count: > 0 } r ? ""
        : MarkdownReport.Fold("Which assumption matters most",
            MarkdownText.Table(["Input", "If better", "If worse"], r.Sensitivities.Select(s => (string[])
            [
                MarkdownText.Escape(s.Input), Case(s.Better, s.PassedBetter, s.Total),
                Case(s.Worse, s.PassedWorse, s.Total),
            ])));

    private static string Case(string change, int passed, int total) => string.Create(CultureInfo.InvariantCulture,
        $"{MarkdownText.Escape(change)}: {passed} of {total} pass");
}
