using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Sim.Cluster;

/// <summary>One task of the service, from the decision to start it until it is gone.</summary>
/// <param name="number">From 1; never used again.</param>
/// <param name="address">Tells its address from those of others, from 1.</param>
internal sealed class Replica(int number, int address)
{
    /// <summary>From 1; never used again.</summary>
    public int Number { get; } = number;

    /// <summary>Tells its address from those of others, from 1; of one that is gone it may be used again.</summary>
    public int Address { get; } = address;

    /// <summary>Its index in the request engine.</summary>
    public int Index => Number - 1;

    /// <summary>When its task starts.</summary>
    public Instant StartsAt { get; set; }

    /// <summary>When it begins to listen.</summary>
    public Instant ListensAt { get; set; }

    /// <summary>When it is ready: its first good health check, or as soon as it listens where there are none.</summary>
    public Instant ReadyAt { get; set; } = Instant.Never;

    /// <summary>When the balancer begins to send it requests.</summary>
    public Instant JoinsAt { get; set; } = Instant.Never;

    /// <summary>When the balancer stops sending it requests; never while it is wanted.</summary>
    public Instant LeavesAt { get; set; } = Instant.Never;

    /// <summary>When its task has ended.</summary>
    public Instant GoneAt { get; set; } = Instant.Never;

    /// <summary>Time from its task's start until it listens.</summary>
    public TimeSpan Startup { get; set; }

    /// <summary>The node that it is placed on; null while it waits for room, and where nodes are not told apart.
    /// </summary>
    public int? Node { get; set; }

    /// <summary>Set when it has ended without being asked to.</summary>
    public bool Crashed { get; set; }

    /// <summary>The one that it is started in place of, whose address it gets.</summary>
    public Replica? Replaces { get; init; }

    /// <summary>The one that is started in its place.</summary>
    public Replica? Successor { get; set; }

    /// <summary>Set when it is to be removed, or is lost: it does not join the rotation any more.</summary>
    public bool Stopping { get; set; }

    /// <summary>Whether its task has started.</summary>
    public bool Started { get; set; }

    /// <summary>Whether it has been ready.</summary>
    public bool IsReady { get; set; }

    /// <summary>Whether the balancer sends it requests.</summary>
    public bool InRotation { get; set; }

    /// <summary>Set while Prometheus knows it.</summary>
    public ScrapeTarget? Target { get; set; }

    /// <summary>The target that Prometheus no longer has, until its series have ended.</summary>
    public ScrapeTarget? Forgetting { get; set; }

    /// <summary>The series of its target, created when they first appear.</summary>
    public TargetSeries?[] Series { get; set; } = [];

    /// <summary>Good health checks that have been counted.</summary>
    public long HealthChecks { get; set; }

    /// <summary>The k of its next scrape.</summary>
    public long NextScrape { get; set; }

    /// <summary>Good health checks up to an instant.</summary>
    /// <param name="at">The instant.</param>
    /// <param name="interval">Between checks, from the task's start; null: none.</param>
    public long HealthChecksUntil(Instant at, TimeSpan? interval)
    {
        if (interval is not { } every)
        {
            return 0;
        }

        Instant until = Instant.Min(at, LeavesAt);
        long all = (until - StartsAt).Ticks / every.Ticks;
        long failed = ((FirstGoodCheck(every) - StartsAt).Ticks / every.Ticks) - 1;
        return Math.Max(0, all - failed);
    }

    /// <summary>When it is ready: at the first health check that finds it listening.</summary>
    public Instant FirstGoodCheck(TimeSpan? interval)
    {
        if (interval is not { } every)
        {
            return ListensAt;
        }

        Instant check = StartsAt + every;
        long missed = Math.Max(0, ((ListensAt - check).Ticks + every.Ticks - 1) / every.Ticks);
        return check + (missed * every);
    }
}

/// <summary>The numbers, in the sample store, of the samples of one histogram of one target.</summary>
/// <param name="Buckets">One per bound.</param>
/// <param name="Sum">Sum of the durations.</param>
/// <param name="Count">Number of requests.</param>
internal sealed record TargetSeries(int[] Buckets, int Sum, int Count);
