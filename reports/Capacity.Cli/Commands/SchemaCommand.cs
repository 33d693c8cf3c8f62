using System.CommandLine;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity schema</c>: the JSON schema of scenario files, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("schema", "Print the JSON schema of scenario files, for editors");
        host.Handle(command, async (_, console, cancellation) =>
        {
            await console.Output.WriteAsync(ScenarioSchema.Write().AsMemory(), cancellation);
            return ExitCode.Ok;
        });
        return command;
    }
}
