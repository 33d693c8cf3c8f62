using System.Globalization;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>What a scenario is doing.</summary>
public enum ScenarioOperation
{
    /// <summary>Preparing: nothing is sent yet.</summary>
    Init,

    /// <summary>Sending, and forgetting what comes back.</summary>
    WarmUp,

    /// <summary>Sending and measuring.</summary>
    Bombing,

    /// <summary>Cleaning up.</summary>
    Clean,
}

/// <summary>Which of the parallel runners of a scenario this is.</summary>
/// <param name="ScenarioName">Name of the scenario.</param>
/// <param name="InstanceNumber">From 0; of a closed load the user, of an open one the slot that was free.</param>
/// <param name="InstanceId">The two in one word.</param>
/// <param name="ScenarioDuration">Planned length.</param>
/// <param name="ScenarioOperation">What the scenario is doing.</param>
public sealed record ScenarioInfo(
    string ScenarioName, int InstanceNumber, string InstanceId, TimeSpan ScenarioDuration,
    ScenarioOperation ScenarioOperation);

/// <summary>What an iteration of a scenario may use.</summary>
public interface IScenarioContext
{
    /// <summary>Which runner this is.</summary>
    ScenarioInfo ScenarioInfo { get; }

    /// <summary>Writes lines beside the progress.</summary>
    ScriptLog Logger { get; }

    /// <summary>Iterations of this runner, from 1.</summary>
    long InvocationNumber { get; }

    /// <summary>Values that later steps of the same iteration need. Empty when an iteration begins.</summary>
    Dictionary<string, object> Data { get; }

    /// <summary>Values that this runner keeps from one iteration to the next.</summary>
    Dictionary<string, object> ScenarioInstanceData { get; }

    /// <summary>Cancelled when the run does not wait for answers any longer.</summary>
    CancellationToken ScenarioCancellationToken { get; }

    /// <summary>Chance that belongs to this runner alone, seeded by the run's seed.</summary>
    Random Random { get; }

    /// <summary>When this iteration was to begin, seconds since the start of the run. Its latency counts from
    /// here.</summary>
    double ScheduledAt { get; }

    /// <summary>Ends one scenario; what was measured is kept.</summary>
    /// <param name="scenarioName">Its name; an unknown one changes nothing.</param>
    /// <param name="reason">For the events of the result.</param>
    void StopScenario(string scenarioName, string reason);

    /// <summary>Ends the whole run; what was measured is kept.</summary>
    /// <param name="reason">For the events of the result.</param>
    void StopCurrentTest(string reason);
}

/// <summary>The pooled state of one runner: everything that an iteration needs, made once.</summary>
internal sealed class ScenarioContext : IScenarioContext
{
    private readonly ScenarioRun _run;
    private readonly ulong _seed;
    private readonly StepTally?[] _known = new StepTally?[8]; // by the order of the steps within the iteration
    private Random? _random;
    private Dictionary<string, object>? _iteration;
    private Dictionary<string, object>? _instance;
    private int _step;

    public ScenarioContext(ScenarioRun run, int number, ulong seed)
    {
        _run = run;
        _seed = seed;
        ScenarioInfo = new ScenarioInfo(run.Props.Name, number,
            string.Create(CultureInfo.InvariantCulture, $"{run.Props.Name}_{number}"),
            TimeSpan.FromSeconds(run.Plan.Duration), run.Operation);
    }

    public ScenarioInfo ScenarioInfo { get; }

    public ScriptLog Logger => _run.Log;

    public long InvocationNumber { get; private set; }

    public Dictionary<string, object> Data => _iteration ??= new(StringComparer.Ordinal);

    public Dictionary<string, object> ScenarioInstanceData => _instance ??= new(StringComparer.Ordinal);

    public CancellationToken ScenarioCancellationToken => _run.GiveUp;

    public Random Random =>
        _random ??= new Random(unchecked((int)RandomSource.SeedOf(_seed, ScenarioInfo.InstanceId)));

    public double ScheduledAt { get; private set; }

    /// <summary>The timestamp at which the iteration was to begin.</summary>
    public long Scheduled { get; private set; }

    /// <summary>Whether a step failed and the iteration ends with it.</summary>
    public IResponse? EndedBy { get; set; }

    public ScenarioRun Run => _run;

    public void StopScenario(string scenarioName, string reason) => _run.Session.StopScenario(scenarioName, reason);

    public void StopCurrentTest(string reason) => _run.Session.Stop(reason);

    /// <summary>A new iteration begins.</summary>
    public void Begin(long scheduled)
    {
        InvocationNumber++;
        Scheduled = scheduled;
        ScheduledAt = _run.SecondsOf(scheduled);
        EndedBy = null;
        _step = 0;
        _iteration?.Clear();
    }

    /// <summary>The tally of a step, and whether it is the first of its iteration.</summary>
    public StepTally Step(string name, out bool first)
    {
        int place = _step++;
        first = place == 0;
        if (place < _known.Length)
        {
            StepTally? known = _known[place];
            if (known is not null && ReferenceEquals(known.Name, name))
            {
                return known;
            }

            return _known[place] = _run.Tally.Step(name);
        }

        return _run.Tally.Step(name);
    }
}
