using System.Globalization;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Checking;

/// <summary>What a check was asked to do.</summary>
/// <param name="Launches">How many launches to simulate; null: until they are enough.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Threads">Launches at once.</param>
/// <param name="Port">Of the embedded cluster's balancer; 0 takes any.</param>
/// <param name="Rehearse">Whether to drive real requests first.</param>
/// <param name="TryChanges">Whether to look for what would make it a go.</param>
/// <param name="LookFurther">Whether to look at other loads, failures and assumptions.</param>
/// <param name="Swarm">Where the rehearsal's swarm is; null rehearses on the embedded cluster.</param>
internal sealed record CheckPlan(
    int? Launches, ulong Seed, int Threads, int Port, bool Rehearse, bool TryChanges, bool LookFurther,
    SwarmPlace? Swarm = null);

/// <summary>Where the live stack runs.</summary>
/// <param name="Folder">Where it is kept, or will be.</param>
/// <param name="Engine">The engine for a new swarm; null decides by whether one runs.</param>
internal sealed record SwarmPlace(SwarmFolder Folder, EngineAddress? Engine);

/// <summary>Rehearse, fit, predict the rehearsal, simulate the launches, decide.</summary>
internal sealed class Check(LoadedScenario loaded, CheckPlan plan, CommandConsole console)
{
    /// <summary>The rehearsal as far as it came; null before it ran.</summary>
    public RunResult? Measured { get; private set; }

    /// <summary>Does all of it.</summary>
    /// <param name="stop">Ends early; the report then holds what was finished.</param>
    /// <returns>Null when it was stopped before a single launch was simulated.</returns>
    /// <exception cref="EnvironmentFailedException">The rehearsal cannot start.</exception>
    public async Task<CheckReport?> RunAsync(CancellationToken stop)
    {
        Scenario scenario = loaded.Scenario;
        SimulationInput launch = Predictions.Launch(loaded);
        RunResult? predicted = null;
        Comparison? comparison = null;
        BandCoverage? coverage = null;
        if (plan.Rehearse)
        {
            SimulationInput rehearsal = plan.Swarm is null ? Predictions.Rehearsal(loaded)
                : SwarmPrediction.Input(loaded);
            DateTimeOffset began = console.Environment.Clock.GetUtcNow();
            RunResult measured = await RehearseAsync(rehearsal, stop);
            Measured = plan.Swarm is not null ? measured : measured with
            {
                StartedAt = began,
                LoadDigest = LoadDigest.Of(scenario, scenario.Rehearsal.Demand, scenario.Rehearsal.Speed),
            };
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            SimulationInput fitted = Fit(rehearsal, Measured);
            launch = Fit(launch, Measured);
            console.Say("2/3  the same rehearsal in virtual time, and the two compared");
            predicted = LaunchSimulation.Run(fitted, plan.Seed, stop);
            comparison = Comparison.Of(Measured, predicted);
            coverage = plan.LookFurther ? RehearsalBand.Of(Measured, fitted, plan.Seed, stop) : null;
        }

        string count = plan.Launches?.ToString(CultureInfo.InvariantCulture) ?? "enough";
        console.Say($"3/3  {count} launches of {DurationText.Format(launch.Plan.Duration)} in virtual time");
        long started = console.Environment.Clock.GetTimestamp();
        LaunchSet launches;
        using (var live = new LiveProgress(console))
        {
            try
            {
                launches = Simulate(launch, live, stop);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        TimeSpan took = console.Environment.Clock.GetElapsedTime(started);
        Readiness? readiness = plan.LookFurther
            ? LookFurther(launch, launches, stop) with { Coverage = coverage } : null;
        var verdict = Verdict.Decide(launches, comparison,
            [.. Gates.Of(launches, Measured, comparison, readiness, loaded.Warnings), Gates.Fresh([])]);
        bool search = plan.TryChanges && launches.Passed < launches.Launches.Count
            && scenario.Objectives.Count > 0;
        return new CheckReport
        {
            Scenario = scenario,
            ToolVersion = CapacityProgram.Version,
            CreatedAt = console.Environment.Clock.GetUtcNow(),
            Commit = GitCommit.Of(Path.GetDirectoryName(Path.GetFullPath(scenario.Source.Path))),
            Seed = plan.Seed,
            Verdict = verdict,
            Measured = Measured,
            Predicted = predicted,
            Comparison = comparison,
            Launches = launches,
            Readiness = readiness,
            Configuration = ConfigurationHash.Of(scenario),
            Changes = search ? Changes(launch, launches.Launches.Count, stop) : [],
            Inputs = InputList.Of(loaded, launch, Measured),
            Commands = Commands(),
            Warnings = loaded.Warnings,
            SimulatedIn = took.TotalSeconds,
        };
    }

    private LaunchSet Simulate(SimulationInput launch, LiveProgress live, CancellationToken stop)
    {
        Scenario scenario = loaded.Scenario;
        var rule = new SequentialRule();
        var progress = new LaunchProgress(scenario.Name, plan.Launches, rule.Most, live, console.Environment.Clock);
        return plan.Launches is { } count
            ? Launches.Run(launch, scenario.Objectives, count, plan.Seed, plan.Threads, progress, stop)
            : Launches.RunUntil(launch, scenario.Objectives, rule, plan.Seed, plan.Threads, progress, stop);
    }

    private SimulationInput Fit(SimulationInput input, RunResult measured) =>
        plan.Swarm is null ? Calibration.Fit(input, measured) : SwarmPrediction.Fit(input, measured);

    private async Task<RunResult> RehearseAsync(SimulationInput rehearsal, CancellationToken stop)
    {
        string length = DurationText.Format(rehearsal.Plan.Duration);
        if (plan.Swarm is { } swarm)
        {
            SwarmRun.Warn(loaded, console);
            string reached = SwarmPrediction.Speed(loaded).ToString("0.#", CultureInfo.InvariantCulture);
            console.Say($"1/3  rehearsal: real requests at the live stack on a swarm, {length} at {reached}× speed");
            return await new SwarmRun(swarm.Folder, console)
                .RunAsync(loaded, rehearsal, swarm.Engine, plan.Seed, stop);
        }

        string speed = loaded.Scenario.Rehearsal.Speed.ToString("0.#", CultureInfo.InvariantCulture);
        console.Say($"1/3  rehearsal: real requests at a cluster in this process, {length} at {speed}× speed");
        return await RehearsalRun.RunAsync(rehearsal, plan.Seed, plan.Port, console, stop);
    }

    private Readiness LookFurther(SimulationInput launch, LaunchSet launches, CancellationToken stop)
    {
        console.Say("     other loads, failures and assumptions");
        using var live = new LiveProgress(console);
        long started = console.Environment.Clock.GetTimestamp();
        SimulationInput AtLoad(double factor) => launch with { Plan = LoadPlan.Of(loaded.Scenario.Load, factor) };
        void Say(ReadinessProgress p) => live.Report(new ProgressState("what if", p.Share, p.What,
            p.Share < 0.05 ? null
                : console.Environment.Clock.GetElapsedTime(started) * ((1 - p.Share) / p.Share)));
        var few = new FewLaunches(loaded.Scenario.Objectives, plan.Seed, plan.Threads, stop);
        return new ReadinessSearch(launch, AtLoad, few)
            .Run(launches, RehearsedLoad.Extrapolation(loaded.Scenario, launch, Measured), Say, stop);
    }

    private IReadOnlyList<ChangeOutcome> Changes(SimulationInput launch, int count, CancellationToken stop)
    {
        using var live = new LiveProgress(console);
        var search = new ChangeSearch(launch, loaded.Scenario.Objectives, count, plan.Seed, plan.Threads);
        int tried = 0;
        return search.Run(title => live.Report(new ProgressState(
            "what would make it a go", 0, $"{++tried}: {title}", Left: null)), stop);
    }

    private List<string> Commands()
    {
        string file = loaded.Scenario.Source.Path;
        string seed = plan.Seed.ToString(CultureInfo.InvariantCulture);
        string launches = plan.Launches?.ToString(CultureInfo.InvariantCulture) ?? "auto";
        return
        [
            $"./run.sh check {file} --launches {launches} --seed {seed}",
            $"./run.sh check {file} --set service.workers=12   # try a change without editing the file",
            $"./run.sh check {file} --require go --junit capacity.xml   # gate a pull request: exit code 1 is a no-go",
        ];
    }

    private sealed class LaunchProgress(
        string name, int? count, int most, LiveProgress live, TimeProvider clock) : IProgress<int>
    {
        private readonly long _started = clock.GetTimestamp();

        public void Report(int value)
        {
            double share = (double)value / (count ?? most);
            TimeSpan? left = count is null ? null : clock.GetElapsedTime(_started) * ((1 - share) / share);
            string how = count is null ? "at most " : "";
            live.Report(new ProgressState(name, share, $"{value} / {how}{count ?? most} launches", left));
        }
    }
}
