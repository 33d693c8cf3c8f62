using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Four numbers: time over the latency limit, worst p99, failed share, cost.</summary>
internal static class KpiCards
{
    /// <summary>The cards.</summary>
    public static Html Of(ReportFigures figures) => Html.Of($"""
        <div class="kpis">{Over(figures)}{WorstP99(figures)}{Failed(figures)}{Cost(figures)}</div>
        """);

    private static Html Over(ReportFigures figures)
    {
        if (figures.Latency is not { } latency)
        {
            return Card("Time over the latency limit", "–", "", "the scenario has no latency objective", "");
        }

        string allowed = latency.Objective.Except > 0 ? $"allowed {NumberText.Length(latency.Objective.Except)}" : "none allowed";
        return Card("Time over the latency limit", NumberText.Length(latency.Value.Median), "",
            $"{allowed} · 90 % of launches "
            + NumberText.Range(NumberText.Length(latency.Value.Low), NumberText.Length(latency.Value.High)),
            Tone(latency));
    }

    private static Html WorstP99(ReportFigures figures)
    {
        ObjectiveSummary? p99 = figures.Objectives.FirstOrDefault(o => o.Objective.Metric == ObjectiveMetric.LatencyP99);
        if (p99 is null)
        {
            double middle = figures.Report.Launches.Middle.Series.P99.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Max();
            return Card("Worst p99 latency", DurationText.Format(middle), "", "highest step of the middle launch", "");
        }

        return Card("Worst p99 latency", DurationText.Format(p99.Worst.Median), "",
            $"limit {DurationText.Format(p99.Objective.Limit)} · 90 % of launches "
            + NumberText.Range(DurationText.Format(p99.Worst.Low), DurationText.Format(p99.Worst.High)), "");
    }

    private static Html Failed(ReportFigures figures)
    {
        ObjectiveSummary? errors = figures.Objectives.FirstOrDefault(o => o.Objective.Metric == ObjectiveMetric.Errors);
        return errors is null
            ? Card("Failed requests", NumberText.Percent(figures.Report.Launches.Middle.Totals.FailedShare), "",
                "of the middle launch; no objective limits them", "")
            : Card("Failed requests", NumberText.Percent(errors.Value.Median), "",
                $"limit {NumberText.Percent(errors.Objective.Limit)} · 90 % of launches "
                + NumberText.Range(NumberText.Percent(errors.Value.Low), NumberText.Percent(errors.Value.High)), Tone(errors));
    }

    private static Html Cost(ReportFigures figures)
    {
        ObjectiveSummary? cost = figures.Objectives.FirstOrDefault(o => o.Objective.Metric == ObjectiveMetric.Cost);
        string limit = cost is null ? "" : $"limit {NumberText.Count(cost.Objective.Limit)} · ";
        return Card("Cost of this policy", NumberText.Count(figures.Cost.Median), "replica-hours",
            $"{limit}for the {NumberText.Length(figures.Report.Launches.Duration)} launch · 90 % "
            + NumberText.Range(NumberText.Count(figures.Cost.Low), NumberText.Count(figures.Cost.High)), cost is null ? "" : Tone(cost));
    }

    private static string Tone(ObjectiveSummary objective) =>
        objective.State == ObjectiveState.Met ? "" : Icons.Tone(objective.State);

    private static Html Card(string name, string value, string unit, string note, string tone) => Html.Of($"""
        <div class="card kpi"><div class="k">{name}</div><div class="v {tone}">{value}{Html.When(unit.Length > 0, () => Html.Of($" <span>{unit}</span>"))}</div><div class="s">{note}</div></div>
        """);
}
