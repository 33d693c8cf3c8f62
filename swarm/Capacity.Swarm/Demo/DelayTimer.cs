using System.Diagnostics;
using Capacity.Timing;

namespace Capacity.Swarm.Demo;

/// <summary>Lets requests wait for an instant to within a tenth of a millisecond: one thread for all of them.</summary>
/// <remarks>
/// A framework timer fires one or two milliseconds late, which a comparison with a model would show as an error of
/// the model. What follows a wait runs on this thread and must be short.
/// </remarks>
internal sealed class DelayTimer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly PreciseWait _wait = new();
    private readonly Thread _thread;
    private long _waitsUntil = long.MaxValue;
    private bool _ended;

    public DelayTimer()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "delays", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Completes at an instant.</summary>
    /// <param name="instant">A <see cref="Stopwatch"/> timestamp; one in the past completes at once.</param>
    public Task WaitUntil(long instant)
    {
        if (instant <= Stopwatch.GetTimestamp())
        {
            return Task.CompletedTask;
        }

        var due = new TaskCompletionSource();
        lock (_gate)
        {
            if (_ended)
            {
                return Task.CompletedTask;
            }

            _waiting.Enqueue(due, instant);
            if (instant < _waitsUntil)
            {
                _waitsUntil = instant;
                _wait.Wake();
            }
        }

        return due.Task;
    }

    /// <summary>Ends the thread; waits that are not over complete at once.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _wait.Wake();
        }

        if (Thread.CurrentThread != _thread) // what follows a wait may be what ends the timer
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        while (Next(out TaskCompletionSource? due, out long next))
        {
            if (due is null)
            {
                _wait.Until(next);
            }
            else
            {
                due.SetResult();
            }
        }

        _wait.Dispose();
    }

    /// <summary>The next wait that is over, or else the instant at which one will be.</summary>
    private bool Next(out TaskCompletionSource? due, out long next)
    {
        lock (_gate)
        {
            due = null;
            next = long.MaxValue;
            if (_waiting.TryPeek(out TaskCompletionSource? first, out long instant))
            {
                next = instant;
                if (_ended || instant <= Stopwatch.GetTimestamp())
                {
                    due = first;
                    _waiting.Dequeue();
                }
            }

            _waitsUntil = next;
            return due is not null || !_ended;
        }
    }
}
