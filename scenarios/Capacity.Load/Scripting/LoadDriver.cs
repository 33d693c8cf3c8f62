using System.Diagnostics;
using Capacity.Model;
using Capacity.Timing;

namespace Capacity.Scripting;

/// <summary>Starts the iterations of one load at their instants: of one scenario, or of several by weight.</summary>
/// <remarks>
/// A thread of its own paces and never runs a scenario's code, so that a scenario that blocks cannot make the schedule
/// late. The arrivals are those of a scenario file with the same load and seed.
/// </remarks>
internal sealed class LoadDriver : IDisposable
{
    private const int Batch = 256;
    private readonly SimulationPlan _plan;
    private readonly double[] _shareUpTo;
    private readonly ulong _seed;
    private readonly long _start;
    private readonly PreciseWait _wait = new();
    private readonly Lock _waking = new();
    private readonly Dictionary<int, CopyRunner> _copies = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly double[] _at = new double[Batch];
    private readonly int[] _kinds = new int[Batch];
    private readonly double[] _units = new double[Batch];
    private readonly RequestStream _stream;
    private readonly double[] _offered;
    private long _taken;
    private int _next;
    private int _filled;
    private int _nextSpan;
    private bool _stopped;
    private bool _disposed;
    private volatile bool _paced;
    private int _active = 1; // one for the pacing thread

    /// <summary>Prepares.</summary>
    /// <param name="runs">The scenarios. At least one; several share the load by their weights.</param>
    /// <param name="start">The timestamp that is second 0.</param>
    /// <param name="seed">Seed of arrivals and choices.</param>
    public LoadDriver(IReadOnlyList<ScenarioRun> runs, long start, ulong seed)
    {
        (Runs, _plan, _start, _seed) = (runs, runs[0].Plan, start, seed);
        double sum = 0;
        double[] shares = [.. runs.Select(r => (double)(r.Props.Weight ?? 1))];
        _shareUpTo = [.. shares.Select(s => sum += s)];
        _stream = new RequestStream(_plan.Open, runs[0].Props.Spacing, shares, seed);
        _offered = new double[_plan.Iterations is null ? Math.Max(1, (int)Math.Ceiling(_plan.Duration - 1e-9)) : 0];
    }

    public IReadOnlyList<ScenarioRun> Runs { get; }

    /// <summary>Most iterations of open workloads under way at once; one beyond fails unsent.</summary>
    public int InFlightMax { get; init; } = 50_000;

    /// <summary>Whether no iteration may begin any more.</summary>
    public bool Stopped => Volatile.Read(ref _stopped);

    /// <summary>Ends when no iteration may begin any more; a plan that is over does not end it.</summary>
    public Task Stopping => _stopping.Task;

    /// <summary>Runners at work.</summary>
    public int InFlight => Math.Max(0, Volatile.Read(ref _active) - (_paced ? 0 : 1));

    /// <summary>Arrivals by second; empty for closed workloads and for those that count iterations.</summary>
    public IReadOnlyList<double> Offered => _plan.IsOpen ? _offered : [];

    /// <summary>Arrivals that were planned and never due, because the run was stopped.</summary>
    public long NeverDue { get; private set; }

    /// <summary>No iteration begins any more; those under way go on.</summary>
    public void Stop()
    {
        lock (_waking)
        {
            Volatile.Write(ref _stopped, true);
            if (!_disposed)
            {
                _wait.Wake();
            }
        }

        _stopping.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_waking)
        {
            _disposed = true;
            _wait.Dispose();
        }
    }

    /// <summary>Runs the whole plan.</summary>
    /// <returns>Ends when the plan is over and nothing is under way.</returns>
    public Task RunAsync()
    {
        var thread = new Thread(() =>
        {
            try
            {
                Pace();
                _paced = true;
                Leave();
            }
            catch (Exception problem)
            {
                _idle.TrySetException(problem); // a mistake of ours: rethrown to whoever awaits the run
            }
        })
        { IsBackground = true, Name = "script pacing", Priority = ThreadPriority.AboveNormal };
        thread.Start();
        return _idle.Task;
    }

    /// <summary>A runner, or the pacing thread, has no more to do.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _active) == 0)
        {
            _idle.TrySetResult();
        }
    }

    /// <summary>Takes one of the iterations that copies share.</summary>
    public bool TakeIteration() => _plan.Iterations is not { } most || Interlocked.Increment(ref _taken) <= most;

    /// <summary>The scenario of a draw, by weight.</summary>
    public int Choose(double unit)
    {
        double mark = unit * _shareUpTo[^1];
        int chosen = 0;
        while (chosen < _shareUpTo.Length - 1 && mark >= _shareUpTo[chosen])
        {
            chosen++;
        }

        for (int tries = 0; Runs[chosen].Stopped && tries < Runs.Count; tries++)
        {
            chosen = (chosen + 1) % Runs.Count;
        }

        return chosen;
    }

    private long TimestampOf(double seconds) => _start + (long)(seconds * Stopwatch.Frequency);

    private void Pace()
    {
        while (!Stopped)
        {
            double now = (double)(Stopwatch.GetTimestamp() - _start) / Stopwatch.Frequency;
            double next = Math.Min(_plan.IsOpen ? SendDue(now) : double.PositiveInfinity, StartCopies(now));
            if (double.IsPositiveInfinity(next))
            {
                if (_plan.Iterations is not null || now >= _plan.Duration)
                {
                    return;
                }

                next = _plan.Duration; // it may end with a pause
            }

            _wait.Until(TimestampOf(next));
        }

        CountRest();
    }

    private double StartCopies(double now)
    {
        while (_nextSpan < _plan.Copies.Count)
        {
            CopySpan span = _plan.Copies[_nextSpan];
            if (span.From > now)
            {
                return span.From;
            }

            _nextSpan++;
            if (!_copies.TryGetValue(span.Copy, out CopyRunner? copy))
            {
                _copies.Add(span.Copy, copy = new CopyRunner(this, span.Copy, _seed));
            }

            Interlocked.Increment(ref _active);
            if (!copy.RunUntil(TimestampOf(span.To)))
            {
                Interlocked.Decrement(ref _active);
            }
        }

        return double.PositiveInfinity;
    }

    /// <summary>Starts what is due.</summary>
    /// <returns>When the next arrival is due; infinity after the last.</returns>
    private double SendDue(double now)
    {
        while (true)
        {
            if (_taken == _plan.Iterations || !Filled())
            {
                return double.PositiveInfinity;
            }

            double at = _at[_next];
            if (at > now)
            {
                return at;
            }

            ScenarioRun run = Runs[_kinds[_next++]];
            _taken++;
            run.Tally.Due();
            if (_offered.Length > 0)
            {
                _offered[Math.Min((int)at, _offered.Length - 1)]++;
            }

            if (run.Stopped || Volatile.Read(ref _active) > InFlightMax)
            {
                run.Tally.NotSent();
                continue;
            }

            Interlocked.Increment(ref _active);
            run.Take(this).Launch(TimestampOf(at));
        }
    }

    private bool Filled()
    {
        if (_next == _filled)
        {
            _filled = _stream.Fill(_at, _kinds, _units);
            _next = 0;
        }

        return _filled > 0;
    }

    private void CountRest()
    {
        while (_plan.IsOpen && _plan.Iterations is null && Filled())
        {
            NeverDue += _filled - _next;
            _next = _filled;
        }
    }
}
