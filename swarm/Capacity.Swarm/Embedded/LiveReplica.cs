using Capacity.Control.Samples;
using Capacity.Model;
using Capacity.Swarm.Demo;

namespace Capacity.Swarm.Embedded;

/// <summary>One task of the service, from the decision to start it until it is gone.</summary>
/// <param name="number">From 1; never used again.</param>
internal sealed class LiveReplica(int number)
{
    /// <summary>From 1; never used again.</summary>
    public int Number { get; } = number;

    /// <summary>When its task started.</summary>
    public Instant StartsAt { get; set; } = Instant.Never;

    /// <summary>When it was ready.</summary>
    public Instant ReadyAt { get; set; } = Instant.Never;

    /// <summary>When its server listened.</summary>
    public Instant ListensAt { get; set; } = Instant.Never;

    /// <summary>When the balancer began to send it requests.</summary>
    public Instant JoinsAt { get; set; } = Instant.Never;

    /// <summary>When the balancer stopped sending it requests.</summary>
    public Instant LeavesAt { get; set; } = Instant.Never;

    /// <summary>When its task had ended.</summary>
    public Instant GoneAt { get; set; } = Instant.Never;

    /// <summary>Set when it is to be removed: it does not join the rotation any more.</summary>
    public bool Stopping { get; set; }

    /// <summary>Whether its task has started.</summary>
    public bool Started => StartsAt < Instant.Never;

    /// <summary>Whether it is in rotation.</summary>
    public bool InRotation { get; set; }

    /// <summary>The server, once it listens.</summary>
    public DemoServer? Server { get; set; }

    /// <summary>The same for the balancer.</summary>
    public Backend? Backend { get; set; }

    /// <summary>Set while Prometheus knows it.</summary>
    public ScrapeTarget? Target { get; set; }

    /// <summary>Set while a scrape is under way.</summary>
    public bool IsScraped { get; set; }
}
