using System.Globalization;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Comparing;

/// <summary>Makes the runs of a baseline.</summary>
internal static class BaselineRuns
{
    /// <summary>Runs a scenario several times, at the embedded cluster or at a service that runs elsewhere.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="target">The service; null for the embedded cluster at the rehearsal's speed.</param>
    /// <param name="count">Runs, with seeds from 1.</param>
    /// <param name="console">For progress.</param>
    /// <param name="stop">Ends early; nothing is then written.</param>
    /// <returns>The runs, or null and the exit code.</returns>
    public static async Task<(ComparedSet? Set, ExitCode Code)> MakeAsync(
        Scenario scenario, Uri? target, int count, CommandConsole console, CancellationToken stop)
    {
        var runs = new List<(SourceText, RunResult)>();
        for (ulong seed = 1; seed <= (ulong)count; seed++)
        {
            Parsed<LoadedScenario> loaded = ScenarioFiles.Load(scenario, seed);
            if (!loaded.TryGet(out LoadedScenario? both))
            {
                console.Explain(loaded.Diagnostics);
                return (null, ExitCode.InvalidScenario);
            }

            console.Say(string.Create(CultureInfo.InvariantCulture, $"run {seed} of {count}"));
            DateTimeOffset started = console.Environment.Clock.GetUtcNow();
            RunResult run = target is not null
                ? await RehearsalRun.RunAgainstAsync(Predictions.Launch(both), target, seed, console, stop)
                : await RehearsalRun.RunAsync(Predictions.Rehearsal(both), seed, port: 0, console, stop);
            if (run.Partial || stop.IsCancellationRequested)
            {
                console.Say("stopped; the baseline is as it was");
                return (null, ExitCode.Interrupted);
            }

            Rehearsal how = target is null ? scenario.Rehearsal : new Rehearsal { Speed = 1 };
            string digest = LoadDigest.Of(scenario, how.Demand, how.Speed);
            runs.Add((new SourceText($"run {seed}", ""), run with { StartedAt = started, LoadDigest = digest }));
        }

        Parsed<ComparedSet> set = ComparedSet.Of($"{count} runs", runs);
        return set.TryGet(out ComparedSet? side) ? (side, ExitCode.Ok) : (null, console.Explain(set.Diagnostics));
    }
}
