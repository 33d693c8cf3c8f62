using System.CommandLine;
using System.Text;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity report</c>: every form of a report again, from its stored form.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("report", "Rebuild the report of an earlier check, in any form");
        var file = new Argument<string>("result")
        {
            Description = "report.json of a check",
            HelpName = "report.json",
        };
        (string Form, Option<string?> Option)[] forms =
        [
            .. new[] { ("html", "--html"), ("md", "--markdown"), ("json", "--json"), ("junit", "--junit") }.Select(f =>
                (f.Item1, new Option<string?>(f.Item2)
                {
                    Description = $"Write this form ({f.Item1}) to the file; - is the output",
                    HelpName = "file",
                })),
        ];
        command.Arguments.Add(file);
        foreach ((_, Option<string?> option) in forms)
        {
            command.Options.Add(option);
        }

        host.Handle(command, async (parsed, console, stop) =>
        {
            string path = parsed.GetRequiredValue(file);
            if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
            {
                return ExitCode.Usage;
            }

            Parsed<CheckReport> read = StoredResult.KindOf(source) is StoredKind.Report or StoredKind.Unknown
                ? CheckReportJson.Read(source)
                : OtherKind(source);
            if (!read.TryGet(out CheckReport? report))
            {
                return console.Explain(read.Diagnostics);
            }

            IReadOnlyList<string> changes = EvidenceAge.Changes(report);
            report = EvidenceAge.Judge(report, changes);
            console.Explain(
            [
                .. changes.Select(c => new Diagnostic("CAP210", SourceSpan.None, $"the evidence has expired: {c}",
                    "run 'capacity check' again", Severity.Warning)),
            ]);

            (string Form, string File)[] wanted =
            [
                .. from f in forms let to = parsed.GetValue(f.Option) where to is not null select (f.Form, to),
            ];
            foreach ((string form, string to) in wanted)
            {
                await WriteAsync(Render(report, form), to, console, stop);
            }

            if (wanted.Length == 0)
            {
                TerminalSummary.Lines(report).ToList().ForEach(console.Data);
                console.Say("  = --html, --markdown, --json and --junit write the other forms");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static string Render(CheckReport report, string form) => form switch
    {
        "html" => HtmlReport.Render(report),
        "md" => MarkdownReport.Render(report),
        "json" => Encoding.UTF8.GetString(CheckReportJson.ToUtf8(report)),
        _ => JUnitReport.Render(report),
    };

    private static async Task WriteAsync(string text, string file, CommandConsole console, CancellationToken stop)
    {
        if (file == "-")
        {
            console.Output.Write(text);
            return;
        }

        await AtomicFile.WriteAsync(file, text, stop);
        console.Say($"wrote  {file}");
    }

    private static Diagnostic OtherKind(SourceText source) => new(
        "CAP175", new SourceSpan(source, 1, 1, 1), "this is a single run or a baseline, not the report of a check",
        "Give the report.json that 'capacity check' wrote; 'capacity compare' takes runs and baselines.");
}
