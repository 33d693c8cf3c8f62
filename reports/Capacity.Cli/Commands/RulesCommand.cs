using System.CommandLine;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity rules show STACK</c>: the alert rules that a stack file's labels become.</summary>
internal static class RulesCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="host">What every command shares.</param>
    /// <param name="write">Turns the stack file into the text of a rule file.</param>
    public static Command Create(CommandHost host, Func<SourceText, Parsed<string>> write)
    {
        var stack = new Argument<string>("stack")
        {
            Description = "Compose file with com.df.* labels",
            HelpName = "stack.yml",
        };
        stack.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        var show = new Command("show", "Print the rule file that a stack's labels become") { stack };
        host.Handle(show, (parsed, console, _) => Task.FromResult(
            Show(parsed.GetRequiredValue(stack), write, console)));
        return new Command("rules", "Alert rules") { show };
    }

    private static ExitCode Show(string path, Func<SourceText, Parsed<string>> write, CommandConsole console)
    {
        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return ExitCode.Usage;
        }

        Parsed<string> rules = write(source);
        ExitCode code = console.Explain(rules.Diagnostics);
        if (rules.TryGet(out string? text))
        {
            console.Output.Write(text);
        }

        return code;
    }
}
