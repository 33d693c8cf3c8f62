namespace Capacity.Model;

/// <summary>What the proxy in front of the replicas limits, as HAProxy does.</summary>
public sealed record ProxyModel
{
    /// <summary>Requests that one replica gets at once, &gt; 0; more wait at the proxy. Null: any number.</summary>
    public int? PerReplica { get; init; }

    /// <summary>Requests that may wait at the proxy, ≥ 0; more are answered 503. Null: any number.</summary>
    public int? Queue { get; init; }

    /// <summary>How long a request waits at the proxy until it is answered 503, seconds, &gt; 0. Null: as long as it
    /// takes.</summary>
    public double? QueueTimeout { get; init; }

    /// <summary>Requests that the proxy deals with at once, &gt; 0; more wait unseen, as in a listen backlog. Null: any
    /// number.</summary>
    public int? Total { get; init; }
}

/// <summary>A service behind the service, as a database: its connections are shared by all replicas.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Pool">Connections, &gt; 0.</param>
/// <param name="ServiceTime">How long each request uses one of them, after its own work.</param>
/// <param name="Timeout">Waiting and use together take at most so long, seconds; then the request is answered 500.
/// Null:
/// no limit.</param>
public sealed record DependencyModel(string Name, int Pool, ServiceLaw ServiceTime, double? Timeout);

/// <summary>When a circuit breaker opens, and for how long: after failures in a row, or by their share.</summary>
public sealed record BreakerModel
{
    /// <summary>Failures in a row that open it, &gt; 0; null goes by <see cref="FailureRatio"/>.</summary>
    public int? Failures { get; init; }

    /// <summary>Share of failures from which on it opens, 0 … 1.</summary>
    public double FailureRatio { get; init; } = 0.1;

    /// <summary>How far back outcomes count for the share, seconds, &gt; 0.</summary>
    public double Sampling { get; init; } = 30;

    /// <summary>Outcomes below which the share does not count, &gt; 0.</summary>
    public int Minimum { get; init; } = 100;

    /// <summary>How long nothing passes before one request tries again, seconds, &gt; 0.</summary>
    public double Break { get; init; } = 5;
}

/// <summary>What clients met besides good answers. Attempts count, so that a request that was sent three times can
/// count
/// three times.</summary>
/// <param name="Retries">Attempts that were not the first.</param>
/// <param name="TimedOut">Without an answer in time.</param>
/// <param name="Refused">Answered 503 by a replica, or because there was none.</param>
/// <param name="CutOff">Broken off by the stop of their replica.</param>
/// <param name="Shed">Answered 503 by the proxy.</param>
/// <param name="NotSent">Kept back by the circuit breaker.</param>
/// <param name="DependencyFailed">Answered 500 because the dependency took too long.</param>
/// <param name="BreakerOpened">How often the circuit breaker opened.</param>
/// <param name="BreakerSeconds">Seconds for which it was not closed.</param>
public sealed record ClientCounts(
    long Retries, long TimedOut, long Refused, long CutOff, long Shed, long NotSent, long DependencyFailed,
    int BreakerOpened, double BreakerSeconds);
