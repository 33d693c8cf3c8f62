using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Predicted against measured: the errors as they are, and where each input comes from.</summary>
internal static class TrustSection
{
    private static readonly Html ErrorHead = new("<th>Prediction error</th><th class=\"n\">Typical</th>"
        + "<th class=\"n\">Worst step</th><th class=\"n\">Steps</th>");

    /// <summary>The section; without a rehearsal it says what to run.</summary>
    public static ReportSection Of(ReportFigures figures)
    {
        CheckReport report = figures.Report;
        return report.Measured is { } measured
            ? new ReportSection("evidence", "Evidence", "How far to trust this", Lead(report, measured),
                Rehearsed(report, measured))
            : new ReportSection("evidence", "Evidence", "How far to trust this",
                Html.Of($"The launches above come from the simulator alone; no real request was sent."),
                Html.Of($"{NotRehearsed(report)}{Inputs(report)}"));
    }

    private static Html Lead(CheckReport report, RunResult measured)
    {
        Rehearsal how = report.Scenario.Rehearsal;
        string speed = how.Speed > 1 ? $", {NumberText.Count(how.Speed)} times faster than the launch" : "";
        string demand = how.Demand is < 1 or > 1 ? $", at {NumberText.Percent(how.Demand)} of its demand" : "";
        return Html.Of($"""
            A rehearsal of {NumberText.Length(measured.Duration)} on real HTTP sent
            <b>{NumberText.Count(measured.Totals.Scheduled)} requests</b>{speed}{demand}. The same simulator predicted
            it, with the same arrivals and with service and start-up times fitted to this very rehearsal: what agrees
            below shows that the model can explain it. Times are the rehearsal's own.
            """);
    }

    private static Html Rehearsed(CheckReport report, RunResult measured) => Html.Of($"""
        {Doubts(report.Comparison)}
        <div class="two" data-group="rehearsal">
        {Chart("rehearsal-replicas", "Replicas: predicted and measured")}
        {Chart("rehearsal-latency", "Latency: predicted and measured")}</div>
        {Html.When(report.Comparison is { Actions.Count: > 0 }, () => ActionTable.Of(report.Comparison!))}
        <div class="two">{Html.When(report.Comparison is not null, () => Errors(report, measured))}
        {Inputs(report)}</div>
        {KindTable.Of(measured, report.Predicted)}
        """);

    private static Html Chart(string id, string title) =>
        Html.Of($"<div class=\"card\">{TimelineSection.Panel(id, title, "", "wide")}</div>");

    private static Html NotRehearsed(CheckReport report) => Html.Of($"""
        <div class="card norun"><h3>No rehearsal</h3><p>A go needs a short run on real HTTP that the model fits. This
        one takes about
        {NumberText.Length(report.Scenario.Duration / Math.Max(1, report.Scenario.Rehearsal.Speed))}:</p>
        <pre tabindex="0">capacity check {report.Scenario.Source.Path}</pre></div>
        """);

    private static Html Doubts(Comparison? comparison) => Html.When(comparison is { Doubts.Count: > 0 }, () =>
        Html.Of($"""
        <div class="doubts" role="note">{Icons.Warn}<div><b>Why the model is in doubt</b>
        <ul>{comparison!.Doubts.Select(d => Html.Of($"<li>{d}</li>"))}</ul></div></div>
        """));

    private static Html Errors(CheckReport report, RunResult measured)
    {
        Comparison comparison = report.Comparison!;
        IEnumerable<Html> rows = comparison.Percentiles.Select(p => Html.Of($"""
            <tr><td>{p.Name} latency</td><td class="n">{NumberText.Percent(p.MedianError)}</td><td
            class="n">{NumberText.Percent(p.WorstError)}</td><td class="n">{p.Steps}</td></tr>
            """));
        Html replicas = Html.Of($"""
            <tr><td>Replica curve</td><td class="n">{NumberText.Percent(comparison.ReplicaError)}</td><td
            class="n">–</td><td class="n">{measured.Series.Ready.Count}</td></tr>
            """);
        return Html.Of($"""
            <div>{ReportSection.Table("Errors of the prediction", ErrorHead, rows.Append(replicas), "slim")}
            <p class="under">Typical: median over the steps of |predicted − measured| / measured; for the replica curve
            the area between both over the area measured. {Band(report.Readiness?.Coverage)}</p>{Generator(measured)}</div>
            """);
    }

    private static Html Band(BandCoverage? coverage) => Html.When(coverage is { Steps: > 0 }, () => Html.Of($"""
        Of {coverage!.Steps} measured values (replicas and percentiles of each step), {coverage.Inside} lie between the
        lowest and the highest of {coverage.Runs} predictions with other seeds: {NumberText.Percent(coverage.Share)}.
        """));

    private static Html Generator(RunResult measured) => Html.When(measured.Generator is not null, () => Html.Of($"""
        <p class="under">Load generator: half of the requests left within
        {DurationText.Format(measured.Generator!.LatenessP50)} of their schedule, 99 % within
        {DurationText.Format(measured.Generator.LatenessP99)}; it used {NumberText.Count(measured.Generator.CpuShare)}
        cores. {NumberText.Count(measured.Totals.Dropped)} requests were not
        sent.{(measured.Generator.Limited is { } why ? $" Generator-limited: {why}." : "")}</p>
        """));

    private static Html Inputs(CheckReport report) => Html.When(report.Inputs.Count > 0, () => ReportSection.Table(
        "Inputs of the prediction", new("<th>Input</th><th>Value</th><th>Where from</th>"),
        report.Inputs.Select(i => Html.Of($"""
            <tr><td>{i.Name}</td><td>{i.Value}</td><td><span class="tag {TagOf(i.Origin)}">{i.Origin}</span>
            <small>{i.Detail}</small></td></tr>
            """)), "slim inputs"));

    private static string TagOf(string origin) => origin switch { "measured" => "m", "assumed" => "a", _ => "b" };
}
