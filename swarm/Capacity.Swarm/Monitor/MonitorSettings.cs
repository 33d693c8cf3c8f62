using System.Net;

namespace Capacity.Swarm.Monitor;

/// <summary>How the monitor service runs.</summary>
public sealed record MonitorSettings
{
    /// <summary>Address to listen on.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 takes any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Folder of the files that it keeps: <c>alert.rules</c>, and <c>prometheus.yml</c> when there is a
    /// template.</summary>
    public required string Folder { get; init; }

    /// <summary>Configuration of Prometheus to which <c>scrape_configs</c> are appended, as text; null when the
    /// configuration is not kept by the monitor.</summary>
    public string? Template { get; init; }

    /// <summary>Prometheus, reloaded by <c>POST /-/reload</c> after each change; null for never.</summary>
    public Uri? Prometheus { get; init; }

    /// <summary>Time between two looks at all services, besides those that events cause.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two DNS look-ups of a service's tasks, written into the scrapes.</summary>
    public TimeSpan DnsRefresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Parameters of nodes that become labels of the targets on them (<c>DF_NODE_TARGET_LABELS</c>).</summary>
    public IReadOnlyList<string> NodeLabels { get; init; } = [];

    /// <summary>Parameters of services that become labels of their targets by node
    /// (<c>DF_SCRAPE_TARGET_LABELS</c>).</summary>
    public IReadOnlyList<string> ScrapeLabels { get; init; } = [];

    /// <summary>Longest time that Prometheus may take to reload.</summary>
    public TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
