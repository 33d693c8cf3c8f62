using System.Diagnostics;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>How a script is going.</summary>
/// <param name="Elapsed">Seconds since the start of the run.</param>
/// <param name="Planned">Seconds planned; infinity when iterations are counted.</param>
/// <param name="WarmUp">Whether nothing counts yet.</param>
/// <param name="InFlight">Iterations under way.</param>
/// <param name="Scenarios">Each scenario's last second and everything so far.</param>
/// <param name="LatenessP99">99th percentile of begun minus scheduled so far, seconds; NaN for closed
/// workloads.</param>
internal sealed record ScriptProgress(
    double Elapsed, double Planned, bool WarmUp, int InFlight, IReadOnlyList<ScenarioProgress> Scenarios,
    double LatenessP99);

/// <summary>How a scenario is going.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rate">Iterations ended in the last second.</param>
/// <param name="Recent">Response times of the last second.</param>
/// <param name="Stats">Everything so far.</param>
internal sealed record ScenarioProgress(string Name, double Rate, LatencyHistogram Recent, ScenarioStats Stats);

/// <summary>What a session is asked to do.</summary>
internal sealed record SessionSettings
{
    /// <summary>Name that the result carries.</summary>
    public required string Name { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<ScenarioProps> Scenarios { get; init; }

    /// <summary>Seed of arrivals, rates and each runner's chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How often thresholds are checked.</summary>
    public TimeSpan ReportingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long iterations under way are waited for at the end.</summary>
    public TimeSpan CompletionTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long they are waited for after a stop.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Shown at the end of the result.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];
}

/// <summary>Runs scenarios: init, warm-up, measurement, clean.</summary>
internal sealed class ScriptSession(SessionSettings settings, ScriptLog log, IProgress<ScriptProgress>? progress)
{
    private readonly List<RunEvent> _events = [];
    private readonly Lock _gate = new();
    private readonly List<LoadDriver> _drivers = [];
    private long _start;
    private string? _stoppedBy;

    /// <summary>Writes lines beside the progress.</summary>
    public ScriptLog Log => log;

    /// <summary>What the thresholds said in the end.</summary>
    public bool ThresholdsFailed { get; private set; }

    /// <summary>The final stats, scenario by scenario.</summary>
    public IReadOnlyList<ScenarioStats> Stats { get; private set; } = [];

    /// <summary>Why the script itself ended the run; null when it did not.</summary>
    public string? StoppedBy => _stoppedBy;

    /// <summary>Runs everything.</summary>
    /// <param name="stop">Ends early; what was measured so far is returned, marked as partial.</param>
    /// <exception cref="ScriptException">A scenario's init failed, or scenarios contradict each other.</exception>
    public async Task<RunResult> RunAsync(CancellationToken stop)
    {
        IReadOnlyList<ScenarioProps> loads = [.. settings.Scenarios.Where(s => s.Body is not null)];
        IReadOnlyList<(SimulationPlan Plan, ulong Seed, IReadOnlyList<ScenarioProps> Members)> groups =
            ScenarioGroups.Of(loads, settings.Seed);
        foreach (ScenarioProps scenario in settings.Scenarios.Where(s => s.Init is not null))
        {
            await PrepareAsync(scenario, stop);
        }

        try
        {
            await WarmUpAsync(groups, stop);
            using var measuring = new Measurement(this, settings, groups, progress);
            RunResult result = await measuring.RunAsync(stop);
            (Stats, ThresholdsFailed) = (measuring.Stats, measuring.ThresholdsFailed);
            return result;
        }
        finally
        {
            foreach (ScenarioProps scenario in settings.Scenarios.Where(s => s.Clean is not null))
            {
                await CleanAsync(scenario);
            }
        }
    }

    /// <summary>Ends the run; what was measured is kept.</summary>
    public void Stop(string reason)
    {
        lock (_gate)
        {
            if (_stoppedBy is not null)
            {
                return;
            }

            _stoppedBy = reason;
            Note(reason);
            _drivers.ForEach(d => d.Stop());
        }
    }

    /// <summary>Ends one scenario; what was measured is kept.</summary>
    public void StopScenario(string name, string reason)
    {
        lock (_gate)
        {
            foreach (LoadDriver driver in _drivers)
            {
                foreach (ScenarioRun run in driver.Runs.Where(r => r.Props.Name == name && !r.Stopped))
                {
                    run.Stopped = true;
                    Note($"scenario '{name}' ends: {reason}");
                }

                if (driver.Runs.All(r => r.Stopped))
                {
                    driver.Stop();
                }
            }
        }
    }

    /// <summary>The loads that <see cref="Stop"/> stops.</summary>
    /// <param name="start">The timestamp that is second 0.</param>
    /// <param name="drivers">Those at work now.</param>
    internal void Drives(long start, IEnumerable<LoadDriver> drivers)
    {
        lock (_gate)
        {
            _start = start;
            _drivers.Clear();
            _drivers.AddRange(drivers);
            if (_stoppedBy is not null)
            {
                _drivers.ForEach(d => d.Stop());
            }
        }
    }

    internal IReadOnlyList<RunEvent> Events()
    {
        lock (_gate)
        {
            return [.. _events];
        }
    }

    private void Note(string text) => _events.Add(
        new RunEvent(Math.Max(0, Stopwatch.GetElapsedTime(_start).TotalSeconds), "load", text));

    private async Task PrepareAsync(ScenarioProps scenario, CancellationToken stop)
    {
        try
        {
            await scenario.Init!(new ScenarioInitContext(scenario.Name, log, stop));
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            throw new ScriptException(
                $"the init of scenario '{scenario.Name}' failed: {problem.Message.ReplaceLineEndings(" ")}",
                "no load was sent", problem);
        }
    }

    private async Task CleanAsync(ScenarioProps scenario)
    {
        try
        {
            await scenario.Clean!(new ScenarioInitContext(scenario.Name, log, CancellationToken.None));
        }
        catch (Exception problem)
        {
            // What was measured must not be lost for it.
            log.Error($"the clean of scenario '{scenario.Name}' failed: {problem.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task WarmUpAsync(
        IReadOnlyList<(SimulationPlan Plan, ulong Seed, IReadOnlyList<ScenarioProps> Members)> groups,
        CancellationToken stop)
    {
        var warm = groups.Where(g => g.Members.Any(m => m.WarmUp > TimeSpan.Zero))
            .Select(g => g with
            {
                Plan = g.Plan.WarmUp(g.Members.Max(m => m.WarmUp).TotalSeconds),
                Seed = RandomSource.SeedOf(g.Seed, "warm-up"),
            }).ToList();
        if (warm.Count > 0)
        {
            using var warming = new Measurement(this, settings, warm, progress) { IsWarmUp = true };
            await warming.RunAsync(stop);
        }
    }
}
