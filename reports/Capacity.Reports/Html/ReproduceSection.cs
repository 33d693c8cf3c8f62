using System.Security.Cryptography;
using System.Text;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>How to get this report again: commands, the scenario as it was run, and warnings about the files.</summary>
internal static class ReproduceSection
{
    /// <summary>The section.</summary>
    public static ReportSection Of(ReportFigures figures)
    {
        CheckReport report = figures.Report;
        Html commands = Html.When(report.Commands.Count > 0, () => Html.Of($"""
            <div class="card codebox"><button class="btn" type="button"
            data-copy="{string.Join('\n', report.Commands)}" hidden>Copy commands</button><pre tabindex="0"
            aria-label="Commands">{string.Join('\n', report.Commands)}</pre></div>
            """));
        return new ReportSection("reproduce", "Reproduce", "Reproduce this",
            Html.Of($"The same scenario, seed and version predict the same numbers; a rehearsal is measured anew."),
            Html.Of($"""
            {commands}
            {Warnings(report.Warnings)}
            <details class="card fold"><summary>Scenario as run: {report.Scenario.Source.Path}, sha256
            {Digest(report.Scenario.Source)[..12]}…</summary><pre tabindex="0"
            aria-label="Scenario">{report.Scenario.Source.Text}</pre><p
            class="digest">sha256 {Digest(report.Scenario.Source)}</p></details>
            """));
    }

    /// <summary>SHA-256 of a text in UTF-8, lower-case hexadecimal.</summary>
    public static string Digest(SourceText source) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.Text)));

    private static Html Warnings(IReadOnlyList<Diagnostic> warnings) => Html.When(warnings.Count > 0, () => Html.Of($"""
        <details class="card fold" open><summary>{warnings.Count} {(warnings.Count == 1 ? "warning" : "warnings")}
        about your files</summary><pre tabindex="0"
        aria-label="Warnings">{string.Join("\n\n", warnings.Select(w => w.ToString()))}</pre></details>
        """));
}
