using Capacity.Model;

namespace Capacity.Control.Labels;

/// <summary>One alert rule that docker-flow-monitor makes of a service's labels.</summary>
public sealed record MonitorAlert
{
    /// <summary>The rule's name: service and alert name without hyphens, <c>godemo_main_resptimeabove</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The service in the swarm.</summary>
    public required string ServiceName { get; init; }

    /// <summary>PromQL; may be cut short or not PromQL at all, when the label is wrong.</summary>
    public required string Expr { get; init; }

    /// <summary>How long the expression must hold, as written; empty when it need not.</summary>
    public string For { get; init; } = "";

    /// <summary>Sorted by name. Values may be empty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Annotations { get; init; } = [];

    /// <summary>Whether the alert outlives the removal of its service.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>Where the label that holds the condition stands.</summary>
    public SourceSpan At { get; init; }
}
