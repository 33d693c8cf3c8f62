using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>An alert that starts, and perhaps ends.</summary>
/// <param name="Starts">Since the beginning of the replay, ≥ 0.</param>
/// <param name="Ends">Since the beginning, ≥ <paramref name="Starts"/>; null while it goes on.</param>
/// <param name="Labels">Identify the alert; not empty.</param>
/// <param name="Annotations">For people.</param>
public sealed record ScheduledAlert(TimeSpan Starts, TimeSpan? Ends, LabelSet Labels, LabelSet Annotations);

/// <summary>What a replay does not read from a file.</summary>
public sealed record ReplayOptions
{
    /// <summary>What the beginning of the replay is on the clock: mute times depend on it.</summary>
    public Instant Start { get; init; } = Instant.From(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Nothing later is shown; null ends three looks at a group after the last start or end.</summary>
    public TimeSpan? Until { get; init; }

    /// <summary>From sending a notification to the receiver's answer, ≥ 0.</summary>
    public TimeSpan Delivery { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A firing alert is posted again after this, as Prometheus does; zero: never.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Alertmanager's version, drift and clean-up.</summary>
    public AlertmanagerOptions Alertmanager { get; init; } = new();
}

/// <summary>One webhook or other notification of a replay.</summary>
/// <param name="At">When it left, since the beginning.</param>
/// <param name="Answered">When its receiver answered, since the beginning.</param>
/// <param name="Notification">What was sent.</param>
public sealed record ReplayedNotification(TimeSpan At, TimeSpan Answered, Notification Notification);
