using System.CommandLine;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity init</c>: a scenario to start from, and the files it needs where they are not there
/// yet.</summary>
internal static class InitCommand
{
    private static readonly string[] StackNames =
        ["docker-stack.yml", "stack.yml", "docker-compose.yml", "compose.yml", "compose.yaml"];

    public static Command Create(CommandHost host)
    {
        var name = new Argument<string>("name")
        {
            Description = "Name of the scenario",
            DefaultValueFactory = _ => "launch",
        };
        var folder = new Option<string>("--out")
        {
            Description = "Folder to write to",
            HelpName = "dir",
            DefaultValueFactory = _ => ".",
        };
        var force = new Option<bool>("--force") { Description = "Replace the scenario file if it is there" };
        var command = new Command("init", "Write a scenario to start from") { name, folder, force };
        host.Handle(command, (parsed, console, cancellation) => RunAsync(parsed.GetRequiredValue(name),
            parsed.GetRequiredValue(folder), parsed.GetValue(force), console, cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        string name, string folder, bool force, CommandConsole console, CancellationToken cancellation)
    {
        folder = folder is "." or "./" ? "" : folder;
        string path = Path.Combine(folder, $"{name}.yaml");
        Starter starter = Describe(name, folder, console);
        string text = StarterFiles.Scenario(starter);
        Parsed<Scenario> check = ScenarioReader.Read(new SourceText(path, text));
        if (!check.TryGet(out _))
        {
            console.Explain(check.Diagnostics);
            return ExitCode.Usage; // only the name can be wrong
        }

        if (File.Exists(path) && !force)
        {
            console.Fail($"{path} is there already", "choose another name, or replace it with --force");
            return ExitCode.Usage;
        }

        await AtomicFile.WriteAsync(path, text, cancellation);
        console.Say($"wrote {path}");
        (string File, string Text)[] others =
        [
            (starter.Stack, StarterFiles.Stack),
            ("prometheus.yml", StarterFiles.Prometheus),
            ("alertmanager.yml", StarterFiles.Alertmanager),
            (StarterFiles.SchemaName, ScenarioSchema.Write()),
        ];
        foreach ((string file, string content) in others)
        {
            string other = Path.Combine(folder, file);
            if (File.Exists(other))
            {
                console.Say($"kept  {other}");
                continue;
            }

            await AtomicFile.WriteAsync(other, content, cancellation);
            console.Say($"wrote {other}");
        }

        console.Say($"next: capacity validate {path}, then capacity check {path}");
        return ExitCode.Ok;
    }

    private static Starter Describe(string name, string folder, CommandConsole console)
    {
        string? stack = StackNames.FirstOrDefault(s => File.Exists(Path.Combine(folder, s)));
        string service = "web";
        if (stack is not null && ScenarioInput.TryOpen(Path.Combine(folder, stack), console, out SourceText? text))
        {
            service = ScaledService(text) ?? service;
        }

        return new Starter(name, $"{name}_{service}", stack ?? StackNames[0]);
    }

    /// <summary>The first service of a stack that has scaling labels, else the first of all.</summary>
    private static string? ScaledService(SourceText stack)
    {
        if (!YamlText.Read(stack).TryGet(out YamlNode? root)
            || (root as YamlMap)?.Find("services") is not YamlMap { Entries.Count: > 0 } services)
        {
            return null;
        }

        return (services.Entries.FirstOrDefault(s => IsScaled(s.Value)) ?? services.Entries[0]).Key.Text;
    }

    private static bool IsScaled(YamlNode service)
    {
        YamlNode? labels = ((service as YamlMap)?.Find("deploy") as YamlMap)?.Find("labels");
        IEnumerable<string> names = labels switch
        {
            YamlMap map => map.Entries.Select(e => e.Key.Text),
            YamlList list => list.Items.OfType<YamlScalar>().Select(i => i.Text),
            _ => [],
        };
        return names.Any(n => n.StartsWith("com.df.scale", StringComparison.Ordinal));
    }
}
