using Capacity.Model;

namespace Capacity.Sim.Cluster;

/// <summary>What happens to the cluster, in the order in which it happens at one instant.</summary>
internal enum Change
{
    /// <summary>Something breaks, or is whole again.</summary>
    Fault,

    /// <summary>A replica crashes by itself.</summary>
    Crashes,

    /// <summary>The orchestrator places a task in place of one that is lost.</summary>
    Replaces,

    /// <summary>A task starts.</summary>
    Starts,

    /// <summary>A replica is ready.</summary>
    Ready,

    /// <summary>The balancer begins to send a replica requests.</summary>
    Joins,

    /// <summary>The balancer stops sending a replica requests.</summary>
    Leaves,

    /// <summary>A task has ended.</summary>
    Gone,

    /// <summary>Prometheus looks up its targets.</summary>
    LookUp,

    /// <summary>Prometheus scrapes what it found.</summary>
    Discovery,

    /// <summary>Prometheus ends the series of a target that it no longer has.</summary>
    Forgotten,

    /// <summary>A replica is scraped.</summary>
    Scrape,

    /// <summary>A step of the result ends.</summary>
    StepEnd,
}

/// <summary>What will happen, soonest first; ties in the order of <see cref="Change"/>, then of replicas.</summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<(Change Change, Replica? Replica), (long Ticks, Change Change, int Replica)>
        _queue = new();

    /// <summary>The next instant; never when nothing is left.</summary>
    public Instant Next => _queue.TryPeek(out _, out (long Ticks, Change Change, int Replica) when)
        ? new Instant(when.Ticks)
        : Instant.Never;

    /// <summary>Adds a change.</summary>
    public void Add(Instant at, Change change, Replica? replica = null) =>
        _queue.Enqueue((change, replica), (at.Ticks, change, replica?.Number ?? 0));

    /// <summary>Takes the next change that is due.</summary>
    /// <param name="now">Up to and including this instant.</param>
    /// <param name="at">When it happens.</param>
    /// <param name="change">What.</param>
    /// <param name="replica">To whom.</param>
    public bool TryTake(Instant now, out Instant at, out Change change, out Replica? replica)
    {
        at = Next;
        if (at > now || !_queue.TryDequeue(out (Change Change, Replica? Replica) next, out _))
        {
            change = default;
            replica = null;
            return false;
        }

        (change, replica) = next;
        return true;
    }
}
