using System.Collections.Concurrent;
using System.Diagnostics;
using Capacity.Control;
using Capacity.Model;
using Capacity.Timing;

namespace Capacity.Swarm.Embedded;

/// <summary>What comes first among things due at one instant.</summary>
internal enum Turn
{
    /// <summary>A replica's life.</summary>
    Replica,

    /// <summary>The look-up of scrape targets.</summary>
    Discovery,

    /// <summary>A scrape begins, or ends the series of a target that is gone.</summary>
    Scrape,
}

/// <summary>The real clock of a run: one thread that does everything when it is due, in the order of time.</summary>
/// <remarks>All of the cluster's state belongs to this thread; what other threads find out is posted to it.</remarks>
internal sealed class Agenda : IDisposable
{
    private readonly PriorityQueue<Action<Instant>, (long Ticks, Turn Turn, long Number)> _due = new();
    private readonly ConcurrentQueue<Action<Instant>> _posted = new();
    private readonly PreciseWait _wait = new();
    private readonly long _startTimestamp;
    private readonly ControlLoop _loop;
    private readonly Action<IReadOnlyList<LoopEvent>, Instant> _happened;
    private readonly Thread _thread;
    private long _number;
    private volatile bool _ended;
    private bool _closed;

    /// <summary>Prepares the clock; nothing happens before <see cref="Begin"/>.</summary>
    /// <param name="startTimestamp">The <see cref="Stopwatch"/> timestamp of the start.</param>
    /// <param name="start">The instant of the start.</param>
    /// <param name="loop">Is advanced when something of it is due.</param>
    /// <param name="happened">Told what the loop did, and when that really was.</param>
    public Agenda(long startTimestamp, Instant start, ControlLoop loop, Action<IReadOnlyList<LoopEvent>,
        Instant> happened)
    {
        _startTimestamp = startTimestamp;
        Start = start;
        _loop = loop;
        _happened = happened;
        _thread = new Thread(Run) { IsBackground = true, Name = "control loop" };
    }

    /// <summary>The start of the run.</summary>
    public Instant Start { get; }

    /// <summary>Now.</summary>
    public Instant Now => Start + Stopwatch.GetElapsedTime(_startTimestamp);

    /// <summary>Held while anything of the run changes.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What ended the loop before its time: a mistake of ours; null normally.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Starts the thread.</summary>
    public void Begin() => _thread.Start();

    /// <summary>Plans something. On the agenda's thread, or before it runs.</summary>
    /// <param name="at">When; an instant in the past means as soon as possible.</param>
    /// <param name="turn">Order among things due at the same instant.</param>
    /// <param name="what">Gets the instant for which it was planned.</param>
    public void Plan(Instant at, Turn turn, Action<Instant> what) => _due.Enqueue(what, (at.Ticks, turn, _number++));

    /// <summary>Has something done as soon as possible. On any thread.</summary>
    /// <param name="what">Gets the present instant.</param>
    /// <returns>Whether it will be done: not after the end.</returns>
    public bool Post(Action<Instant> what)
    {
        lock (_posted)
        {
            if (_closed)
            {
                return false;
            }

            _posted.Enqueue(what);
            _wait.Wake();
            return true;
        }
    }

    public void Dispose()
    {
        _ended = true;
        _wait.Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        lock (_posted)
        {
            if (!_closed)
            {
                _closed = true;
                DoPosted(); // a replica may have come up meanwhile: who disposes of the others must know it
                _wait.Dispose();
            }
        }
    }

    private void DoPosted()
    {
        while (_posted.TryDequeue(out Action<Instant>? posted))
        {
            posted(Now);
        }
    }

    private void Run()
    {
        try
        {
            while (!_ended)
            {
                Instant next = DoDue();
                _wait.Until(next < Instant.Never
                    ? _startTimestamp + (long)((next - Start).TotalSeconds * Stopwatch.Frequency)
                    : long.MaxValue);
            }
        }
        catch (Exception problem)
        {
            Failure = problem; // told by EmbeddedCluster.Complete
        }
    }

    /// <summary>Does all that is due.</summary>
    /// <returns>When the next thing is due.</returns>
    private Instant DoDue()
    {
        var events = new List<LoopEvent>();
        lock (Gate)
        {
            DoPosted();
            while (true)
            {
                Instant planned = _due.TryPeek(out Action<Instant>? what, out (long Ticks, Turn, long) when)
                    ? new Instant(when.Ticks)
                    : Instant.Never;
                Instant next = Instant.Min(planned, _loop.NextDue);
                if (next > Now || _ended)
                {
                    return next;
                }

                if (planned == next)
                {
                    _due.Dequeue();
                    what!(planned);
                }
                else
                {
                    events.Clear();
                    _loop.Advance(next, events);
                    _happened(events, Now);
                }
            }
        }
    }
}
