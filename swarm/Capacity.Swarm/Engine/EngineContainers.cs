namespace Capacity.Swarm.Engine;

/// <content>Containers of the node that the engine runs on.</content>
public sealed partial class EngineClient
{
    /// <summary>Ends a container at once (SIGKILL), as a crash would.</summary>
    /// <param name="container">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">The engine refuses, for example because the container runs on another
    /// node.</exception>
    public Task KillAsync(string container, CancellationToken cancellationToken) => _transport.CallAsync(
        HttpMethod.Post, $"containers/{Uri.EscapeDataString(container)}/kill?signal=SIGKILL", null, cancellationToken);
}
