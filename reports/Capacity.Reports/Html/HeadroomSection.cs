using Capacity.Model;

namespace Capacity.Reports;

/// <summary>How much more load it takes, what breaks first, and what happens when something fails.</summary>
internal static class HeadroomSection
{
    private static readonly Html DrillHead = new("<th>If this fails</th><th>Launches that pass</th>"
        + "<th>Gives way</th><th class=\"n\">Failed requests</th>");

    /// <summary>The section; null without other loads.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        if (figures.Report.Readiness is not { Levels.Count: > 0 } readiness)
        {
            return null;
        }

        var all = Headroom.Of(readiness);
        string lead = all.Holds > 0
            ? $"Every objective holds up to {all.Text} of the expected load."
            : $"Not every objective holds even at {Headroom.Factor(all.Breaks)} of the expected load.";
        IReadOnlyList<Objective> objectives = figures.Report.Scenario.Objectives;
        return new ReportSection("headroom", "Headroom", "How much more would it take, and what if something fails?",
            Html.Of($"{lead} Each load and each failure meets launches of the same seeds."),
            Html.Of($"""
                <div class="two">{HeadroomChart.Of(readiness)}{Breaks(readiness, objectives)}</div>
                {Drills(figures, readiness)}
                """));
    }

    private static Html Breaks(Readiness readiness, IReadOnlyList<Objective> objectives) => ReportSection.Table(
        "What breaks first", new Html("<th>What breaks first</th><th class=\"n\">At a load of</th>"),
        Headroom.InOrder(readiness, objectives).Select(o => Html.Of($"""
            <tr><td><b>{o.Objective.Name}</b></td><td class="n">{BreaksAt(o.Headroom)}</td></tr>
            """)), "slim");

    private static string BreaksAt(Headroom headroom) => double.IsPositiveInfinity(headroom.Breaks)
        ? $"not up to {Headroom.Factor(headroom.Holds)}" : headroom.Text;

    private static Html Drills(ReportFigures figures, Readiness readiness)
    {
        LaunchSet launches = figures.Report.Launches;
        var calm = new DrillOutcome("nothing", "the launches as expected", launches.Passed, launches.Launches.Count,
            figures.Weakest is { } weakest && weakest.Passed < weakest.Total ? weakest.Objective.Name : "",
            launches.Middle.Totals.FailedShare);
        return Html.When(readiness.Drills.Count > 0, () => ReportSection.Table("Failure drills", DrillHead,
            readiness.Drills.Prepend(calm).Select(Drill), "drills"));
    }

    private static Html Drill(DrillOutcome drill)
    {
        (double low, double high) = Wilson.Interval(drill.Passed, drill.Total);
        string tone = low >= Gates.DrillTarget ? "ok" : high < Gates.DrillTarget ? "bad" : "warn";
        return Html.Of($"""
            <tr><td><b>{drill.Name}</b><small>{drill.What}</small></td>
            <td><span class="pbar {(tone == "ok" ? "" : "l")}"><u><i
            style="width:{100.0 * drill.Passed / drill.Total}%"></i></u><span class="{tone}">{drill.Passed} of
            {drill.Total}</span></span></td><td>{(drill.Worst.Length > 0 ? drill.Worst : "–")}</td>
            <td class="n">{NumberText.Percent(drill.Failed)}</td></tr>
            """);
    }
}
