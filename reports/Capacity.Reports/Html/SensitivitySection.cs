using System.Globalization;

namespace Capacity.Reports;

/// <summary>Which assumption moves the verdict most: a tornado.</summary>
internal static class SensitivitySection
{
    private static readonly Html Head = new("<th>Input</th><th>If better</th><th>If worse</th>"
        + "<th class=\"range\">Launches that pass</th><th class=\"n\">Use of the limit</th>");

    /// <summary>The section; null when none was tried.</summary>
    public static ReportSection? Of(ReportFigures figures) =>
        figures.Report.Readiness is not { Sensitivities.Count: > 0 } readiness ? null
        : new ReportSection("sensitivity", "Assumptions", "Which assumption matters most?",
            Html.Of($"""
                One input at a time is changed, and the same launches are simulated again. Bar: from the worse to the
                better case, upright line: 95 %. Use of the limit: how much of it the tightest objective takes in the
                median launch; above 100 % it is broken. Measure the first inputs before the others.
                """),
            ReportSection.Table("Sensitivity", Head, readiness.Sensitivities.Select(Row), "sensitivity"));

    private static Html Row(Sensitivity s)
    {
        double better = 100.0 * s.PassedBetter / s.Total;
        double worse = 100.0 * s.PassedWorse / s.Total;
        double low = Math.Min(better, worse);
        double width = Math.Max(1, Math.Abs(better - worse));
        string tone = worse >= 95 ? "ok" : better >= 95 ? "warn" : "bad";
        string label = string.Create(CultureInfo.InvariantCulture,
            $"{s.PassedBetter} of {s.Total} pass if better, {s.PassedWorse} of {s.Total} if worse");
        return Html.Of($"""
            <tr><td><b>{s.Input}</b></td><td>{s.Better}<small>{s.PassedBetter} of {s.Total} pass</small></td>
            <td>{s.Worse}<small>{s.PassedWorse} of {s.Total} pass</small></td>
            <td><div class="bul {tone}" role="img" aria-label="{label}" title="{label}"><span class="t"></span><span
            class="i" style="left:{Math.Min(low, 99)}%;width:{width}%"></span><span class="g" style="left:95%"></span>
            </div></td><td class="n">{NumberText.Range(NumberText.Percent(s.UseBetter), NumberText.Percent(s.UseWorse))}
            </td></tr>
            """);
    }
}
