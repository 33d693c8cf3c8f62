namespace Capacity.Control.Labels;

/// <summary>What the <c>com.df.*</c> labels of a service mean to the scaler and the monitor.</summary>
public sealed record ServiceSettings
{
    /// <summary>The key of the service in the stack file.</summary>
    public required string Name { get; init; }

    /// <summary>Desired replicas at the start, ≥ 0.</summary>
    public required int Replicas { get; init; }

    /// <summary>Fewest replicas, ≥ 0.</summary>
    public required int ScaleMin { get; init; }

    /// <summary>Most replicas, ≥ <see cref="ScaleMin"/>.</summary>
    public required int ScaleMax { get; init; }

    /// <summary>Replicas added by one "up". Negative removes, as docker-scaler does.</summary>
    public required int ScaleUpBy { get; init; }

    /// <summary>Replicas removed by one "down". Negative adds, as docker-scaler does.</summary>
    public required int ScaleDownBy { get; init; }

    /// <summary>Port with <c>/metrics</c>; null when the monitor does not scrape the service.</summary>
    public int? ScrapePort { get; init; }

    /// <summary>Time between scrapes; null for the monitor's default.</summary>
    public TimeSpan? ScrapeInterval { get; init; }

    /// <summary>Port that the proxy forwards to; null when the proxy does not know the service.</summary>
    public int? Port { get; init; }

    /// <summary>Path prefix that the proxy forwards; null when there is none.</summary>
    public string? ServicePath { get; init; }

    /// <summary>Whether the listener tells monitor and proxy about the service at all.</summary>
    public bool NotifyEnabled { get; init; }

    /// <summary>All service labels, as the scaler looks them up.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
}
