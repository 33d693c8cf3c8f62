namespace Capacity.Swarm.Drills;

/// <summary>A fault that is made on purpose, and what is expected of it.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Fault">What is done.</param>
/// <param name="Expected">What is expected, as a sentence.</param>
public sealed record Drill(string Name, string Fault, string Expected)
{
    /// <summary>Largest share of failed requests, 0 … 1.</summary>
    public double FailedShareMax { get; init; }

    /// <summary>Longest time until the service, or the loop, is whole again, seconds.</summary>
    public required double RecoveryMax { get; init; }

    /// <summary>How long the fault lasts before it is repaired, seconds; 0 when it is not, or repairs itself.</summary>
    public double Hold { get; init; }

    /// <summary>Whether slow requests call for more replicas while the fault lasts. None may come then, and recovery
    /// means that they come after the repair.</summary>
    public bool CallsForReplicas { get; init; }

    /// <summary>Whether it needs a swarm of several nodes.</summary>
    public bool OnNodes { get; init; }

    /// <summary>All drills, in the order of the list.</summary>
    public static IReadOnlyList<Drill> All { get; } =
    [
        new("kill-replica", "kill one replica of the demo service (SIGKILL)",
            "no request fails, and a new replica runs within 10 s") { RecoveryMax = 10 },
        Absent("stop-scaler", "the scaler",
            "the next webhook of Alertmanager, at most a group interval later, scales up", 30),
        Absent("stop-prometheus", "Prometheus",
            "it begins without samples, and scales up two scrapes, an evaluation and a group wait later", 60),
        Absent("stop-alertmanager", "Alertmanager",
            "Prometheus sends a firing alert again a minute after it last tried, and it scales up", 75),
        new("restart-engine", "stop the Docker engine (SIGTERM), and start it again",
            "requests fail while it is away; all services run again within 90 s")
        {
            FailedShareMax = 0.9,
            RecoveryMax = 90,
        },
        new("lose-node", "cut one of three nodes off the network",
            "under 5 % of the requests fail; its replicas run elsewhere within 40 s")
        {
            FailedShareMax = 0.05,
            RecoveryMax = 40,
            OnNodes = true,
        },
    ];

    private static Drill Absent(string name, string service, string then, double within) => new(name,
        $"take {service} away for 25 s, while slow requests call for replicas",
        $"no request fails, and nothing scales meanwhile; once it is back, {then} (within {within} s)")
    {
        RecoveryMax = within,
        Hold = 25,
        CallsForReplicas = true,
    };
}
