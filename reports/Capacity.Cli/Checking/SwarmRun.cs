using System.Globalization;
using Capacity.Control;
using Capacity.Load;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Live;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Checking;

/// <summary>Drives a scenario at the live stack on a real swarm, and keeps what all parts of it did.</summary>
/// <param name="folder">Where the swarm is kept, or will be.</param>
/// <param name="console">Progress goes to its error stream.</param>
internal sealed class SwarmRun(SwarmFolder folder, CommandConsole console)
{
    /// <summary>Brings the stack up, or deploys it anew on the swarm that is up, and runs the load. A swarm that was
    /// brought up for it goes down again.</summary>
    /// <param name="loaded">The scenario.</param>
    /// <param name="input">From <see cref="SwarmPrediction.Input"/>.</param>
    /// <param name="engine">The engine for a new swarm; null decides by whether one runs.</param>
    /// <param name="seed">Seed of arrivals and draws.</param>
    /// <param name="stop">Ends early; what was measured is kept and the result is partial.</param>
    /// <exception cref="EnvironmentFailedException">The swarm cannot be used.</exception>
    public async Task<RunResult> RunAsync(
        LoadedScenario loaded, SimulationInput input, EngineAddress? engine, ulong seed, CancellationToken stop)
    {
        bool wasUp = folder.IsInUse;
        try
        {
            await DeployAsync(loaded, input, engine, stop);
            return await DriveAsync(loaded, input, seed, stop);
        }
        catch (ClusterException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }
        catch (EngineException failure)
        {
            throw new EnvironmentFailedException(failure.Message,
                "check that Docker runs and that this node is a manager: docker swarm init", failure);
        }
        finally
        {
            if (!wasUp && folder.IsInUse)
            {
                await new LiveSwarm(folder, console.Detail).DownAsync(CancellationToken.None);
                console.Say("the swarm is down again, and nothing is left of it");
            }
        }
    }

    /// <summary>Says what the live stack cannot do of what the scenario asks for.</summary>
    public static void Warn(LoadedScenario loaded, CommandConsole console)
    {
        double wanted = loaded.Scenario.Rehearsal.Speed;
        double speed = SwarmPrediction.Speed(loaded);
        var found = new List<Diagnostic>();
        var at = new SourceSpan(loaded.Scenario.Source, 1, 1, 1);
        if (speed < wanted)
        {
            found.Add(new Diagnostic("CAP140", at, string.Create(CultureInfo.InvariantCulture,
                $"the real programs do not reach speed {wanted:0.##}: at {speed:0.##} one of their intervals is 1 s, "
                + $"which is the least"), "the run takes longer; the prediction is for the speed that is reached",
                Severity.Warning));
        }

        var files = new LiveStackFiles(LiveLoop.At(loaded.Loop, speed), loaded.Scenario.Service);
        found.AddRange(files.Missing.Select(m => new Diagnostic("CAP141", at, $"on the live stack {m}",
            "the run says nothing about that part", Severity.Warning)));
        console.Explain(found);
    }

    private async Task DeployAsync(
        LoadedScenario loaded, SimulationInput input, EngineAddress? engine, CancellationToken stop)
    {
        var options = new LiveSwarmOptions
        {
            Engine = engine,
            Files = new LiveStackFiles(input.Loop, loaded.Scenario.Service).Files(),
            ComposeFiles = LiveStackFiles.ComposeFiles,
        };
        var swarm = new LiveSwarm(folder, line => console.Say($"  {line}"));
        if (folder.IsInUse)
        {
            console.Say($"using the swarm that is up in {folder.Path}; it keeps the scenario's stack afterwards");
            await swarm.RedeployAsync(options, stop);
        }
        else
        {
            console.Say("no swarm is up: starting one, for this run");
            await swarm.UpAsync(options, stop);
        }
    }

    private async Task<RunResult> DriveAsync(
        LoadedScenario loaded, SimulationInput input, ulong seed, CancellationToken stop)
    {
        using var undisturbed = new Undisturbed();
        LoopSettings loop = input.Loop;
        await using var run = new LiveRun(folder, loop.InitialReplicas, loop.EvaluationInterval);
        long start = await run.PrepareAsync(stop);
        LoadSettings settings = RehearsalRun.SettingsOf(input, run.Target, seed);
        await run.BeginAsync(stop);
        using var live = new LiveProgress(console);
        RunResult measured = await new LoadEngine(settings).RunAsync(start, new Watcher(run, input, live), stop);
        return await run.CompleteAsync(measured, loaded.Loop.Service);
    }

    /// <summary>Shows the load engine's progress together with the replicas of the swarm.</summary>
    private sealed class Watcher(LiveRun run, SimulationInput input, LiveProgress live) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            double total = input.Plan.Duration;
            (int desired, int serving) = run.Now;
            live.Report(new ProgressState(
                $"{input.Scenario} on the swarm", value.Elapsed / total,
                string.Create(CultureInfo.InvariantCulture, $"{value.Elapsed:0} / {total:0} s"),
                TimeSpan.FromSeconds(Math.Max(0, total - value.Elapsed)),
                string.Create(CultureInfo.InvariantCulture,
                    $" replicas {serving} ({desired} wanted)  traffic {value.Rate:0}/s  "
                    + $"p50 {DurationText.Format(value.P50)}  p95 {DurationText.Format(value.P95)}  "
                    + $"p99 {DurationText.Format(value.P99)}  failed {value.Failed}")));
        }
    }
}
