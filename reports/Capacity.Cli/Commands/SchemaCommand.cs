using System.CommandLine;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity schema</c>: the JSON schema of scenario files, for editors, and of stored results.</summary>
internal static class SchemaCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("schema", "Print the JSON schema of scenario files, for editors");
        var result = new Option<bool>("--result")
        {
            Description = "The schema of stored results instead: runs, reports, comparisons and baselines",
        };
        var markdown = new Option<bool>("--markdown")
        {
            Description = "All keys of a scenario as a page of the manual, in Markdown",
        };
        command.Options.Add(result);
        command.Options.Add(markdown);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(result) && parsed.GetValue(markdown))
            {
                parsed.AddError("--result and --markdown are two things: give one of them");
            }
        });
        host.Handle(command, async (parsed, console, cancellation) =>
        {
            string schema = parsed.GetValue(result) ? ResultSchema.Write()
                : parsed.GetValue(markdown) ? ScenarioReference.Write() : ScenarioSchema.Write();
            await console.Output.WriteAsync(schema.AsMemory(), cancellation);
            return ExitCode.Ok;
        });
        return command;
    }
}
