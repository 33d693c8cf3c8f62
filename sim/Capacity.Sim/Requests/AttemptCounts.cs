namespace Capacity.Sim.Requests;

/// <summary>Why an attempt failed.</summary>
internal enum FailureCause
{
    /// <summary>Its client had no answer in time.</summary>
    TimedOut,

    /// <summary>A replica's queue was full, its wait there too long, or no replica was in rotation.</summary>
    Refused,

    /// <summary>Its replica was stopped before it had finished.</summary>
    CutOff,

    /// <summary>The proxy's queue was full, or the wait there too long.</summary>
    Shed,

    /// <summary>The client's circuit breaker did not let it pass.</summary>
    Breaker,

    /// <summary>The dependency did not answer its replica in time.</summary>
    Dependency,
}

/// <summary>Failed attempts by cause.</summary>
internal sealed class AttemptCounts
{
    private readonly long[] _ofCause = new long[Enum.GetValues<FailureCause>().Length];

    /// <summary>How many failed for a cause.</summary>
    public long this[FailureCause cause] => _ofCause[(int)cause];

    /// <summary>Counts one.</summary>
    public void Add(FailureCause cause) => _ofCause[(int)cause]++;
}
