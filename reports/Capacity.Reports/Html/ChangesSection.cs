using Capacity.Model;

namespace Capacity.Reports;

/// <summary>What would make it a go.</summary>
internal static class ChangesSection
{
    /// <summary>The section; null when no change was tried.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        IReadOnlyList<ChangeOutcome> changes = figures.Report.Changes;
        if (changes.Count == 0)
        {
            return null;
        }

        bool go = figures.Report.Verdict.Kind == VerdictKind.Go;
        Html head = new("<th>Change</th><th>Launches that pass</th><th class=\"n\">Over the limit</th>"
            + "<th class=\"n\">Worst p99</th><th class=\"n\">Cost</th><th class=\"n\">Try it</th>");
        var lead = new Html("Each row is one change, simulated on the same launches. "
            + "Those that pass at least 95 % come first, by extra cost.");
        return new ReportSection("fixes", go ? "Changes" : "Fixes", go ? "Other policies" : "What would make it a go",
            lead,
            ReportSection.Table("Changes", head, changes.Select(c => Row(figures, c)), "fixes"));
    }

    private static Html Row(ReportFigures figures, ChangeOutcome change)
    {
        int total = change.Launches.Launches.Count;
        double share = ReportFigures.ShareOf(change.Launches);
        bool enough = share >= Verdict.Target;
        IReadOnlyList<ObjectiveSummary> objectives = ObjectiveSummary.Of(figures.Report.Scenario, change.Launches);
        ObjectiveSummary? latency = objectives.FirstOrDefault(o => o.Objective == figures.Latency?.Objective);
        double hours = Spread.Of(change.Launches.Launches.Select(l => l.ReplicaHours)).Median;
        return Html.Of($"""
            <tr><td><b>{change.Title}</b><small>{change.Detail}</small><details class="snippet">
            <summary>{change.File}</summary><pre>{change.Snippet}</pre></details></td>
            <td><span class="pbar {(enough ? "" : "l")}"><u><i style="width:{share * 100}%"></i></u><span
            class="{(enough ? "ok" : "bad")}">{change.Launches.Passed} of {total}</span></span></td>
            <td class="n">{(latency is null ? "–" : NumberText.Length(latency.Value.Median))}</td>
            <td class="n">{DurationText.Format(WorstP99(objectives, change.Launches))}</td>
            <td class="n">{NumberText.SignedPercent(figures.ExtraCost(change))}
            <small>{NumberText.Count(hours)} replica-hours</small></td>
            <td class="n"><button class="btn" type="button" data-copy="{change.Snippet}"
            aria-label="Copy snippet: {change.Title}" hidden>Copy snippet</button></td></tr>
            """);
    }

    private static double WorstP99(IReadOnlyList<ObjectiveSummary> objectives, LaunchSet launches) =>
        objectives.FirstOrDefault(o => o.Objective.Metric == ObjectiveMetric.LatencyP99)?.Worst.Median
        ?? launches.Middle.Series.P99.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Max();
}
