namespace Capacity.Reports;

/// <summary>The parts of the page of a search.</summary>
internal static class TuneSections
{
    private const int FrontRowsMax = 24;

    /// <summary>How many launches pass, for people.</summary>
    public static string ShareOf(TuneSuggestion s) =>
        s.Total == 0 ? "not tested on fresh launches" : $"{s.Passed} of {s.Total} launches pass";

    /// <summary>The policy as it is, and what was found.</summary>
    public static ReportSection Policies(TuneReport report) => new("policies", "Policies", "What was found",
        Html.Of($"Means of the same launches. Seconds are those above the limits of the objectives."),
        ReportSection.Table("Policies", Html.Of($"""
            <th>Policy</th><th>Launches that pass</th><th class="n">Above limits</th><th class="n">Cost</th>
            <th class="n">Changes of replicas</th>
            """), report.Suggestions.Select(s => Html.Of($"""
            <tr><td><b>{s.Title}</b><small>{Text(s.Edits)}</small></td>
            <td><span class="pbar {(s.Answer == TuneAnswer.Passes ? "" : "l")}"><u><i
            style="width:{Percent(s.Passed, s.Total)}%"></i></u><span class="{Tone(s.Answer)}">{s.Passed} of
            {s.Total}</span></span></td><td class="n">{NumberText.Length(Math.Round(s.Bad))}</td>
            <td class="n">{NumberText.Count(s.Cost)} replica-hours
            <small>{NumberText.SignedPercent((s.Cost / report.Now.Cost) - 1)}</small></td>
            <td class="n">{NumberText.Count(s.Actions)}</td></tr>
            """)), "policies"));

    /// <summary>The lines to put into each file; null without a suggestion that changes any.</summary>
    public static ReportSection? Deploy(TuneReport report) => report.Suggested is not { Edits.Count: > 0 } suggested
        ? null
        : new ReportSection("deploy", "Deploy", "What to deploy",
            Html.Of($"Every line that differs from the files as they are, for: {suggested.Title}."),
            Html.Join(suggested.Edits.GroupBy(e => e.File).Select(file =>
            {
                string lines = string.Join('\n', file.Select(e => e.Snippet));
                return Html.Of($"""
                    <div class="card pad"><div class="chead"><div class="ctitle"><h3>{file.Key}</h3></div>
                    <button class="btn" type="button" data-copy="{lines}" aria-label="Copy the lines of {file.Key}"
                    hidden>Copy</button></div><pre tabindex="0">{lines}</pre>
                    <p class="under">{string.Join("; ", file.Select(e => e.Title))}</p></div>
                    """);
            })));

    /// <summary>Cost against seconds above the limits.</summary>
    public static ReportSection Front(TuneReport report)
    {
        TunePoint[] front = [.. report.Points.Where(p => p.OnFront).OrderBy(p => p.Cost)];
        return new ReportSection("front", "Front", "What more money buys",
            Html.Of($"""
                Each dot is a simulated policy, green where its launches passed so far; the line joins those that no
                other beats in both. Dots beyond the edges are left out.
                """),
            Html.Of($"""
                <div class="card pad" data-scatter><div class="chead"><div class="ctitle"><h3>Cost and time above the
                limits</h3></div></div><div class="cbody"></div></div>
                {ReportSection.Table("Front", Html.Of($"""
                    <th class="n">Cost</th><th class="n">Above limits</th><th class="n">Launches that pass</th>
                    <th>What differs</th>
                    """), front.Take(FrontRowsMax).Select(p => Html.Of($"""
                    <tr><td class="n">{NumberText.Count(p.Cost)} replica-hours</td>
                    <td class="n">{NumberText.Length(Math.Round(p.Bad))}</td>
                    <td class="n">{p.Passed} of {p.Launches}</td><td>{string.Join(", ", p.Changes)}</td></tr>
                    """)), "slim")}
                {Html.When(front.Length > FrontRowsMax,
                    () => Html.Of($"<p class=\"under\">{front.Length - FrontRowsMax} more in tune.json.</p>"))}
                """));
    }

    /// <summary>Knob by knob; null when the search did not come so far.</summary>
    public static ReportSection? Knobs(TuneReport report) => report.Knobs.All(k => double.IsNaN(k.CostRange)) ? null
        : new ReportSection("knobs", "Knobs", "What matters, and how far each may move",
            Html.Of($"""
                Around the suggestion, one knob at a time. Within its safe range as many of the launches that were tried
                kept the objectives; beyond it fewer did, or nothing was tried.
                """),
            ReportSection.Table("Knobs", Html.Of($"""
                <th>Knob</th><th class="n">Now</th><th class="n">Suggested</th><th class="n">Safe</th>
                <th class="n">Moves cost by</th><th class="n">Moves time above limits by</th>
                """), report.Knobs.Select(k => Html.Of($"""
                <tr><td><b>{k.Name}</b><small>{k.Id}, {k.Place}</small></td><td class="n">{k.Text(k.Configured)}</td>
                <td class="n">{k.Text(k.Suggested)}</td><td class="n">{k.SafeText}</td>
                <td class="n">{NumberText.Count(k.CostRange)} replica-hours</td>
                <td class="n">{(double.IsNaN(k.BadRange) ? "–" : NumberText.Length(Math.Round(k.BadRange)))}</td></tr>
                """)), "slim"));

    /// <summary>What a wrong model would do.</summary>
    public static ReportSection? Doubts(TuneReport report)
    {
        string[] names = [.. report.Suggestions.SelectMany(s => s.Doubts).Select(d => d.Name).Distinct()];
        return names.Length == 0 ? null
            : new ReportSection("doubts", "Doubts", "If the model is wrong",
                Html.Of($"The same policies with one input changed: launches that still keep every objective."),
                ReportSection.Table("Doubts",
                    Html.Of($"<th>Policy</th>{names.Select(n => Html.Of($"<th class=\"n\">{n}</th>"))}"),
                    report.Suggestions.Where(s => s.Doubts.Count > 0).Select(s => Html.Of($"""
                        <tr><td>{s.Title}</td>{names.Select(n => Html.Of($"<td class=\"n\">{Doubt(s, n)}</td>"))}</tr>
                        """)), "slim"));
    }

    /// <summary>The command.</summary>
    public static ReportSection Reproduce(TuneReport report) => new("reproduce", "Reproduce", "Reproduce this",
        Html.Of($"The same command gives the same answer on any number of threads."),
        Html.Of($"<div class=\"card pad\"><pre tabindex=\"0\">{report.Command}</pre></div>"));

    private static string Doubt(TuneSuggestion s, string name) =>
        s.Doubts.FirstOrDefault(d => d.Name == name) is { } d ? $"{d.Passed} of {d.Total}" : "–";

    private static string Text(IReadOnlyList<TuneEdit> edits) => string.Join(", ", edits.Select(e => e.Title));

    private static double Percent(int passed, int total) => total == 0 ? 0 : 100.0 * passed / total;

    private static string Tone(TuneAnswer answer) => answer switch
    {
        TuneAnswer.Passes => "ok",
        TuneAnswer.Fails => "bad",
        _ => "warn",
    };
}
