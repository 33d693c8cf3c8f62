using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Capacity.Reports;

/// <summary>The launch-readiness report as one self-contained page: no request leaves it.</summary>
/// <remarks>
/// Verdict, tables and lanes are in the markup and can be read without a script; the script draws the charts. The
/// content security policy forbids every load and every script but the page's own, by its hash.
/// </remarks>
public static class HtmlReport
{
    internal static readonly string Script = Resource("report.js");
    internal static readonly string Style = Resource("report.css");

    /// <summary>Renders the page.</summary>
    /// <returns>A whole HTML document; the same report gives the same text.</returns>
    public static string Render(CheckReport report)
    {
        var figures = new ReportFigures(report);
        IReadOnlyList<ReportSection> sections =
        [
            .. new[]
            {
                ChangesSection.Of(figures),
                ObjectivesSection.Of(figures),
                GatesSection.Of(figures),
                TimelineSection.Of(figures),
                ReactionSection.Of(figures),
                HeadroomSection.Of(figures),
                SensitivitySection.Of(figures),
                TrustSection.Of(figures),
                ReproduceSection.Of(figures),
            }.OfType<ReportSection>(),
        ];
        string title = $"{Headline.Word(report.Verdict.Kind)}: {report.Scenario.Name} – launch readiness";
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Policy()}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="capacity {report.ToolVersion}">
            <title>{title}</title>
            <style>{new Html(Style)}</style>
            </head>
            <body>
            <a class="skip" href="#verdict">Skip to the verdict</a>
            {TopBar(sections)}
            <main>
            {Meta(report)}
            {VerdictBanner.Of(figures)}
            {KpiCards.Of(figures)}
            {sections.Select(s => s.ToHtml())}
            {Footer(report)}
            </main>
            <script type="application/json" id="data">{new Html(ChartPanels.Json(figures))}</script>
            <script>{new Html(Script)}</script>
            </body>
            </html>

            """).Markup;
    }

    internal static string Policy() =>
        $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{HashOf(Script)}'; "
        + "img-src data:; font-src data:; base-uri 'none'; form-action 'none'";

    private static string HashOf(string script) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));

    internal static Html TopBar(IReadOnlyList<ReportSection> sections) => Html.Of($"""
        <header class="top"><div class="bar"><div class="brand">{Icons.Brand}capacity</div>
        <nav class="toc" aria-label="Sections"><a
        href="#verdict">Verdict</a>{sections.Select(s => Html.Of($"<a href=\"#{s.Id}\">{s.Anchor}</a>"))}</nav>
        <div class="tools"><details class="menu" id="export"><summary class="btn">Export</summary><div class="card">
        <button type="button" data-export="print">Print or save as PDF</button>
        <button type="button" data-export="csv">Chart series as CSV</button>
        <button type="button" data-export="json">Chart series as JSON</button>
        </div></details>
        <button class="btn" id="theme" type="button" title="Switch between light and dark">Theme</button></div>
        </div></header>
        """);

    private static Html Meta(CheckReport report)
    {
        string when = report.CreatedAt is { } at
            ? at.ToUniversalTime().ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture) + " UTC"
            : "";
        return Html.Of($"""
            <div class="meta"><h1>Launch readiness: {report.Scenario.Target.Service}, {report.Scenario.Name}</h1>
            {Html.When(report.Scenario.Shows.Length > 0, () => Html.Of($"<p>{report.Scenario.Shows}</p>"))}
            <span>Predicted from <b>{LaunchesOf(report, "simulated ")}</b> of
            {NumberText.Length(report.Launches.Duration)}</span>
            <span>Scenario <a href="#reproduce"><b>{report.Scenario.Source.Path}</b></a></span>
            {Html.When(report.Commit is not null, () => Html.Of($"<span>Commit <b>{report.Commit}</b></span>"))}
            {Html.When(when.Length > 0, () => Html.Of($"<span>{when}</span>"))}</div>
            """);
    }

    private static string LaunchesOf(CheckReport report, string kind = "")
    {
        int count = report.Launches.Launches.Count;
        return $"{NumberText.Count(count)} {kind}{(count == 1 ? "launch" : "launches")}";
    }

    private static Html Footer(CheckReport report)
    {
        string simulated = report.SimulatedIn is { } seconds
            ? $" simulated in {Capacity.Model.DurationText.Format(seconds)}"
            : "";
        return Html.Of($"""
            <footer><span>capacity {report.ToolVersion} · seed {report.Seed.ToString(CultureInfo.InvariantCulture)} ·
            {LaunchesOf(report)}, {NumberText.Count(report.Launches.Requests)}
            requests{simulated}</span>
            <span>One file, no network requests. Printable.</span></footer>
            """);
    }

    private static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The build did not embed {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n")
            .Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }
}
