using System.Text.Json.Nodes;

namespace Capacity.Swarm.Engine;

/// <content>Services that come and go.</content>
public sealed partial class EngineClient
{
    /// <summary>Creates a service.</summary>
    /// <param name="spec">Its specification, JSON.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="EngineException">The engine refuses, for example because the name is taken.</exception>
    public async Task<string> CreateServiceAsync(string spec, CancellationToken cancellationToken)
    {
        string answer = await _transport.CallAsync(HttpMethod.Post, "services/create", spec, cancellationToken);
        return (string)JsonNode.Parse(answer)!["ID"]!;
    }

    /// <summary>Removes a service and its tasks.</summary>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public Task RemoveServiceAsync(string id, CancellationToken cancellationToken) =>
        _transport.CallAsync(HttpMethod.Delete, $"services/{Uri.EscapeDataString(id)}", null, cancellationToken);

    /// <summary>What all tasks of a service have written so far, on all nodes, with the engine's own bytes before each
    /// line.</summary>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public Task<string> ServiceLogsAsync(string id, CancellationToken cancellationToken) => _transport.CallAsync(
        HttpMethod.Get, $"services/{Uri.EscapeDataString(id)}/logs?stdout=true&stderr=true", null, cancellationToken);
}
