using Capacity.Model;

namespace Capacity.Control.Labels;

/// <summary>A stack file as <c>docker stack deploy</c> takes it, as far as the control loop needs it.</summary>
/// <param name="Services">In the order written.</param>
public sealed record StackFile(IReadOnlyList<StackService> Services);

/// <summary>One service of a stack file.</summary>
public sealed record StackService
{
    /// <summary>The key under <c>services</c>. In the swarm the stack's name and an underscore come before
    /// it.</summary>
    public required string Name { get; init; }

    /// <summary>Those under <c>deploy.labels</c>: labels of the service, which the scaler and the monitor
    /// see.</summary>
    public required IReadOnlyList<StackLabel> Labels { get; init; }

    /// <summary>Those under <c>labels</c>: labels of each container, which neither the scaler nor the monitor
    /// sees.</summary>
    public required IReadOnlyList<StackLabel> ContainerLabels { get; init; }

    /// <summary>Desired replicas, ≥ 0; Docker's default is 1. Without meaning when <see cref="IsGlobal"/>.</summary>
    public required int Replicas { get; init; }

    /// <summary>One task on each node; cannot be scaled.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>Time between health checks; null when the file does not say.</summary>
    public TimeSpan? HealthCheckInterval { get; init; }

    /// <summary>Time during which a starting container may fail its health check; null when the file does not
    /// say.</summary>
    public TimeSpan? HealthCheckStartPeriod { get; init; }

    /// <summary>Time between the stop signal and the kill; null when the file does not say (Docker's default is 10
    /// s).</summary>
    public TimeSpan? StopGracePeriod { get; init; }

    /// <summary>The image; null when the file does not say.</summary>
    public string? Image { get; init; }

    /// <summary>Environment variables that have a value.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where the service's key stands.</summary>
    public SourceSpan At { get; init; }

    /// <summary>The service's name in the swarm: <c>go-demo_main</c>.</summary>
    /// <param name="stack">The stack's name; empty when the service was created without a stack.</param>
    public string NameIn(string stack) => stack.Length == 0 ? Name : $"{stack}_{Name}";
}

/// <summary>One label.</summary>
/// <param name="Key">For example <c>com.df.scaleMax</c>.</param>
/// <param name="Value">May be empty.</param>
/// <param name="At">Where it stands.</param>
public sealed record StackLabel(string Key, string Value, SourceSpan At);
