using System.Diagnostics;

namespace Capacity.Swarm.Demo;

/// <summary>Lets a limited number of requests be served at once; the others wait in order of arrival.</summary>
/// <param name="workers">≥ 1, or null for no limit.</param>
internal sealed class WorkerLimit(int? workers)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<long>> _queue = new();
    private int _free = workers ?? 0;

    /// <summary>Requests that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Waits for a worker.</summary>
    /// <returns>The <see cref="Stopwatch"/> timestamp at which the worker was taken.</returns>
    public ValueTask<long> TakeAsync()
    {
        if (workers is null)
        {
            return new ValueTask<long>(Stopwatch.GetTimestamp());
        }

        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return new ValueTask<long>(Stopwatch.GetTimestamp());
            }

            // Not inline: a long queue of short requests would otherwise nest one inside the other.
            var turn = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue.Enqueue(turn);
            return new ValueTask<long>(turn.Task);
        }
    }

    /// <summary>Gives the worker to the request that waits longest, if any.</summary>
    public void Release()
    {
        if (workers is null)
        {
            return;
        }

        TaskCompletionSource<long>? next;
        lock (_gate)
        {
            if (!_queue.TryDequeue(out next))
            {
                _free++;
            }
        }

        // The next request holds the worker from this instant, whenever a thread gets round to it.
        next?.SetResult(Stopwatch.GetTimestamp());
    }
}
