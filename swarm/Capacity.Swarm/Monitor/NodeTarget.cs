using System.Net;
using System.Text.Json;

namespace Capacity.Swarm.Monitor;

/// <summary>A replica of a service by the node that it runs on, as a listener tells it in <c>nodeInfo</c>.</summary>
/// <remarks>Source: docker-flow-monitor and docker-flow-swarm-listener: a JSON list of [node's name, address of the
/// replica] or [node's name, address, node's id].</remarks>
/// <param name="Node">Name of the node.</param>
/// <param name="Address">Address of the replica.</param>
/// <param name="NodeId">Id of the node; empty when it was not told.</param>
internal sealed record NodeTarget(string Node, string Address, string NodeId)
{
    /// <summary>Reads the parameter.</summary>
    /// <param name="text">Empty for none.</param>
    /// <param name="problems">Takes what is wrong; the service is then scraped by DNS.</param>
    public static IReadOnlyList<NodeTarget> Read(string text, List<string> problems)
    {
        if (text.Length == 0)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            NodeTarget[] targets = [.. json.RootElement.EnumerateArray().Select(Of)
                .Distinct().OrderBy(t => t.Node, StringComparer.Ordinal)
                .ThenBy(t => t.Address, StringComparer.Ordinal)];
            if (Array.Find(targets, t => !IPAddress.TryParse(t.Address, out _)) is not { } wrong)
            {
                return targets;
            }

            problems.Add($"nodeInfo: '{wrong.Address}' is no address; tasks are found by DNS");
        }
        catch (Exception problem) when (
            problem is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            problems.Add("nodeInfo must be a list such as [[\"node-1\",\"10.0.1.5\",\"id\"]]; tasks are found by DNS");
        }

        return [];
    }

    private static NodeTarget Of(JsonElement item) => new(item[0].GetString() ?? "", item[1].GetString() ?? "",
        item.GetArrayLength() > 2 ? item[2].GetString() ?? "" : "");
}
