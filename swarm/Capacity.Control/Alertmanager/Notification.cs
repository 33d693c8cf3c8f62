using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>How a delivery ended.</summary>
public enum DeliveryOutcome
{
    /// <summary>Answered with 2xx.</summary>
    Ok,

    /// <summary>Answered with 5xx, or the network failed: tried again within the same flush.</summary>
    Retry,

    /// <summary>Answered otherwise, for example 4xx: not tried again before the group's next tick.</summary>
    Refused,
}

/// <summary>One delivery attempt of one group to one integration.</summary>
public sealed record Notification
{
    /// <summary>When it leaves Alertmanager.</summary>
    public required Instant At { get; init; }

    /// <summary>Name of the receiver.</summary>
    public required string Receiver { get; init; }

    /// <summary>Position of the integration within its receiver, from 0.</summary>
    public required int Integration { get; init; }

    /// <summary><c>webhook</c>, <c>slack</c>…</summary>
    public required string Kind { get; init; }

    /// <summary>Of a webhook; empty for other kinds.</summary>
    public required string Url { get; init; }

    /// <summary>As Alertmanager prints it: route path, colon, group labels.</summary>
    public required string GroupKey { get; init; }

    /// <summary>The labels that all alerts of the group share by configuration.</summary>
    public required LabelSet GroupLabels { get; init; }

    /// <summary><c>firing</c> when any listed alert fires, else <c>resolved</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Sorted by job, instance, then the other labels; cut to the webhook's <c>max_alerts</c>.</summary>
    public required IReadOnlyList<NotifiedAlert> Alerts { get; init; }

    /// <summary>Labels that all listed alerts share.</summary>
    public required LabelSet CommonLabels { get; init; }

    /// <summary>Annotations that all listed alerts share.</summary>
    public required LabelSet CommonAnnotations { get; init; }

    /// <summary>How many alerts <c>max_alerts</c> cut off.</summary>
    public int TruncatedAlerts { get; init; }

    /// <summary>1 for the first attempt of a flush, 2 for its first retry…</summary>
    public required int Attempt { get; init; }

    internal Delivery Delivery { get; init; } = null!;
}

/// <summary>One look at a group, whether or not a notification came of it.</summary>
/// <param name="At">When the group's timer fired.</param>
/// <param name="GroupKey">As Alertmanager prints it.</param>
/// <param name="Alerts">The group's alerts, before inhibition, silences and the comparison with the last
/// notification.</param>
public sealed record GroupLook(Instant At, string GroupKey, IReadOnlyList<NotifiedAlert> Alerts);

/// <summary>An alert as a notification lists it.</summary>
/// <param name="Status"><c>firing</c> or <c>resolved</c>.</param>
/// <param name="Labels">Identify the alert.</param>
/// <param name="Annotations">For people.</param>
/// <param name="StartsAt">When it began.</param>
/// <param name="EndsAt">When it ended; null while it fires.</param>
public sealed record NotifiedAlert(
    string Status, LabelSet Labels, LabelSet Annotations, Instant StartsAt, Instant? EndsAt)
{
    /// <summary>Whether it fired when the group was looked at.</summary>
    public bool IsFiring => EndsAt is null;

    /// <summary>16 hexadecimal digits: 64-bit FNV-1a over name, 0xFF, value, 0xFF, sorted by name.</summary>
    public string Fingerprint => AlertOrder.Fingerprint(Labels);
}
