using System.Text;
using Capacity.Reports;

namespace Capacity.Cli.Checking;

/// <summary>Writes a report in all its forms.</summary>
internal static class ReportFiles
{
    /// <summary>Writes report.html, .md, .json and .junit.xml into a folder, and further copies where asked.</summary>
    /// <param name="report">What to write.</param>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="further">Form (html, md, json, junit) and file; <c>-</c> is the output.</param>
    /// <param name="output">For <c>-</c>.</param>
    /// <returns>The path of report.html.</returns>
    /// <exception cref="EnvironmentFailedException">A file cannot be written.</exception>
    public static async Task<string> WriteAsync(
        CheckReport report, string folder, IEnumerable<(string Form, string File)> further, TextWriter output)
    {
        var forms = new Dictionary<string, (string Name, string Text)>(StringComparer.Ordinal)
        {
            ["html"] = ("report.html", HtmlReport.Render(report)),
            ["md"] = ("report.md", MarkdownReport.Render(report)),
            ["json"] = ("report.json", Encoding.UTF8.GetString(CheckReportJson.ToUtf8(report))),
            ["junit"] = ("report.junit.xml", JUnitReport.Render(report)),
        };
        foreach ((string name, string text) in forms.Values)
        {
            await AtomicFile.WriteAsync(Path.Combine(folder, name), text);
        }

        foreach ((string form, string file) in further)
        {
            if (file == "-")
            {
                output.Write(forms[form].Text);
            }
            else
            {
                await AtomicFile.WriteAsync(file, forms[form].Text);
            }
        }

        return Path.Combine(folder, "report.html");
    }
}
