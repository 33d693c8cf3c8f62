using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Scale actions of the rehearsal, measured over predicted, with the delay of each link of the
/// chain.</summary>
internal static class ActionTable
{
    private static readonly Link[] Links =
    [
        new("Seen", "from the scrape to the evaluation that sees it", c => c.Scraped, c => c.Active),
        new("Held", "the alert's for", c => c.Active, c => c.Fired),
        new("Grouped", "Alertmanager's group timers", c => c.Fired, c => c.Flushed),
        new("Delivered", "from the webhook to the scaler's answer", c => c.Flushed, c => c.Delivered),
        new("Started", "until the first task starts", c => c.Delivered, c => c.Started),
        new("Ready", "until the last task is ready", c => c.Started, c => c.Ready),
        new("In rotation", "until the balancer's rotation has changed",
            c => double.IsNaN(c.Ready) ? c.Delivered : c.Ready, c => c.InRotation),
    ];

    /// <summary>The table.</summary>
    public static Html Of(Comparison comparison) => Html.Of($"""
        {ReportSection.Table("Scale actions of the rehearsal", Head(), comparison.Actions.Select(Row), "actions")}
        <p class="under">{Summary(comparison)} The columns on the right are the links of the chain.
        {string.Join(" · ", Links.Select(l => $"{l.Name}: {l.Meaning}"))}.</p>
        """);

    /// <summary>Whether both runs agree, in a sentence.</summary>
    public static string Summary(Comparison comparison)
    {
        int both = comparison.Actions.Count(a => !double.IsNaN(a.Delay));
        double[] delays = [.. comparison.Actions.Select(a => Math.Abs(a.Delay)).Where(d => !double.IsNaN(d)).Order()];
        string agree = comparison.SameActions
            ? $"All {comparison.Actions.Count} scale actions came as predicted, in the same order and by the same steps"
            : $"{both} of {comparison.Actions.Count} scale actions came in both runs";
        return delays.Length == 0
            ? agree + "."
            : $"{agree}; half of them within {DurationText.Format(Math.Max(0.001, delays[delays.Length / 2]))}.";
    }

    private static Html Head() => Html.Of($"""
        <th>Action</th><th><span class="sr">Run</span></th><th class="n">At</th><th
        class="n">Off by</th>{Links.Select(l => Html.Of($"<th class=\"n\" title=\"{l.Meaning}\">{l.Name}</th>"))}
        """);

    private static Html Row(ActionPair pair)
    {
        ScaleAction shown = pair.Measured ?? pair.Predicted!;
        return Html.Of($"""
            <tr class="up"><td rowspan="2"><b>{shown.From} → {shown.To}</b>
            <small>{Html.Breakable(shown.Alert)}</small></td><td>measured</td>{Cells(pair.Measured)}<td class="n"
            rowspan="2">{OffBy(pair)}</td>{Chain(pair.Measured)}</tr>
            <tr class="down"><td>predicted</td>{Cells(pair.Predicted)}{Chain(pair.Predicted)}</tr>
            """);
    }

    private static string OffBy(ActionPair pair) => pair switch
    {
        { Predicted: null } => "not predicted",
        { Measured: null } => "did not happen",
        _ => NumberText.Signed(pair.Delay),
    };

    private static Html Cells(ScaleAction? action) =>
        Html.Of($"<td class=\"n\">{(action is null ? "–" : NumberText.FineClock(action.At))}</td>");

    private static Html Chain(ScaleAction? action) => Html.Join(Links
        .Select(l => action is null ? double.NaN : l.To(action.Chain) - l.From(action.Chain)).Select(d => Html.Of($"<td class=\"n\">{DurationText.Format(d)}</td>")));

    /// <summary>One link of the chain from a scrape to a replica that serves.</summary>
    private sealed record Link(string Name, string Meaning, Func<ScaleChain, double> From, Func<ScaleChain, double> To);
}
