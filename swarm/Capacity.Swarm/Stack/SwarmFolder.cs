using System.Text.Json;
using System.Text.Json.Serialization;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Stack;

/// <summary>Where <c>capacity swarm</c> keeps what it has started, so that <c>down</c> finds it.</summary>
/// <param name="path">The folder.</param>
public sealed class SwarmFolder(string path)
{
    /// <summary>The folder unless another is named; short, for the paths of sockets in it are limited.</summary>
    public const string Usual = "/var/lib/capacity-swarm";

    /// <summary>Name of the compose file that makes the live stack that of a scenario.</summary>
    internal const string ScenarioStack = "scenario.json";

    /// <summary>Whether the stack that is up is that of a scenario.</summary>
    public bool RunsScenario => File.Exists(System.IO.Path.Combine(StackFiles, ScenarioStack));

    /// <summary>Path of the folder.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Folder with the stack's files and the scaler's token.</summary>
    public string StackFiles => At("stack");

    /// <summary>File with the scaler's token.</summary>
    public string TokenFile => System.IO.Path.Combine(StackFiles, "scaler-token");

    /// <summary>Whether something was started here, and not yet ended.</summary>
    public bool IsInUse => File.Exists(StateFile);

    private string StateFile => At("swarm.json");

    /// <summary>A path in the folder.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>What was started.</summary>
    /// <returns>Null when nothing was.</returns>
    public SwarmState? Read() => !IsInUse ? null
        : JsonSerializer.Deserialize(File.ReadAllText(StateFile), SwarmStateJson.Default.SwarmState);

    /// <summary>Remembers what was started.</summary>
    /// <exception cref="ClusterException">The folder cannot be written.</exception>
    public void Write(SwarmState state)
    {
        try
        {
            Directory.CreateDirectory(Path);
            File.WriteAllText(StateFile, JsonSerializer.Serialize(state, SwarmStateJson.Default.SwarmState));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ClusterException($"cannot write to {Path}: {problem.Message}",
                "name another folder with --folder, or run it as root", problem);
        }
    }
}

/// <summary>What was started.</summary>
/// <param name="Engine">Address of the engine.</param>
/// <param name="IsOwn">Whether the engine is a throw-away one, to be ended.</param>
/// <param name="Host">How the host's network was before; null when the engine is not ours.</param>
/// <param name="Variables">Those of the stack file that were set.</param>
/// <param name="LocalImages">Whether the images were made from programs of this machine.</param>
public sealed record SwarmState(
    string Engine, bool IsOwn, HostNetworkState? Host, IReadOnlyDictionary<string, string> Variables,
    bool LocalImages)
{
    /// <summary>Folder of the certificates for the engine; null when it is not asked over TLS.</summary>
    public string? Certificates { get; init; }

    /// <summary>The engine's address.</summary>
    [JsonIgnore]
    public EngineAddress Address => EngineAddress.Parse(
        Engine, name => name == "DOCKER_CERT_PATH" ? Certificates : null);
}

/// <summary>What an engine changes on its host.</summary>
/// <param name="Forwarding">Content of <c>net.ipv4.ip_forward</c>.</param>
/// <param name="ForwardPolicy">Policy of the chain FORWARD.</param>
/// <param name="Links">Names of the network links.</param>
public sealed record HostNetworkState(string Forwarding, string ForwardPolicy, IReadOnlyList<string> Links);

[JsonSerializable(typeof(SwarmState))]
internal sealed partial class SwarmStateJson : JsonSerializerContext;
