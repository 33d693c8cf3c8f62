using Capacity.Model;

namespace Capacity.Swarm.Drills;

/// <summary>The faults of the simulator that are a drill's.</summary>
public static class SimulatedFault
{
    /// <summary>Seconds until an engine has ended and has started again, as measured on two cores (5.0 to
    /// 6.5).</summary>
    public const double EngineAway = 5;

    /// <summary>How long a container takes to start when all of a stack do at once, seconds, as measured on two
    /// cores.</summary>
    public static ServiceLaw StartOfAll { get; } = new ServiceLaw.Uniform(1.8, 3.6);

    private const int All = 1000; // more replicas than any stack of a drill has
    private const double RestartDelay = 1; // restart_policy.delay of the live stack

    /// <summary>What breaks.</summary>
    /// <param name="drill">One of <see cref="Drill.All"/>.</param>
    /// <param name="at">When, seconds.</param>
    /// <returns>At least one fault.</returns>
    /// <exception cref="ArgumentException">A drill that is not in the list.</exception>
    public static IReadOnlyList<Fault> Of(Drill drill, double at) => drill.Name switch
    {
        "kill-replica" => [new Fault.Crash(at, 1, RestartDelay)],
        "stop-scaler" => [new Fault.Outage(at, LoopPart.Scaler, drill.Hold)],
        "stop-prometheus" => [new Fault.Outage(at, LoopPart.Prometheus, drill.Hold)],
        "stop-alertmanager" => [new Fault.Outage(at, LoopPart.Alertmanager, drill.Hold)],
        "restart-engine" =>
        [
            new Fault.Crash(at, All, EngineAway + RestartDelay),
            new Fault.Outage(at, LoopPart.Prometheus, EngineAway + RestartDelay),
            new Fault.Outage(at, LoopPart.Alertmanager, EngineAway + RestartDelay),
            new Fault.Outage(at, LoopPart.Scaler, EngineAway + RestartDelay),
        ],
        "lose-node" => [new Fault.LoseNode(at, 1, null, Fault.LoseNode.UsualDetect)],
        _ => throw new ArgumentException($"no faults are known for the drill '{drill.Name}'", nameof(drill)),
    };
}
