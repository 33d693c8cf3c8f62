namespace Capacity.Swarm.Embedded;

/// <summary>One replica as the balancer sees it.</summary>
/// <param name="address">Where it listens.</param>
public sealed class Backend(Uri address)
{
    private int _inFlight;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; } = address;

    /// <summary>Requests sent to it and not answered yet.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests sent to it since it was put into rotation first.</summary>
    public long Sent { get; private set; }

    internal void Enter()
    {
        Interlocked.Increment(ref _inFlight);
        Sent++; // approximate under contention, for people and tests of one thread
    }

    internal void Leave() => Interlocked.Decrement(ref _inFlight);
}
