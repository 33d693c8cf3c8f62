using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capacity.Swarm.Engine;

/// <summary>A service of the swarm, as far as scaler and monitor read it, with its specification as written.</summary>
public sealed record EngineService
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    /// <summary>Grows with every change; an update must name the one that it read.</summary>
    public EngineVersion Version { get; init; } = new(0);

    /// <summary>The whole specification, so that an update changes nothing that it does not mean to.</summary>
    [JsonPropertyName("Spec")]
    public JsonElement RawSpec { get; init; }

    /// <summary>Running and desired tasks; null unless they were asked for.</summary>
    public EngineServiceStatus? ServiceStatus { get; init; }

    /// <summary>The part of <see cref="RawSpec"/> that is read here.</summary>
    [JsonIgnore]
    public EngineServiceSpec Spec => field ??=
        RawSpec.ValueKind == JsonValueKind.Object
            ? RawSpec.Deserialize(EngineJson.Default.EngineServiceSpec)! : new EngineServiceSpec();
}

/// <summary>Version of an object of the swarm.</summary>
/// <param name="Index">Grows with every change.</param>
public sealed record EngineVersion(ulong Index);

/// <summary>How many tasks of a service run.</summary>
/// <param name="RunningTasks">Tasks that run.</param>
/// <param name="DesiredTasks">Tasks that should.</param>
public sealed record EngineServiceStatus(ulong RunningTasks, ulong DesiredTasks);

/// <summary>What is read of a service's specification.</summary>
public sealed record EngineServiceSpec
{
    /// <summary>Its name, with the stack's name before it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of the service, not of its containers; null when there is none.</summary>
    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>How its tasks run.</summary>
    public EngineServiceMode Mode { get; init; } = new();
}

/// <summary>How the tasks of a service run; at most one part is there.</summary>
public sealed record EngineServiceMode
{
    /// <summary>A desired number of tasks.</summary>
    public EngineReplicated? Replicated { get; init; }

    /// <summary>One task on each node.</summary>
    public JsonElement? Global { get; init; }
}

/// <summary>A replicated service.</summary>
/// <param name="Replicas">Desired tasks; null when not said.</param>
public sealed record EngineReplicated(ulong? Replicas);

/// <summary>A task: one container of a service, past, present or future.</summary>
public sealed record EngineTask
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    /// <summary>Place among the replicas, from 1.</summary>
    public int Slot { get; init; }

    /// <summary>Node that runs it.</summary>
    [JsonPropertyName("NodeID")]
    public string NodeId { get; init; } = "";

    /// <summary>Service that it belongs to.</summary>
    [JsonPropertyName("ServiceID")]
    public string ServiceId { get; init; } = "";

    /// <summary><c>running</c>, <c>shutdown</c>, <c>remove</c> …</summary>
    public string DesiredState { get; init; } = "";

    /// <summary>What it does now.</summary>
    public EngineTaskStatus Status { get; init; } = new();

    /// <summary>Its addresses, when it is in a network.</summary>
    public IReadOnlyList<EngineAttachment>? NetworksAttachments { get; init; }
}

/// <summary>What a task does now.</summary>
public sealed record EngineTaskStatus
{
    /// <summary><c>new</c>, <c>pending</c>, <c>preparing</c>, <c>starting</c>, <c>running</c>, <c>failed</c>
    /// …</summary>
    public string State { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>Why it failed; empty when it did not.</summary>
    public string Err { get; init; } = "";

    /// <summary>Its container; null before there is one.</summary>
    public EngineContainerStatus? ContainerStatus { get; init; }
}

/// <summary>The container of a task.</summary>
public sealed record EngineContainerStatus
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("ContainerID")]
    public string ContainerId { get; init; } = "";
}

/// <summary>A task's place in a network.</summary>
/// <param name="Addresses">For example <c>10.0.1.5/24</c>.</param>
public sealed record EngineAttachment(IReadOnlyList<string>? Addresses);

/// <summary>A node of the swarm.</summary>
public sealed record EngineNode
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    /// <summary>Its part and whether it takes tasks.</summary>
    public EngineNodeSpec Spec { get; init; } = new();

    /// <summary>Whether it answers.</summary>
    public EngineNodeStatus Status { get; init; } = new();
}

/// <summary>What is wanted of a node.</summary>
public sealed record EngineNodeSpec
{
    /// <summary><c>manager</c> or <c>worker</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary><c>active</c>, <c>pause</c> or <c>drain</c>.</summary>
    public string Availability { get; init; } = "";
}

/// <summary>How a node is.</summary>
public sealed record EngineNodeStatus
{
    /// <summary><c>ready</c>, <c>down</c> …</summary>
    public string State { get; init; } = "";

    /// <summary>Its address.</summary>
    public string Addr { get; init; } = "";
}

/// <summary>Something that happened to a service, a container or a node.</summary>
public sealed record EngineEvent
{
    /// <summary><c>service</c>, <c>container</c>, <c>node</c> …</summary>
    public string Type { get; init; } = "";

    /// <summary><c>create</c>, <c>update</c>, <c>remove</c> …</summary>
    public string Action { get; init; } = "";

    /// <summary>To what it happened.</summary>
    public EngineActor Actor { get; init; } = new();

    /// <summary>When, nanoseconds since 1970.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }
}

/// <summary>What an event is about.</summary>
public sealed record EngineActor
{
    /// <summary>Id of the object.</summary>
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    /// <summary>For example <c>name</c>, <c>replicas.old</c>, <c>replicas.new</c>.</summary>
    public Dictionary<string, string> Attributes { get; init; } = [];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.General)]
[JsonSerializable(typeof(EngineService))]
[JsonSerializable(typeof(EngineServiceSpec))]
[JsonSerializable(typeof(List<EngineService>))]
[JsonSerializable(typeof(List<EngineTask>))]
[JsonSerializable(typeof(List<EngineNode>))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class EngineJson : JsonSerializerContext;
