using System.CommandLine;
using Capacity.Cli.Comparing;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity compare</c>: is the new build worse? Stored runs, a baseline, or two services in turns.
/// </summary>
internal static class CompareCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("compare", "Say whether a build has become slower or fails more: regressed, passed "
            + "or not enough evidence");
        var inputs = new Argument<string[]>("input")
        {
            Description = "BASE NEW: two files, folders or quoted patterns of stored runs. With --baseline: the new "
                + "runs. With --base and --new: the scenario",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "base new",
        };
        var baseline = new Option<string?>("--baseline")
        {
            Description = "Compare with this baseline file",
            HelpName = "file",
        };
        var scenario = new Option<string?>("--scenario")
        {
            Description = "Take metrics from the objectives of this scenario, and annotate its lines",
            HelpName = "scenario.yaml",
        };
        var options = new CompareOptions(command);
        var live = new LiveOptions(command);
        command.Arguments.Add(inputs);
        command.Options.Add(baseline);
        command.Options.Add(scenario);
        host.Handle(command, async (parsed, console, stop) =>
        {
            string[] words = parsed.GetRequiredValue(inputs);
            string? file = parsed.GetValue(baseline);
            if (live.IsAsked(parsed))
            {
                return await live.RunAsync(words, file is not null, options, parsed, console, stop);
            }

            if (file is null && words.Length != 2)
            {
                console.Fail($"compare takes two inputs, BASE and NEW, not {words.Length}",
                    words.Length > 2 ? "put a pattern into quotes: capacity compare 'base/*.json' 'new/*.json'"
                        : "or --baseline FILE with the new runs, or SCENARIO with --base URL --new URL");
                return ExitCode.Usage;
            }

            Scenario? stated = null;
            if (parsed.GetValue(scenario) is { } path)
            {
                (stated, ExitCode wrong) = ReadScenario(path, console);
                if (stated is null)
                {
                    return wrong;
                }
            }

            (ComparedSet? before, ExitCode code) = ResultFiles.Read([file ?? words[0]], console);
            if (before is null)
            {
                return code;
            }

            (ComparedSet? after, code) = ResultFiles.Read(file is null ? [words[1]] : words, console);
            if (after is null)
            {
                return code;
            }

            Parsed<RegressionReport> outcome =
                RegressionTest.Compare(before, after, options.Settings(parsed, stated));
            console.Explain(outcome.Diagnostics);
            return outcome.TryGet(out RegressionReport? report)
                ? await options.FinishAsync(report, stated, parsed, console)
                : ExitCode.InvalidScenario;
        });
        return command;
    }

    /// <summary>Reads a scenario without the files that it names.</summary>
    internal static (Scenario? Scenario, ExitCode Code) ReadScenario(string path, CommandConsole console)
    {
        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return (null, ExitCode.Usage);
        }

        Parsed<Scenario> read = ScenarioReader.Read(source);
        console.Explain(read.Diagnostics);
        return read.TryGet(out Scenario? scenario) ? (scenario, ExitCode.Ok) : (null, ExitCode.InvalidScenario);
    }
}
