using System.CommandLine;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity rules show STACK</c>: the alert rules that a stack file's labels become.</summary>
internal static class RulesCommand
{
    public static Command Create(CommandHost host)
    {
        var file = new Argument<string>("stack")
        {
            Description = "Compose file with com.df.* labels",
            HelpName = "stack.yml",
        };
        file.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        var name = new Option<string>("--stack")
        {
            Description = "Name that the stack is deployed with [default: the file's name]",
            HelpName = "name",
        };
        var show = new Command("show", "Print the rule file that a stack's labels become") { file, name };
        host.Handle(show, (parsed, console, _) => Task.FromResult(
            Show(parsed.GetRequiredValue(file), parsed.GetValue(name), console)));
        return new Command("rules", "Alert rules: show, test") { show, RulesTestCommand.Create(host) };
    }

    private static ExitCode Show(string path, string? name, CommandConsole console)
    {
        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return ExitCode.Usage;
        }

        Parsed<string> rules = Write(source, name ?? Path.GetFileNameWithoutExtension(path));
        ExitCode code = console.Explain(rules.Diagnostics);
        if (rules.TryGet(out string? text))
        {
            if (text.Length > 0)
            {
                console.Data(text);
            }
            else
            {
                console.Say("no service of this stack has an alert: com.df.alertName and com.df.alertIf make one");
            }
        }

        return code;
    }

    private static Parsed<string> Write(SourceText source, string stackName)
    {
        Parsed<StackFile> read = StackReader.Read(source);
        if (!read.TryGet(out StackFile? stack))
        {
            return Parsed<string>.Failed(read.Diagnostics);
        }

        var diagnostics = new List<Diagnostic>(read.Diagnostics);
        var alerts = new List<MonitorAlert>();
        foreach (StackService service in stack.Services)
        {
            Parsed<IReadOnlyList<MonitorAlert>> some = MonitorRules.FromService(service, stackName);
            diagnostics.AddRange(some.Diagnostics);
            alerts.AddRange(some.TryGet(out IReadOnlyList<MonitorAlert>? rules) ? rules : []);
        }

        return Parsed<string>.From(MonitorRuleFile.Write(alerts), diagnostics);
    }
}
