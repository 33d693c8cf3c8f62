using System.CommandLine;
using System.Text;
using Capacity.Cli.Checking;
using Capacity.Cli.Serving;
using Capacity.Cli.Tuning;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Sim.Tuning;

namespace Capacity.Cli.Commands;

/// <summary><c>capacity tune</c>: the policy that keeps the objectives at the least cost.</summary>
internal static class TuneCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("tune", "Search the scaling policies: the cheapest that keeps the objectives");
        var input = new ScenarioInput(command);
        var run = new RunOptions(command);
        var options = new TuneOptions(command);
        host.Handle(command, async (parsed, console, stop) =>
        {
            ulong seed = parsed.GetValue(run.Seed);
            (LoadedScenario? loaded, ExitCode code) = input.Load(parsed, console, seed);
            if (loaded is null)
            {
                return code;
            }

            string[] only = parsed.GetValue(options.Knobs)!;
            PolicyKind[] kinds = Kinds(parsed.GetValue(options.Policies)!, loaded.Scenario);
            if (Problem(loaded, kinds, only) is { } problem)
            {
                return console.Explain([problem]);
            }

            string folder = run.Folder(parsed, loaded.Scenario.Name);
            if (!Recording(parsed.GetValue(options.Calibration), folder, console, out SourceText? recording))
            {
                return ExitCode.Usage;
            }

            var calibrated = TunePlan.Calibrate(loaded, recording, parsed.GetValue(options.Calibration) == "none"
                ? "--calibration none" : $"there is no rehearsal in {folder}, 'capacity check' makes one");
            console.Explain(calibrated.Diagnostics);
            if (!calibrated.TryGet(out var basis))
            {
                return ExitCode.InvalidScenario;
            }

            var searches = new List<(TuningOutcome Found, TunePlan Plan)>();
            foreach (PolicyKind kind in kinds)
            {
                LoadedScenario asked = With(loaded, kind);
                SimulationInput launch = basis.Launch with { Policy = asked.Scenario.Policy };
                TuningSettings settings = options.Settings(parsed, seed, console.Environment.Clock);
                PolicySpace space = PolicySpace.InUse(asked.Scenario, loaded.Loop, launch, only)!;
                console.Say($"searching {space.Knobs.Count} knobs of the policy '{PolicyModel.Names[(int)kind]}'; "
                    + $"service times {basis.Calibration}");
                if (Search(loaded, space, settings, options.Time(parsed), console, stop) is not { } found)
                {
                    break;
                }

                searches.Add((found, new TunePlan(settings, launch, basis.Calibration, basis.Calibrated,
                    PolicyModel.Names[(int)kind],
                    options.Command(parsed, loaded.Scenario.Source.Path, seed, found.Searched))));
            }

            if (searches.Count == 0)
            {
                console.Say("stopped before anything was simulated");
                return ExitCode.Interrupted;
            }

            TuneReport report = TuneMapping.Report(searches, loaded);
            return await FinishAsync(report with { Partial = report.Partial || searches.Count < kinds.Length }, folder,
                parsed.GetValue(options.Json), console);
        });
        return command;
    }

    /// <summary>Why this scenario cannot be tuned; null when it can.</summary>
    internal static Diagnostic? Problem(
        LoadedScenario loaded, IReadOnlyList<PolicyKind> kinds, IReadOnlyList<string> only)
    {
        var start = new SourceSpan(loaded.Scenario.Source, 1, 1, 1);
        if (loaded.Scenario.Objectives.Count == 0)
        {
            return new Diagnostic("CAP200", start, "this scenario has no objectives, so every policy is as good",
                "add for example { metric: latency.p99, under: 400ms } to 'objectives'");
        }

        foreach (PolicyKind kind in kinds)
        {
            LoadedScenario asked = With(loaded, kind);
            if (kind != PolicyKind.Schedule
                && asked.Scenario.Policy.Obstacle(asked.Scenario.Service) is ({ } code, { } message, { } hint))
            {
                return new Diagnostic(code, start, message, hint);
            }
        }

        (PolicyKind Kind, IReadOnlyList<string> Names)[] known =
        [
            .. kinds.Select(k => (k, PolicySpace.Names(With(loaded, k).Scenario, loaded.Loop,
                Predictions.Launch(With(loaded, k))))),
        ];
        string[] names = [.. known.SelectMany(k => k.Names).Distinct()];
        if (only.FirstOrDefault(o => !names.Contains(o)) is { } unknown)
        {
            return new Diagnostic("CAP201", start, $"there is no knob '{unknown}'",
                Spelling.Nearest(unknown, names) is { } near ? $"did you mean '{near}'?"
                    : $"the knobs of this scenario are {string.Join(", ", names)}");
        }

        (PolicyKind Kind, IReadOnlyList<string> Names) without =
            known.FirstOrDefault(k => only.Count > 0 && !k.Names.Any(only.Contains));
        return without.Names is null ? null : new Diagnostic("CAP203", start,
            $"no --knob is one of the policy '{PolicyModel.Names[(int)without.Kind]}', so there is nothing to search",
            $"its knobs are {string.Join(", ", without.Names)}");
    }

    private static PolicyKind[] Kinds(string[] asked, Scenario scenario) => asked.Length == 0
        ? [scenario.Policy.Use]
        : [.. asked.Distinct().Select(a => (PolicyKind)PolicyModel.Names.Index().First(n => n.Item == a).Index)];

    private static LoadedScenario With(LoadedScenario loaded, PolicyKind kind) => loaded with
    {
        Scenario = loaded.Scenario with { Policy = loaded.Scenario.Policy with { Use = kind } },
    };

    private static bool Recording(
        string? given, string folder, CommandConsole console, out SourceText? recording)
    {
        recording = null;
        if (given == "none")
        {
            return true;
        }

        if (given is not null)
        {
            return ScenarioInput.TryOpen(given, console, out recording);
        }

        string? found = MeasuredRun.Files(folder).FirstOrDefault();
        return found is null || ScenarioInput.TryOpen(found, console, out recording);
    }

    private static TuningOutcome? Search(
        LoadedScenario loaded, PolicySpace space, TuningSettings settings, TimeSpan? time, CommandConsole console,
        CancellationToken stop)
    {
        using var live = new LiveProgress(console);
        var progress = new TuneProgress(
            loaded.Scenario.Name, live, console.Environment.Clock, settings.Policies, time);
        try
        {
            return PolicyTuning.Run(space, loaded.Scenario.Objectives,
                Perturbation.Usual(factor => LoadPlan.Of(loaded.Scenario.Load, factor)), settings, progress.Report,
                stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<ExitCode> FinishAsync(
        TuneReport report, string folder, string? json, CommandConsole console)
    {
        byte[] stored = TuneJson.ToUtf8(report);
        if (json == "-")
        {
            console.Output.Write(Encoding.UTF8.GetString(stored));
        }
        else
        {
            foreach (string line in TuneOutput.Lines(report)) // first, so that a full disk does not lose the answer
            {
                console.Data(line);
            }
        }

        string page = Path.Combine(folder, "tune.html");
        await AtomicFile.WriteAsync(page, TuneHtml.Render(report));
        await AtomicFile.WriteAsync(Path.Combine(folder, "tune.md"), TuneMarkdown.Render(report));
        await AtomicFile.WriteAsync(Path.Combine(folder, "tune.json"), stored);
        if (json is not null and not "-")
        {
            await AtomicFile.WriteAsync(json, stored);
        }

        if (json != "-")
        {
            console.Data($"  report {page}");
        }

        ExitCode code = report.Partial ? ExitCode.Interrupted : report.Answer switch
        {
            TuneAnswer.Passes => ExitCode.Ok,
            TuneAnswer.Fails => ExitCode.No,
            _ => ExitCode.Inconclusive,
        };
        console.Say($"  exit {(int)code}: {Meaning(code)}");
        return code;
    }

    private static string Meaning(ExitCode code) => code switch
    {
        ExitCode.Ok => "a policy passes",
        ExitCode.No => "no policy passes",
        ExitCode.Interrupted => "stopped early",
        _ => "not enough evidence: give more --launches or a larger --budget",
    };
}
