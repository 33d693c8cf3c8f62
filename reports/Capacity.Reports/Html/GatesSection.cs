namespace Capacity.Reports;

/// <summary>The gates of the launch, one line each.</summary>
internal static class GatesSection
{
    /// <summary>The section; null when nothing was asked.</summary>
    public static ReportSection? Of(ReportFigures figures) => figures.Report.Verdict.Gates.Count == 0 ? null
        : new ReportSection("gates", "Gates", "Is everything in place?",
            Html.Of($"""
                Each gate is judged by its whole interval. A hard gate that fails is a no-go; one about the evidence
                that does not pass, and a hard one without an answer, is not enough evidence; a soft one that does not
                pass is a condition.
                """),
            ReportSection.Table("Gates",
                Html.Of($"""
                    <th>Gate</th><th>What is asked</th><th class="n">Must be</th><th class="n">Found</th><th>Result</th>
                    """),
                figures.Report.Verdict.Gates.Select(Row), "gates"));

    /// <summary>The word for a gate's result.</summary>
    public static string Word(Gate gate) => gate switch
    {
        { State: GateState.Pass } => "Pass",
        { State: GateState.Unknown, Kind: GateKind.Soft } => "Unknown: a condition",
        { State: GateState.Unknown } => "Unknown",
        { Kind: GateKind.Hard } => "Fail",
        { Kind: GateKind.Evidence } => "Not enough",
        _ => "Condition",
    };

    private static Html Row(Gate gate) => Html.Of($"""
        <tr><td><b>{gate.Name}</b><small>{gate.KindText}</small></td><td>{gate.What}<small>{gate.Detail}</small></td>
        <td class="n">{gate.ThresholdText}</td><td class="n">{gate.ObservedText}</td>
        <td><span class="st {Tone(gate)}">{Icon(gate)}{Word(gate)}</span></td></tr>
        """);

    private static Html Icon(Gate gate) => gate.State switch
    {
        GateState.Pass => Icons.Ok,
        GateState.Fail => gate.Kind == GateKind.Hard ? Icons.Bad : Icons.Warn,
        _ => Icons.Unknown,
    };

    private static string Tone(Gate gate) => gate.State switch
    {
        GateState.Pass => "ok",
        GateState.Fail when gate.Kind == GateKind.Hard => "bad",
        _ => "warn",
    };
}
