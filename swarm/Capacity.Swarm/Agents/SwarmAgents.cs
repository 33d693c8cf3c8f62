using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Swarm.Drills;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Agents;

/// <summary>Load agents as a job of the swarm (<c>replicated-job</c>), from the image of the demo service and in the
/// proxy's network. They begin at an agreed instant, so the nodes' clocks must agree.</summary>
/// <param name="engine">A manager of the swarm.</param>
/// <param name="say">Told what takes time.</param>
public sealed class SwarmAgents(EngineClient engine, Action<string> say)
{
    /// <summary>Variable with the order, in base 64.</summary>
    public const string OrderVariable = "CAPACITY_AGENT_ORDER";

    /// <summary>Variable with the number of the task.</summary>
    public const string SlotVariable = "CAPACITY_AGENT_SLOT";

    /// <summary>Name of the network.</summary>
    public const string Network = $"{LiveSwarm.StackName}_proxy";

    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Where the agents find the proxy.</summary>
    public static Uri Proxy { get; } = new($"http://{LiveSwarm.StackName}_proxy/");

    /// <summary>Runs them to their end, and removes the job.</summary>
    /// <param name="order">The order; its start is set here.</param>
    /// <param name="duration">Length of the load.</param>
    /// <param name="stop">Ends them; nothing is kept then.</param>
    /// <returns>What each measured, in order.</returns>
    /// <exception cref="ClusterException">One failed, or does not end.</exception>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task<IReadOnlyList<byte[]>> RunAsync(AgentOrder order, TimeSpan duration, CancellationToken stop)
    {
        EngineService demo = await engine.ServiceAsync(DrillFaults.Service, stop) ?? throw new ClusterException(
            $"this swarm has no service {DrillFaults.Service}", "start the stack: capacity swarm up");
        string image = demo.RawSpec.GetProperty("TaskTemplate").GetProperty("ContainerSpec").GetProperty("Image")
            .GetString()!;
        DateTimeOffset begin = TimeProvider.System.GetUtcNow() + Lead;
        order = order with { StartAt = begin.ToUnixTimeMilliseconds() };
        string name = string.Create(CultureInfo.InvariantCulture,
            $"{LiveSwarm.StackName}_agents-{Environment.ProcessId}");
        say($"starting {order.Agents} load agents on the swarm; they begin in {Lead.TotalSeconds} s");
        string id = await engine.CreateServiceAsync(Spec(name, image, order), stop);
        try
        {
            await WaitAsync(id, order.Agents, begin + duration + After, stop);
            SortedDictionary<int, byte[]> results = AgentLines.Read(await engine.ServiceLogsAsync(id, stop));
            return results.Count == order.Agents ? [.. results.Values] : throw new ClusterException(
                $"{results.Count} of {order.Agents} load agents left a result in their logs",
                "the swarm must keep logs (drivers json-file, local or journald)");
        }
        finally
        {
            await engine.RemoveServiceAsync(id, CancellationToken.None);
        }
    }

    private static string Spec(string name, string image, AgentOrder order) => new JsonObject
    {
        ["Name"] = name,
        ["Labels"] = new JsonObject { ["capacity.agents"] = "true" },
        ["TaskTemplate"] = new JsonObject
        {
            ["ContainerSpec"] = new JsonObject
            {
                ["Image"] = image,
                ["Args"] = new JsonArray("agent"),
                ["Env"] = new JsonArray(
                    $"{OrderVariable}={Convert.ToBase64String(Encoding.UTF8.GetBytes(order.Write()))}",
                    $"{SlotVariable}={{{{.Task.Slot}}}}"),
            },
            ["RestartPolicy"] = new JsonObject { ["Condition"] = "none" },
            ["Networks"] = new JsonArray(new JsonObject { ["Target"] = Network }),
        },
        ["Mode"] = new JsonObject
        {
            ["ReplicatedJob"] = new JsonObject
            {
                ["MaxConcurrent"] = order.Agents,
                ["TotalCompletions"] = order.Agents,
            },
        },
        ["EndpointSpec"] = new JsonObject { ["Mode"] = "dnsrr" },
    }.ToJsonString();

    private async Task WaitAsync(string id, int agents, DateTimeOffset until, CancellationToken stop)
    {
        while (true)
        {
            IReadOnlyList<EngineTask> tasks = await engine.TasksAsync(id, stop);
            if (tasks.Count(t => t.Status.State == "complete") == agents)
            {
                return;
            }

            if (tasks.FirstOrDefault(t => t.Status.State is "failed" or "rejected") is { } failed)
            {
                string log = await engine.ServiceLogsAsync(id, stop);
                throw new ClusterException($"load agent {failed.Slot} {failed.Status.State}: {failed.Status.Err}: "
                    + log.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("it wrote nothing"),
                    "see that every node has the image");
            }

            if (TimeProvider.System.GetUtcNow() > until)
            {
                throw new ClusterException("the load agents do not end", "see: docker service ps");
            }

            await Task.Delay(Look, stop);
        }
    }
}
