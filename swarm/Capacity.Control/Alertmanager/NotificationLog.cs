using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>What was last notified, for each group and integration.</summary>
/// <remarks>
/// Source: Alertmanager, nflog/nflog.go, and DedupStage in notify/notify.go. The key is text: two routes with equal
/// matchers and receiver share entries, and so silence each other.
/// </remarks>
internal sealed class NotificationLog(Instant processStart, AlertmanagerOptions options)
{
    private readonly Dictionary<(string GroupKey, string Receiver, string Kind, int Index), Entry> _entries = [];

    public void Record(NotificationGroup group, Integration integration, AlertsByState alerts, Instant at)
    {
        TimeSpan keep = 2 * group.Route.RepeatInterval;
        keep = options.Profile == AlertmanagerProfile.V014 || keep > options.Retention ? options.Retention : keep;
        _entries[Key(group, integration)] = new Entry(at, alerts, at + keep);
    }

    /// <summary>Whether the integration is to hear of the group's present state.</summary>
    public bool IsNews(NotificationGroup group, Integration integration, AlertsByState now, Instant at)
    {
        if (!_entries.TryGetValue(Key(group, integration), out Entry? last) || IsForgotten(last, at))
        {
            return now.Firing.Count > 0;
        }

        if (!now.Firing.IsSubsetOf(last.Alerts.Firing))
        {
            return true;
        }

        if (now.Firing.Count == 0)
        {
            return last.Alerts.Firing.Count > 0; // even without send_resolved: the log must learn it
        }

        if (integration.SendResolved && !now.Resolved.IsSubsetOf(last.Alerts.Resolved))
        {
            return true;
        }

        return last.At < at - group.Route.RepeatInterval; // strictly: here delivery time races against timer drift
    }

    private static (string GroupKey, string Receiver, string Kind, int Index) Key(
        NotificationGroup group, Integration integration) =>
        (group.Key, group.Route.Receiver, integration.Kind, integration.Index);

    // Expired entries go at the maintenance, not when they expire.
    private bool IsForgotten(Entry entry, Instant at)
    {
        long rounds = (at - processStart).Ticks / options.LogInterval.Ticks;
        return entry.ExpiresAt <= processStart + (rounds * options.LogInterval);
    }

    private sealed record Entry(Instant At, AlertsByState Alerts, Instant ExpiresAt);
}

/// <summary>The labels of a group's alerts, by whether they fire.</summary>
internal sealed record AlertsByState(HashSet<LabelSet> Firing, HashSet<LabelSet> Resolved)
{
    public static AlertsByState Of(IEnumerable<NotifiedAlert> alerts)
    {
        var state = new AlertsByState([], []);
        foreach (NotifiedAlert alert in alerts)
        {
            (alert.IsFiring ? state.Firing : state.Resolved).Add(alert.Labels);
        }

        return state;
    }
}
