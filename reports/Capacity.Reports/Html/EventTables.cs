using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What the lanes show, as tables: for screen readers, for paper and for those who want the seconds.</summary>
internal static class EventTables
{
    /// <summary>A fold with both tables; nothing when the middle launch has neither.</summary>
    public static Html Of(ReportFigures figures)
    {
        RunResult middle = figures.Report.Launches.Middle;
        return Html.When(middle.ScaleActions.Count + middle.Alerts.Count > 0, () => Html.Of($"""
            <details class="card fold"><summary>Scale events and alerts of the middle launch as tables</summary>
            {Html.When(middle.ScaleActions.Count > 0, () => Actions(middle.ScaleActions))}
            {Html.When(middle.Alerts.Count > 0, () => Alerts(middle.Alerts))}
            </details>
            """));
    }

    private static Html Actions(IReadOnlyList<ScaleAction> actions) => ReportSection.Table("Scale events",
        new("<th>At</th><th>Replicas</th><th>Because of</th><th>Serves at</th>"),
        actions.Select(a => Html.Of($"""
            <tr><td>{NumberText.Clock(a.At)}</td><td>{a.From} → {a.To}</td><td>{a.Alert}<small>{a.Message}</small></td>
            <td>{NumberText.Clock(a.Chain.InRotation)}</td></tr>
            """)), "plain");

    private static Html Alerts(IReadOnlyList<AlertSpan> alerts) => ReportSection.Table("Alerts",
        new("<th>Alert</th><th>Pending</th><th>Firing</th><th>Ends</th><th>Label</th>"),
        alerts.Select(a => Html.Of($"""
            <tr><td>{a.Name}</td><td>{NumberText.Clock(a.Pending)}</td><td>{NumberText.Clock(a.Firing)}</td>
            <td>{NumberText.Clock(a.End)}</td><td>{a.Severity}</td></tr>
            """)), "plain");
}
