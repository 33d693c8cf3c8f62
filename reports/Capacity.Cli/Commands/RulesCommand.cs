using System.CommandLine;
using System.Text.Json.Nodes;
using Capacity.Control.Labels;
using Capacity.Control.Linting;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity rules</c>: the alert rules of a stack or rule file, shown, tested and linted.</summary>
internal static class RulesCommand
{
    public static Command Create(CommandHost host)
    {
        Argument<string> file = StackOrRules();
        Option<string?> name = StackName();
        var json = new Option<bool>("--json") { Description = "Print rules and diagnostics as JSON" };
        var show = new Command("show", "Print the rule file that a stack's labels become, or a rule file as understood")
        {
            file, name, json,
        };
        host.Handle(show, (parsed, console, _) => Task.FromResult(
            Show(parsed.GetRequiredValue(file), parsed.GetValue(name), parsed.GetValue(json), console)));
        return new Command("rules", "Alert rules: show, test, lint")
        {
            show, RulesTestCommand.Create(host), RulesLintCommand.Create(host),
        };
    }

    /// <summary>The argument that names a stack or a rule file.</summary>
    public static Argument<string> StackOrRules()
    {
        var file = new Argument<string>("file")
        {
            Description = "Compose file with com.df.* labels, or a Prometheus rule file",
            HelpName = "stack.yml or rules.yml",
        };
        file.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        return file;
    }

    /// <summary>The option that names the stack.</summary>
    public static Option<string?> StackName() => new("--stack")
    {
        Description = "Name that the stack is deployed with [default: the file's name]",
        HelpName = "name",
    };

    private static ExitCode Show(string path, string? name, bool json, CommandConsole console)
    {
        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return ExitCode.Usage;
        }

        Parsed<string> rules = LintReader.IsRuleFile(source)
            ? Normalised(source)
            : Write(source, name ?? Path.GetFileNameWithoutExtension(path));
        bool valid = rules.TryGet(out string? text);
        if (json)
        {
            console.Data(new JsonObject
            {
                ["file"] = path,
                ["valid"] = valid,
                ["rules"] = text,
                ["diagnostics"] = DiagnosticJson.Of(rules.Diagnostics),
            }.ToJsonString(DiagnosticJson.Indented));
            return valid ? ExitCode.Ok : ExitCode.InvalidScenario;
        }

        ExitCode code = console.Explain(rules.Diagnostics);
        if (valid && text!.Length > 0)
        {
            console.Data(text);
        }
        else if (valid)
        {
            console.Say("no service of this stack has an alert: com.df.alertName and com.df.alertIf make one");
        }

        return code;
    }

    private static Parsed<string> Normalised(SourceText source)
    {
        Parsed<RuleFile> read = RuleFileReader.Read(source);
        return read.TryGet(out RuleFile? file)
            ? Parsed<string>.From(RuleFileText.Write(file), read.Diagnostics)
            : Parsed<string>.Failed(read.Diagnostics);
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
