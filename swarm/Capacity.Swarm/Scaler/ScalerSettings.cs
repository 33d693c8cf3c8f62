using System.Net;
using Capacity.Control.Scaling;

namespace Capacity.Swarm.Scaler;

/// <summary>How the scaler service runs.</summary>
public sealed record ScalerSettings
{
    /// <summary>Address to listen on.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 takes any free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>The routes are there a second time behind this path; <c>/</c> for none.</summary>
    public string Prefix { get; init; } = "/";

    /// <summary>docker-scaler's own settings.</summary>
    public ScalerOptions Options { get; init; } = new();

    /// <summary>Where the outcome of requests is reported; null for nowhere.</summary>
    public Uri? Alertmanager { get; init; }

    /// <summary>What a caller must show as <c>Authorization: Bearer …</c> to scale; null lets everybody.</summary>
    public string? Token { get; init; }

    /// <summary>Whether services without a scaling label are refused, which docker-scaler scales with its
    /// defaults.</summary>
    public bool OnlyLabelled { get; init; }

    /// <summary>For how long a notification of the same alert group, with the same start, counts as the same one and
    /// is answered but not obeyed again; zero for never. Shorter than Alertmanager's repeat_interval.</summary>
    public TimeSpan OnceWithin { get; init; }

    /// <summary>Whether it only says what it would do.</summary>
    public bool DryRun { get; init; }

    /// <summary>Label that a service must have to be rescheduled, <c>name=value</c>.</summary>
    public string RescheduleLabel { get; init; } = "com.df.reschedule=true";

    /// <summary>Environment variable that rescheduling sets.</summary>
    public string RescheduleVariable { get; init; } = "RESCHEDULE_DATE";

    /// <summary>Longest time to read a request, and to report to Alertmanager.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
