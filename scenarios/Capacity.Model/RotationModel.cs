namespace Capacity.Model;

/// <summary>How the balancer learns which replicas there are. Durations are in seconds.</summary>
public sealed record RotationModel
{
    /// <summary>The balancers whose usual settings are known by name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["haproxy", "nginx", "swarm-vip", "consul-template"];

    /// <summary>Between two look-ups of the replicas, as of DNS names; null: it is told at once.</summary>
    public double? Resolve { get; init; }

    /// <summary>Between two health checks of a replica by the balancer; null: it makes none.</summary>
    public double? Check { get; init; }

    /// <summary>Good checks in a row that a new replica needs, ≥ 0; 0: it gets requests before its first
    /// check.</summary>
    public int Rise { get; init; }

    /// <summary>Bad checks in a row after which a replica is out, &gt; 0.</summary>
    public int Fall { get; init; } = 2;

    /// <summary>After a change, time without another one until the configuration is written, ≥ 0 …</summary>
    public double QuietMin { get; init; }

    /// <summary>… but no longer than this after the first change, ≥ <see cref="QuietMin"/>.</summary>
    public double QuietMax { get; init; }

    /// <summary>From the written configuration until the balancer goes by it, ≥ 0.</summary>
    public double Reload { get; init; }

    /// <summary>The usual settings of a balancer.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <remarks>
    /// Sources: HAProxy's server-template with Docker's DNS, measured (the look-up period is <c>timeout resolve</c>, a
    /// server found in DNS is up before its first check); nginx' <c>resolver valid=10s</c>; the virtual address of a
    /// swarm, which follows the tasks; consul-template behind Consul's checks, with <c>wait</c> 5s to 20s.
    /// </remarks>
    public static RotationModel Like(string name) => name switch
    {
        "haproxy" => new RotationModel { Resolve = 0.5, Check = 1, Rise = 0, Fall = 2 },
        "nginx" => new RotationModel { Resolve = 10 },
        "consul-template" => new RotationModel
        {
            Check = 10,
            Rise = 1,
            Fall = 1,
            QuietMin = 5,
            QuietMax = 20,
            Reload = 0.5,
        },
        _ => new RotationModel { Reload = 0.2 },
    };
}
