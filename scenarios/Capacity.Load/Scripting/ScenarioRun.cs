using System.Diagnostics;

namespace Capacity.Scripting;

/// <summary>One scenario in one stage of a run: the warm-up, or the measurement.</summary>
internal sealed class ScenarioRun
{
    private readonly long _start;
    private readonly ulong _seed;
    private readonly Lock _gate = new();
    private readonly Stack<OpenRunner> _free = new();
    private readonly CancellationToken _giveUp;
    private int _made;
    private long _failed;
    private bool _toldException;

    public ScenarioRun(
        ScriptSession session, ScenarioProps props, SimulationPlan plan, ScenarioOperation operation, long start,
        ulong seed, CancellationToken giveUp)
    {
        (Session, Props, Plan, Operation, _start, _seed) = (session, props, plan, operation, start, seed);
        _giveUp = giveUp;
        Tally = new ScriptTally(props.Name);
    }

    public ScriptSession Session { get; }

    public ScenarioProps Props { get; }

    public SimulationPlan Plan { get; }

    public ScenarioOperation Operation { get; }

    public ScriptTally Tally { get; }

    public ScriptLog Log => Session.Log;

    public CancellationToken GiveUp => _giveUp;

    /// <summary>Set when no iteration may begin any more.</summary>
    public bool Stopped { get; set; }

    /// <summary>A timestamp in seconds since the start.</summary>
    public double SecondsOf(long timestamp) => (double)(timestamp - _start) / Stopwatch.Frequency;

    /// <summary>A context for a new runner.</summary>
    public ScenarioContext NewContext(int number) => new(this, number, _seed);

    /// <summary>A runner that is free; made when there is none.</summary>
    public OpenRunner Take(LoadDriver driver)
    {
        lock (_gate)
        {
            return _free.TryPop(out OpenRunner? free) ? free : new OpenRunner(driver, NewContext(_made++));
        }
    }

    /// <summary>A runner is free again.</summary>
    public void Return(OpenRunner runner)
    {
        lock (_gate)
        {
            _free.Push(runner);
        }
    }

    /// <summary>An iteration has ended.</summary>
    /// <param name="context">Its context.</param>
    /// <param name="response">What became of it.</param>
    /// <returns>Timestamp of its end.</returns>
    public long Finish(ScenarioContext context, IResponse response)
    {
        long now = Stopwatch.GetTimestamp();
        Tally.Iterations.Record(now, context.Scheduled, response);
        if (response.IsError && Interlocked.Increment(ref _failed) == Props.MaxFailCount
            && Operation == ScenarioOperation.Bombing)
        {
            Session.Stop(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"scenario '{Props.Name}' failed {Props.MaxFailCount} times (WithMaxFailCount)"));
        }

        return now;
    }

    /// <summary>The first exception of a scenario is told; all of them are counted by type.</summary>
    public void NoteException(Exception problem)
    {
        if (!_toldException)
        {
            _toldException = true;
            Log.Debug($"first exception of scenario '{Props.Name}': {problem}");
        }
    }
}
