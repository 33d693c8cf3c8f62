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
        command.Options.Add(result);
        host.Handle(command, async (parsed, console, cancellation) =>
        {
            string schema = parsed.GetValue(result) ? ResultSchema.Write() : ScenarioSchema.Write();
            await console.Output.WriteAsync(schema.AsMemory(), cancellation);
            return ExitCode.Ok;
        });
        return command;
    }
}
