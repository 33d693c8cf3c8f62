namespace Capacity.Reports;

/// <summary>The answer of a search as one self-contained page: no request leaves it.</summary>
public static class TuneHtml
{
    /// <summary>Renders the page.</summary>
    /// <returns>A whole HTML document; the same report gives the same text.</returns>
    public static string Render(TuneReport report)
    {
        IReadOnlyList<ReportSection> sections =
        [
            .. new[]
            {
                TuneSections.Policies(report), TuneSections.Deploy(report), TuneSections.Front(report),
                TuneSections.Knobs(report), TuneSections.Doubts(report), TuneSections.Reproduce(report),
            }.OfType<ReportSection>(),
        ];
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{HtmlReport.Policy()}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="capacity {report.ToolVersion}">
            <title>Policy of {report.Scenario.Name}</title>
            <style>{new Html(HtmlReport.Style)}</style>
            </head>
            <body>
            <a class="skip" href="#verdict">Skip to the answer</a>
            {HtmlReport.TopBar(sections)}
            <main>
            <div class="meta"><h1>Scaling policy: {report.Scenario.Target.Service}, {report.Scenario.Name}</h1>
            {Html.When(report.Scenario.Shows.Length > 0, () => Html.Of($"<p>{report.Scenario.Shows}</p>"))}
            <span><b>{NumberText.Count(report.Searched)} policies</b> searched,
            {NumberText.Count(report.RuledOut)} ruled out unsimulated</span>
            <span><b>{NumberText.Count(report.Launches)} launches</b>, {NumberText.Count(report.Requests)}
            requests</span><span>Service times {report.Calibration}</span></div>
            {Banner(report)}
            {sections.Select(s => s.ToHtml())}
            <footer><span>capacity {report.ToolVersion} · seed {NumberText.Count(report.Seed)}</span>
            <span>One file, no network requests. Printable.</span></footer>
            </main>
            <script type="application/json" id="data">{new Html(TuneChart.Json(report))}</script>
            <script>{new Html(HtmlReport.Script)}</script>
            </body>
            </html>

            """).Markup;
    }

    private static Html Banner(TuneReport report)
    {
        (string tone, string word, Html icon) = report switch
        {
            { Partial: true } => ("unknown", "STOPPED EARLY", Icons.Unknown),
            { Answer: TuneAnswer.Passes } => ("go", "FOUND", Icons.Ok),
            { Answer: TuneAnswer.Fails } => ("nogo", "NONE PASSES", Icons.Bad),
            _ => ("unknown", "NOT ENOUGH EVIDENCE", Icons.Unknown),
        };
        TuneSuggestion shown = report.Suggested ?? report.Now;
        return Html.Of($"""
            <div class="verdict {tone}" id="verdict" role="region" aria-label="Answer: {word}"><div class="l">
            <span class="pill">{icon}{word}</span><h2>{report.Headline}.</h2>
            <p>A policy passes when at least {NumberText.Percent(report.Probability)} of launches keep every objective,
            beyond chance: tested on launches that the search has not seen.</p></div>
            <div class="r"><b>{TuneSections.ShareOf(shown)}</b>
            <small>of {shown.Title}, 95 % interval
            {NumberText.PercentRange(shown.Interval.Low, shown.Interval.High)};
            {NumberText.Count(shown.Cost)} replica-hours, {NumberText.Length(Math.Round(shown.Bad))} above
            limits</small></div></div>
            """);
    }
}
