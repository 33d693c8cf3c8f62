using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Stack;

/// <summary>The Docker command line client, at one engine and with a configuration of its own.</summary>
/// <param name="folder">Holds the configuration.</param>
/// <param name="engine">The engine.</param>
internal sealed class DockerClient(SwarmFolder folder, EngineAddress engine)
{
    /// <summary>Where things are kept.</summary>
    public SwarmFolder Folder { get; } = folder;

    /// <summary>The engine.</summary>
    public EngineAddress Address { get; } = engine;

    /// <summary>Variables of the stack file.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal)
    {
        ["DOCKER_HOST"] = engine.ToString(),
        ["DOCKER_TLS_VERIFY"] = engine.Certificates is null ? "" : "1", // empty is off
        ["DOCKER_CERT_PATH"] = engine.Certificates ?? "",
        ["DOCKER_CONFIG"] = folder.At("client"),
        ["DOCKER_BUILDKIT"] = "0", // the only builder that every version has
        ["DOCKER_SOCKET"] = engine.SocketPath ?? "/var/run/docker.sock",
    };

    /// <summary>Runs the client.</summary>
    public Task<(int Code, string Output)> RunAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync("docker", arguments, Variables, null, cancellationToken);

    /// <summary>Runs the client, and takes a failure for an exception.</summary>
    public Task<string> DemandAsync(
        IReadOnlyList<string> arguments, Func<Stream, Task>? input, CancellationToken cancellationToken) =>
        ExternalProgram.DemandAsync("docker", arguments, Variables, input, cancellationToken);
}
