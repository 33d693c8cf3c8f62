using System.Diagnostics;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Everything that is counted of one scenario: its iterations, and its steps by name.</summary>
internal sealed class ScriptTally
{
    /// <summary>Seconds per tick of the clock.</summary>
    public static readonly double SecondsPerTick = 1.0 / Stopwatch.Frequency;

    private readonly Lock _gate = new();
    private readonly List<StepTally> _steps = [];
    private readonly Dictionary<string, StepTally> _byName = new(StringComparer.Ordinal);
    private readonly Lock _late = new();
    private readonly LatencyHistogram _lateness = new();
    private OutcomeTotals _spare = new();
    private long _from = long.MaxValue;
    private long _scheduled;
    private long _unsent;

    public ScriptTally(string scenario) => Iterations = new StepTally(scenario, this);

    /// <summary>Whole iterations.</summary>
    public StepTally Iterations { get; }

    /// <summary>The steps, in the order in which they first ran.</summary>
    public IReadOnlyList<StepTally> Steps
    {
        get
        {
            lock (_gate)
            {
                return [.. _steps];
            }
        }
    }

    /// <summary>Iterations that were due.</summary>
    public long Scheduled => Interlocked.Read(ref _scheduled);

    /// <summary>Iterations that were due and never began, because too many were under way.</summary>
    public long Unsent => Interlocked.Read(ref _unsent);

    /// <summary>Begun minus scheduled. Only open workloads can be late.</summary>
    public LatencyHistogram Lateness()
    {
        var copy = new LatencyHistogram();
        lock (_late)
        {
            copy.Merge(_lateness);
        }

        return copy;
    }

    /// <summary>Whether what ends at this timestamp counts, or is still warm-up.</summary>
    public bool Counts(long now) => now >= _from;

    /// <summary>The warm-up is over; null for ever forgets everything from now on.</summary>
    /// <param name="from">Timestamp.</param>
    public void CountFrom(long from) => _from = from;

    /// <summary>The tally of a step; made when it is new.</summary>
    public StepTally Step(string name)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(name, out StepTally? step))
            {
                step = new StepTally(name, this);
                _byName.Add(name, step);
                _steps.Add(step);
            }

            return step;
        }
    }

    /// <summary>So many iterations are due.</summary>
    public void Due(long count = 1) => Interlocked.Add(ref _scheduled, count);

    /// <summary>An iteration is due, but too many are under way.</summary>
    public void NotSent() => Interlocked.Increment(ref _unsent);

    /// <summary>An iteration of an open workload has begun.</summary>
    public void Late(double seconds)
    {
        lock (_late)
        {
            _lateness.Record(Math.Max(0, seconds));
        }
    }

    /// <summary>Closes an interval: what came since the last is in each tally's interval and in its totals.</summary>
    public void Collect()
    {
        _spare = Iterations.Collect(_spare);
        foreach (StepTally step in Steps)
        {
            _spare = step.Collect(_spare);
        }
    }
}
