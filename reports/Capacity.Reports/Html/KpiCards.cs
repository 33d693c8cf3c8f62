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
        const string name = "Time over the latency limit";
        if (figures.Latency is not { } latency)
        {
            return Card(name, "–", "", Html.Of($"the scenario has no latency objective"), "");
        }

        string allowed = latency.Objective.Except > 0 ? $"allowed {NumberText.Length(latency.Objective.Except)}"
            : "none allowed";
        return Card(name, NumberText.Length(latency.Value.Median), "",
            Note(allowed, latency.Value, NumberText.Length), Tone(latency));
    }

    private static Html WorstP99(ReportFigures figures)
    {
        const string name = "Worst p99 latency";
        ObjectiveSummary? p99 = figures.Objectives.FirstOrDefault(o =>
            o.Objective.Metric == ObjectiveMetric.LatencyP99);
        if (p99 is null)
        {
            double middle = figures.Report.Launches.Middle.Series.P99.Where(v => !double.IsNaN(v))
                .DefaultIfEmpty(double.NaN).Max();
            return Card(name, DurationText.Format(middle), "", Html.Of($"highest step of the middle launch"), "");
        }

        string limit = $"limit {DurationText.Format(p99.Objective.Limit)}";
        return Card(name, DurationText.Format(p99.Worst.Median), "", Note(limit, p99.Worst, DurationText.Format), "");
    }

    private static Html Failed(ReportFigures figures)
    {
        const string name = "Failed requests";
        ObjectiveSummary? errors = figures.Objectives.FirstOrDefault(o => o.Objective.Metric == ObjectiveMetric.Errors);
        return errors is null
            ? Card(name, NumberText.Percent(figures.Report.Launches.Middle.Totals.FailedShare), "",
                Html.Of($"of the middle launch; no objective limits them"), "")
            : Card(name, NumberText.Percent(errors.Value.Median), "",
                Note($"limit {NumberText.Percent(errors.Objective.Limit)}", errors.Value, NumberText.Percent),
                    Tone(errors));
    }

    private static Html Cost(ReportFigures figures)
    {
        ObjectiveSummary? cost = figures.Objectives.FirstOrDefault(o => o.Objective.Metric == ObjectiveMetric.Cost);
        string limit = cost is null
            ? $"for the {NumberText.Length(figures.Report.Launches.Duration)} launch"
            : $"limit {NumberText.Count(cost.Objective.Limit)}";
        return Card("Cost of this policy", NumberText.Count(figures.Cost.Median), "replica-hours",
            Note(limit, figures.Cost, NumberText.Count), cost is null ? "" : Tone(cost));
    }

    private static Html Note(string limit, Spread spread, Func<double, string> format) => Html.Of($"""
        {limit} · 90 % of launches <span class="nw">{NumberText.Range(format(spread.Low), format(spread.High))}</span>
        """);

    private static string Tone(ObjectiveSummary objective) =>
        objective.State == ObjectiveState.Met ? "" : Icons.Tone(objective.State);

    private static Html Card(string name, string value, string unit, Html note, string tone) => Html.Of($"""
        <div class="card kpi"><div class="k">{name}</div><div
        class="v {tone}">{value}{Html.When(unit.Length > 0, () => Html.Of($" <span>{unit}</span>"))}</div><div
        class="s">{note}</div></div>
        """);
}
