using System.CommandLine;
using Capacity.Cli.Checking;
using Capacity.Model;

namespace Capacity.Cli;

/// <summary>The scenario that a command is given: its file, and the values that replace some of it.</summary>
internal sealed class ScenarioInput
{
    private readonly Argument<string> _file = new("scenario")
    {
        Description = "Scenario file, for example scenarios/library/flash-sale.yaml",
        HelpName = "scenario.yaml",
    };

    /// <summary>Adds the argument and <c>--set</c> to a command.</summary>
    public ScenarioInput(Command command)
    {
        _file.CompletionSources.Add(context => YamlFiles(context.WordToComplete));
        command.Arguments.Add(_file);
        command.Options.Add(Set);
    }

    /// <summary>The option that replaces single values.</summary>
    public Option<string[]> Set { get; } = CreateSet();

    /// <summary>Creates the option that replaces single values.</summary>
    public static Option<string[]> CreateSet() => new("--set")
    {
        Description = "Replace a value of the scenario, as in --set load[0].inject=500/s; may be repeated",
        HelpName = "path=value",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Scenario files that complete a word.</summary>
    public static IEnumerable<string> YamlFiles(string word)
    {
        int slash = word.LastIndexOf('/');
        string folder = slash < 0 ? "" : word[..(slash + 1)];
        var found = new DirectoryInfo(slash < 0 ? "." : folder);
        return !found.Exists ? [] : found.EnumerateFileSystemInfos()
            .Where(f => f is DirectoryInfo || f.Extension is ".yaml" or ".yml")
            .Select(f => folder + f.Name + (f is DirectoryInfo ? "/" : ""));
    }

    /// <summary>Reads the scenario, and explains what is wrong with it.</summary>
    /// <returns>Null and the exit code, or the scenario and <see cref="ExitCode.Ok"/>.</returns>
    public (Scenario? Scenario, ExitCode Code) Read(ParseResult parsed, CommandConsole console)
    {
        string path = parsed.GetRequiredValue(_file);
        if (!TryOpen(path, console, out SourceText? source))
        {
            return (null, ExitCode.Usage);
        }

        Parsed<Scenario> read = ScenarioReader.Read(source, parsed.GetValue(Set), File.Exists);
        console.Explain(read.Diagnostics);
        return read.TryGet(out Scenario? scenario) ? (scenario, ExitCode.Ok) : (null, ExitCode.InvalidScenario);
    }

    /// <summary>Reads the scenario and the files that it names, and explains what is wrong with them.</summary>
    /// <returns>Null and the exit code, or the scenario with its control loop.</returns>
    public (LoadedScenario? Loaded, ExitCode Code) Load(
        ParseResult parsed, CommandConsole console, ulong seed, bool onSwarm = false)
    {
        (Scenario? scenario, ExitCode code) = Read(parsed, console);
        if (scenario is null)
        {
            return (null, code);
        }

        Parsed<LoadedScenario> loaded = ScenarioFiles.Load(scenario, seed, onSwarm);
        console.Explain(loaded.Diagnostics);
        return loaded.TryGet(out LoadedScenario? both) ? (both, ExitCode.Ok) : (null, ExitCode.InvalidScenario);
    }

    /// <summary>Opens a file that the command line names.</summary>
    /// <returns><see langword="false"/> when it is not there, which has then been said.</returns>
    /// <exception cref="EnvironmentFailedException">It is there but cannot be read.</exception>
    public static bool TryOpen(
        string path, CommandConsole console, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SourceText? source)
    {
        source = null;
        try
        {
            if (!File.Exists(path))
            {
                console.Fail(Directory.Exists(path) ? $"{path} is a folder, not a file" : $"there is no file {path}",
                    Near(path));
                return false;
            }

            source = new SourceText(path, File.ReadAllText(path));
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailedException($"cannot read {path}: {problem.Message}", "", problem);
        }
    }

    private static string Near(string path)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "";
        string[] here = Directory.Exists(folder.Length == 0 ? "." : folder)
            ? [.. YamlFiles(folder.Length == 0 ? "" : folder.TrimEnd('/') + "/").Order(StringComparer.Ordinal)]
            : [];
        return Spelling.Nearest(path, here) is { } near ? $"did you mean {near}?"
            : here.Length > 0 ? $"there are: {string.Join(", ", here.Take(6))}"
            : "the library is in scenarios/library; 'capacity init' writes a scenario to start from";
    }
}
