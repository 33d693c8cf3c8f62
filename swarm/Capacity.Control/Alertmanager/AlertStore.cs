using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>An alert as Alertmanager keeps it.</summary>
internal sealed record StoredAlert(
    LabelSet Labels, LabelSet Annotations, Instant StartsAt, Instant EndsAt, Instant UpdatedAt, bool TimedOut)
{
    public bool IsResolved(Instant at) => EndsAt <= at;
}

/// <summary>All alerts, each under its labels, in the order in which they first arrived.</summary>
/// <remarks>Source: Alertmanager, api/v2/api.go, provider/mem/mem.go, and Merge in types/types.go.</remarks>
internal sealed class AlertStore(Instant processStart, AlertmanagerOptions options)
{
    private readonly Dictionary<LabelSet, (StoredAlert Alert, long Order)> _alerts = [];
    private Instant _nextRemoval = processStart + options.StoreInterval;
    private long _order;

    public IEnumerable<StoredAlert> All => _alerts.Values.OrderBy(a => a.Order).Select(a => a.Alert);

    /// <summary>In no particular order; for questions whose answer does not depend on it.</summary>
    public IEnumerable<StoredAlert> Unordered => _alerts.Values.Select(a => a.Alert);

    /// <summary>Takes a post in.</summary>
    /// <returns>The alert as it is now, merged with what was known; null when the post is invalid.</returns>
    public StoredAlert? Put(Instant at, AlertPost post, TimeSpan resolveTimeout)
    {
        RemoveResolved(at);
        bool timedOut = post.EndsAt is null;
        Instant startsAt = post.StartsAt ?? post.EndsAt ?? at;
        Instant endsAt = post.EndsAt ?? at + resolveTimeout;
        if (post.Labels.Count == 0 || endsAt < startsAt)
        {
            return null;
        }

        var alert = new StoredAlert(post.Labels, post.Annotations, startsAt, endsAt, at, timedOut);
        long order = _order++;
        if (_alerts.TryGetValue(post.Labels, out (StoredAlert Alert, long Order) known))
        {
            order = known.Order;
            StoredAlert old = known.Alert;
            bool overlaps = (endsAt > old.StartsAt && endsAt < old.EndsAt)
                || (startsAt > old.StartsAt && startsAt < old.EndsAt);
            alert = overlaps ? Merge(old, alert, at) : alert;
        }

        _alerts[post.Labels] = (alert, order);
        return alert;
    }

    private static StoredAlert Merge(StoredAlert old, StoredAlert young, Instant now)
    {
        Instant endsAt = young.EndsAt;
        bool oldEndsLater = old.EndsAt > young.EndsAt;
        if (oldEndsLater && (young.IsResolved(now) ? old.IsResolved(now) : !old.TimedOut))
        {
            endsAt = old.EndsAt;
        }

        return young with
        {
            StartsAt = Instant.Min(old.StartsAt, young.StartsAt),
            EndsAt = endsAt,
        };
    }

    public void RemoveResolved(Instant at)
    {
        if (at < _nextRemoval)
        {
            return;
        }

        long missed = (at - _nextRemoval).Ticks / options.StoreInterval.Ticks;
        Instant last = _nextRemoval + (missed * options.StoreInterval);
        foreach (StoredAlert alert in _alerts.Values.Select(a => a.Alert).Where(a => a.IsResolved(last)).ToList())
        {
            _alerts.Remove(alert.Labels);
        }

        _nextRemoval = last + options.StoreInterval;
    }
}
