using System.Globalization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The gates of the launch, one line each.</summary>
internal static class GatesSection
{
    /// <summary>The section; null when there is nothing besides the launches.</summary>
    public static ReportSection? Of(ReportFigures figures) => figures.Report.Verdict.Gates.Count == 0 ? null
        : new ReportSection("gates", "Gates", "Is everything in place?",
            Html.Of($"""
                A hard gate that fails is a no-go, one without an answer is not enough evidence; a soft one that does
                not pass is a condition. Each is judged by its whole interval.
                """),
            ReportSection.Table("Gates",
                Html.Of($"""
                    <th></th><th>Gate</th><th>What is asked</th><th class="n">Must be</th><th class="n">Found</th>
                    <th>From</th>
                    """),
                figures.Report.Verdict.Gates.Select(Row)));

    private static Html Row(Gate gate) => Html.Of($"""
        <tr><td class="st {Tone(gate)}">{Icon(gate)}<span class="sr">{gate.State.ToString()}</span></td>
        <td><b>{gate.Name}</b> <small>{(gate.KindText)}</small></td><td>{gate.What}</td>
        <td class="n">{gate.ThresholdText}</td><td class="n">{gate.ObservedText}</td><td>{gate.Detail}</td></tr>
        """);

    private static Html Icon(Gate gate) => gate.State switch
    {
        GateState.Pass => Icons.Ok,
        GateState.Fail => gate.Kind != GateKind.Soft ? Icons.Bad : Icons.Warn,
        _ => Icons.Unknown,
    };

    private static string Tone(Gate gate) => gate.State switch
    {
        GateState.Pass => "ok",
        GateState.Fail => gate.Kind != GateKind.Soft ? "bad" : "warn",
        _ => "warn",
    };
}

/// <summary>How much more load it takes, what breaks first, and what happens when something fails.</summary>
internal static class HeadroomSection
{
    /// <summary>The section; null without other loads.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        if (figures.Report.Readiness is not { Levels.Count: > 0 } readiness)
        {
            return null;
        }

        IReadOnlyList<Objective> objectives = figures.Report.Scenario.Objectives;
        string all = Headroom.Of(readiness).Text;
        return new ReportSection("headroom", "Headroom", "How much more would it take?",
            Html.Of($"Every objective holds up to {all} of the expected load, by "
                + $"{readiness.Levels[0].Total.ToString(CultureInfo.InvariantCulture)} launches at each load."),
            Html.Join([Breaks(readiness, objectives), Levels(readiness), Drills(readiness)]));
    }

    private static Html Breaks(Readiness readiness, IReadOnlyList<Objective> objectives) => ReportSection.Table(
        "What breaks first", Html.Of($"<th>Objective</th><th class=\"n\">Breaks between</th>"),
        Headroom.InOrder(readiness, objectives).Select(o =>
            Html.Of($"<tr><td>{o.Objective.Name}</td><td class=\"n\">{o.Headroom.Text}</td></tr>")));

    private static Html Levels(Readiness readiness) => ReportSection.Table(
        "Loads", Html.Of($"<th class=\"n\">Load</th><th>Launches that keep every objective</th><th></th>"),
        readiness.Levels.Select(l => Html.Of($"""
            <tr><td class="n">{l.Factor.ToString("0.##", CultureInfo.InvariantCulture)}×</td>
            <td>{l.Passed} of {l.Total}</td>
            <td class="bar"><i style="width:{100.0 * l.Passed / l.Total}%"></i></td></tr>
            """)));

    private static Html Drills(Readiness readiness) => Html.When(readiness.Drills.Count > 0, () =>
        Html.Of($"<h3>When something fails</h3>{ReportSection.Table("Failure drills",
            Html.Of($"<th>Drill</th><th>What happens</th><th class=\"n\">Launches that pass</th><th>Gives way</th><th class=\"n\">Failed requests</th>"),
            readiness.Drills.Select(d => Html.Of($"""
                <tr><td><b>{d.Name}</b></td><td>{d.What}</td><td class="n">{d.Passed} of {d.Total}</td>
                <td>{d.Worst}</td><td class="n">{NumberText.Percent(d.Failed)}</td></tr>
                """)))}"));
}

/// <summary>Which assumption moves the verdict most.</summary>
internal static class SensitivitySection
{
    /// <summary>The section; null when none was tried.</summary>
    public static ReportSection? Of(ReportFigures figures) =>
        figures.Report.Readiness is not { Sensitivities.Count: > 0 } readiness ? null
        : new ReportSection("sensitivity", "Assumptions", "Which assumption matters most?",
            Html.Of($"One input at a time is changed, and the same launches are simulated again. Measure the first ones."),
            ReportSection.Table("Sensitivity",
                Html.Of($"<th>Input</th><th>If better</th><th class=\"n\">pass</th><th>If worse</th><th class=\"n\">pass</th>"),
                readiness.Sensitivities.Select(s => Html.Of($"""
                    <tr><td><b>{s.Input}</b></td><td>{s.Better}</td><td class="n">{s.PassedBetter} of {s.Total}</td>
                    <td>{s.Worse}</td><td class="n">{s.PassedWorse} of {s.Total}</td></tr>
                    """))));
}
