using System.CommandLine;
using Capacity.Cli.Importing;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity import</c>: a scenario from a recording, or from another tool's file.</summary>
internal static class ImportCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("import", "Make a scenario from a recording (HAR) or from the options of k6");
        var file = new Argument<string>("file")
        {
            Description = "A .har file, or the JSON of k6's options",
            HelpName = "file",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Write the scenario to this file; without it to the output",
            HelpName = "scenario.yaml",
        };
        command.Arguments.Add(file);
        command.Options.Add(output);
        host.Handle(command, async (parsed, console, stop) =>
        {
            string path = parsed.GetRequiredValue(file);
            if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
            {
                return ExitCode.Usage;
            }

            Parsed<ImportedScenario> read = ForeignFile.Read(source);
            console.Explain(read.Diagnostics);
            if (!read.TryGet(out ImportedScenario? imported))
            {
                return ExitCode.InvalidScenario;
            }

            string? place = parsed.GetValue(output);
            string yaml = imported.ToYaml(NameOf(place ?? path));
            if (place is null)
            {
                console.Output.Write(yaml);
                return ExitCode.Ok;
            }

            if (File.Exists(place))
            {
                console.Fail($"{place} is there already", "remove it, or give another name");
                return ExitCode.Usage;
            }

            await AtomicFile.WriteAsync(place, yaml, stop);
            console.Say($"wrote   {place}: name your own files in 'target', then: capacity validate {place}");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The file's name as the name of a scenario.</summary>
    private static string NameOf(string path)
    {
        string name = string.Concat(Path.GetFileNameWithoutExtension(path)
            .Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('-', '_', '.');
        return name.Length is 0 or > 64 ? "imported" : name;
    }
}
