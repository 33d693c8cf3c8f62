using System.CommandLine;
using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Cli.Comparing;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity baseline</c>: runs of a good build, kept as a file that people review.</summary>
internal static class BaselineCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("baseline", "Keep runs of a good build, for 'capacity compare --baseline'");
        command.Subcommands.Add(Update(host));
        return command;
    }

    private static Command Update(CommandHost host)
    {
        var command = new Command("update", "Write the baseline of a scenario from stored runs, or from new ones");
        var scenario = new Argument<string>("scenario")
        {
            Description = "Scenario file",
            HelpName = "scenario.yaml",
        };
        scenario.CompletionSources.Add(context => ScenarioInput.YamlFiles(context.WordToComplete));
        var results = new Argument<string[]>("result")
        {
            Description = "Files, folders or quoted patterns of stored runs",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "result.json",
        };
        var runs = new Option<int?>("--runs")
        {
            Description = "Make so many runs, with seeds 1, 2, …, instead of taking stored ones",
            HelpName = "count",
        };
        runs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 1000)
            {
                result.AddError("--runs must be between 1 and 1000");
            }
        });
        Option<Uri?> target = RunOptions.Address("--target", "With --runs, a service that runs elsewhere");
        var file = new Option<string?>("--file")
        {
            Description = "The baseline (default: reports/baselines/SCENARIO.json)",
            HelpName = "file",
        };
        Option<string[]> set = ScenarioInput.CreateSet();
        command.Arguments.Add(scenario);
        command.Arguments.Add(results);
        foreach (Option option in (Option[])[runs, target, file, set])
        {
            command.Options.Add(option);
        }

        host.Handle(command, async (parsed, console, stop) =>
        {
            string[] words = parsed.GetValue(results) ?? [];
            int? count = parsed.GetValue(runs);
            if (count is null == (words.Length == 0))
            {
                console.Fail("a baseline is made of stored runs or of new ones",
                    "give result files, or --runs 12, and not both");
                return ExitCode.Usage;
            }

            if (!ScenarioInput.TryOpen(parsed.GetRequiredValue(scenario), console, out SourceText? source))
            {
                return ExitCode.Usage;
            }

            Parsed<Scenario> read = ScenarioReader.Read(source, parsed.GetValue(set), File.Exists);
            console.Explain(read.Diagnostics);
            if (!read.TryGet(out Scenario? about))
            {
                return ExitCode.InvalidScenario;
            }

            string path = parsed.GetValue(file) ?? Path.Combine("reports", "baselines", $"{about.Name}.json");
            (Baseline? old, ExitCode code) = Existing(path, console);
            if (code != ExitCode.Ok)
            {
                return code;
            }

            (ComparedSet? side, code) = count is { } fresh
                ? await BaselineRuns.MakeAsync(about, parsed.GetValue(target), fresh, console, stop)
                : ResultFiles.Read(words, console);
            if (side is null)
            {
                return code;
            }

            if (side.Shape.Scenario != about.Name)
            {
                return console.Explain([new Diagnostic("CAP183", SourceSpan.None,
                    $"the runs are of the scenario '{side.Shape.Scenario}', not of '{about.Name}'",
                    "give runs of the scenario that is named")]);
            }

            var baseline = Baseline.Of(side, CapacityProgram.Version, console.Environment.Clock.GetUtcNow(),
                GitCommit.Of(Path.GetDirectoryName(Path.GetFullPath(about.Source.Path))));
            await AtomicFile.WriteAsync(path, BaselineJson.Render(baseline), CancellationToken.None);
            Print(old, baseline, path, console);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The baseline that will be replaced; something else is never replaced.</summary>
    private static (Baseline? Old, ExitCode Code) Existing(string path, CommandConsole console)
    {
        if (!File.Exists(path))
        {
            return (null, ExitCode.Ok);
        }

        if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
        {
            return (null, ExitCode.Usage);
        }

        Parsed<Baseline> read = BaselineJson.Read(source);
        if (read.TryGet(out Baseline? old))
        {
            return (old, ExitCode.Ok);
        }

        Diagnostic why = read.Diagnostics[0];
        return (null, console.Explain([new Diagnostic("CAP184", why.At,
            $"the file to replace is no baseline that this program can read, so it is kept: {why.Message}",
            "remove it yourself, or give another --file")]));
    }

    private static void Print(Baseline? old, Baseline baseline, string path, CommandConsole console)
    {
        foreach (BaselineValue value in baseline.Medians.Where(m => double.IsFinite(m.Median)))
        {
            string before = old?.Medians.FirstOrDefault(m => m.Metric == value.Metric)?.Text is { } text
                ? $"{text} → " : "";
            console.Data($"  {value.Metric,-12} {before}{value.Text}");
        }

        console.Data(string.Create(CultureInfo.InvariantCulture,
            $"{(old is null ? "wrote" : "replaced")}  {path}  {baseline.Runs.Count} runs; commit it for review"));
        if (baseline.Runs.Count < new RegressionSettings().FirstLook)
        {
            console.Say(string.Create(CultureInfo.InvariantCulture,
                $"  ! a verdict needs at least {new RegressionSettings().FirstLook} runs with seeds of their own"));
        }
    }
}
