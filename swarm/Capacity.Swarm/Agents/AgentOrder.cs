using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Capacity.Model;

namespace Capacity.Swarm.Agents;

/// <summary>What a load agent is told to do. All agents of a run get the same, but for their numbers.</summary>
public sealed record AgentOrder
{
    /// <summary>The only version that is written and read.</summary>
    public const int Newest = 1;

    /// <summary>Version of this form.</summary>
    public int Version { get; init; } = Newest;

    /// <summary>Path of the scenario, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>Text of the scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>Values that replace some of it, as <c>path=value</c>.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>Base address of the service.</summary>
    public required Uri Target { get; init; }

    /// <summary>Seed of the arrivals and draws, as text: it has 64 bits.</summary>
    public required string Seed { get; init; }

    /// <summary>How many agents there are, 1 … 1000.</summary>
    public required int Agents { get; init; }

    /// <summary>When all begin, milliseconds since 1970; 0 when they wait to be told.</summary>
    public long StartAt { get; init; }

    /// <summary>The order as one line of JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, AgentJson.Default.AgentOrder);

    /// <summary>Reads an order.</summary>
    /// <param name="source">Any text.</param>
    /// <returns>The order, or CAP130 (not an order) or CAP131 (another version, or a value out of range).</returns>
    public static Parsed<AgentOrder> Read(SourceText source)
    {
        AgentOrder? order;
        try
        {
            order = JsonSerializer.Deserialize(source.Text, AgentJson.Default.AgentOrder);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException
            or FormatException or NotSupportedException)
        {
            return Wrong("CAP130", "this is no order for a load agent", "it is written by: capacity run --agents N");
        }

        string? wrong = order is null ? "it is null"
            : order.Version != Newest
            ? FormattableString.Invariant($"its version is {order.Version}, and this agent reads {Newest}")
            : order.Agents is < 1 or > 1000 ? "the number of agents must be between 1 and 1000"
            : !order.Target.IsAbsoluteUri || order.Target.Scheme is not ("http" or "https")
            ? "the target must be an address such as http://127.0.0.1:8080"
            : !ulong.TryParse(order.Seed, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? "the seed must be a whole number" : null;
        return wrong is null ? Parsed<AgentOrder>.From(order, [])
            : Wrong("CAP131", $"this order for a load agent cannot be used: {wrong}",
                "give all agents the same version of capacity");

        Parsed<AgentOrder> Wrong(string code, string message, string hint) => Parsed<AgentOrder>.Failed(
            [new Diagnostic(code, new SourceSpan(source, 1, 1, 0), message, hint)]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AgentOrder))]
internal sealed partial class AgentJson : JsonSerializerContext;
