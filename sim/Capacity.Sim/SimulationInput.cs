using Capacity.Control;
using Capacity.Model;

namespace Capacity.Sim;

/// <summary>Everything that one simulated launch depends on, besides its seed.</summary>
public sealed record SimulationInput
{
    /// <summary>The demand.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>Names, shares, methods and paths of the requests. At least one.</summary>
    public required IReadOnlyList<RequestKind> Kinds { get; init; }

    /// <summary>Time for which a worker is held, kind by kind.</summary>
    public required IReadOnlyList<ServiceLaw> WorkerLaws { get; init; }

    /// <summary>Time added to each response without holding a worker: network and proxy.</summary>
    public ServiceLaw Overhead { get; init; } = new ServiceLaw.Constant(0);

    /// <summary>Workers, start-up and stop grace of one replica.</summary>
    public required ServiceModel Service { get; init; }

    /// <summary>What the callers do when answers are late or fail.</summary>
    public ClientModel Client { get; init; } = new();

    /// <summary>How open arrivals are spaced.</summary>
    public ArrivalSpacing Spacing { get; init; } = ArrivalSpacing.Poisson;

    /// <summary>The control loop.</summary>
    public required LoopSettings Loop { get; init; }

    /// <summary>Length of a step of the result's series, seconds, &gt; 0; see <see cref="Steps.Choose"/>.</summary>
    public required double Step { get; init; }

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>Recorded requests, in order of arrival, instead of those of the plan; null uses the plan.</summary>
    public IReadOnlyList<TraceRequest>? Trace { get; init; }

    /// <summary>The service is deployed at second 0: its first replicas start then, instead of being ready.</summary>
    public bool FreshDeployment { get; init; }

    /// <summary>A new replica gets the first address that no wanted replica has, so that it continues the series of the
    /// one before; otherwise each gets an address of its own.</summary>
    public bool ReusesAddresses { get; init; }

    /// <summary>From a look-up of the targets until Prometheus scrapes them, ≥ 0: its managers look every 5 s whether
    /// there is anything new.</summary>
    public TimeSpan DiscoveryDelay { get; init; }

    /// <summary>From a change of the service until Prometheus reads its configuration again, as
    /// docker-flow-monitor makes it do: targets are looked up then, and every refresh interval from then on. Null
    /// where nothing reloads Prometheus.</summary>
    public TimeSpan? ReloadAfterChange { get; init; }

    /// <summary>What breaks. May be empty.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The nodes that replicas are placed on; null: there is always room.</summary>
    public NodePool? Nodes { get; init; }

    /// <summary>Whether a replica may end without notice or need longer than its law says.</summary>
    internal bool Breaks =>
        Service.WarmUp is not null || Service.Crash is not null || Faults.Any(f => f is not Fault.Outage);

    /// <summary>A replica is ready as soon as it listens; its health checks are requests and nothing more, as with a
    /// balancer that tries what it finds. Otherwise it is ready at its first good health check.</summary>
    public bool ReadyWhenListening { get; init; }

    /// <summary>From a change of the service until the balancer sends a removed replica no more requests; null takes
    /// the delay of the rotation.</summary>
    public TimeSpan? Removal { get; init; }

    /// <summary>Who decides how many replicas there are.</summary>
    public PolicyModel Policy { get; init; } = new();

    /// <summary>Whether the first request that each new replica serves is noted, for the chain of scale
    /// actions.</summary>
    public bool NotesFirstRequests { get; init; }

    /// <summary>Leaves the replicas as they are, whatever the scaler decides.</summary>
    public bool ScalingOff { get; init; }
}
