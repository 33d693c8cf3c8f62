using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Drills;

/// <summary>Makes faults on a real swarm, and repairs them.</summary>
/// <param name="folder">The swarm that is up.</param>
/// <param name="engine">Its manager.</param>
/// <param name="nodes">The nodes that may be cut off; null when there is one node only.</param>
internal sealed class DrillFaults(SwarmFolder folder, EngineClient engine, NodeNetwork? nodes)
{
    /// <summary>The demo service.</summary>
    public const string Service = $"{LiveSwarm.StackName}_main";

    /// <summary>Makes the fault.</summary>
    /// <returns>What was done.</returns>
    public async Task<string> MakeAsync(Drill drill, CancellationToken cancellationToken)
    {
        switch (drill.Name)
        {
            case "kill-replica":
                return await KillReplicaAsync(cancellationToken);
            case "restart-engine":
                return await StopEngineAsync(cancellationToken);
            case "lose-node":
                await NodeNetwork.CutAsync(nodes!.Count, cancellationToken);
                return $"node {NodeNetwork.AddressOf(nodes.Count)} is cut off";
            default:
                await RemoveAsync(Absent(drill), cancellationToken);
                return $"{Absent(drill)} is taken away";
        }
    }

    /// <summary>Repairs it.</summary>
    /// <returns>What was done; null when there was nothing to do.</returns>
    public async Task<string?> RepairAsync(Drill drill, CancellationToken cancellationToken)
    {
        switch (drill.Name)
        {
            case "kill-replica":
                return null;
            case "restart-engine":
                await new OwnEngine(folder).StartAsync(cancellationToken);
                return "the engine is started again";
            case "lose-node":
                await NodeNetwork.JoinAsync(nodes!.Count, cancellationToken);
                return $"node {NodeNetwork.AddressOf(nodes.Count)} is connected again";
            default:
                await engine.ScaleAsync(Absent(drill), 1, cancellationToken);
                return $"{Absent(drill)} may run again";
        }
    }

    private static string Absent(Drill drill) => $"{LiveSwarm.StackName}_{drill.Name["stop-".Length..]}";

    // Docker signals a task 3 s after it is not wanted any more; until then it does its work.
    private async Task RemoveAsync(string service, CancellationToken cancellationToken)
    {
        await engine.ScaleAsync(service, 0, cancellationToken);
        for (int i = 0; (await engine.TasksAsync(service, cancellationToken))
            .Any(t => t.Status.State == "running"); i++)
        {
            if (i == 300)
            {
                throw new ClusterException($"{service} does not end within 30 s", "see: capacity swarm status");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private async Task<string> KillReplicaAsync(CancellationToken cancellationToken)
    {
        EngineTask victim = (await engine.TasksAsync(Service, cancellationToken))
            .FirstOrDefault(t => t.Status is { State: "running", ContainerStatus.ContainerId.Length: > 0 })
            ?? throw new ClusterException($"no replica of {Service} runs", "see: capacity swarm status");
        await engine.KillAsync(victim.Status.ContainerStatus!.ContainerId, cancellationToken);
        return $"replica {victim.Slot} of {Service} is killed";
    }

    private async Task<string> StopEngineAsync(CancellationToken cancellationToken)
    {
        if (folder.Read() is not { IsOwn: true })
        {
            throw new ClusterException("this engine was not started by capacity, so it is not stopped either",
                "only a throw-away engine takes part in restart-engine: capacity swarm up, as root");
        }

        return await new OwnEngine(folder).StopAsync(cancellationToken) ? "the engine has ended"
            : throw new ClusterException("the engine does not end", $"see {folder.At("dockerd.log")}");
    }
}
