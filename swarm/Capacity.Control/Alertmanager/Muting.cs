using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>What keeps alerts from being notified: inhibition, time intervals and silences.</summary>
/// <remarks>
/// It is asked at each look at a group, never before, and what is muted is as good as notified: the group forgets a
/// resolved alert that was muted. Source: Alertmanager, notify/notify.go (order of stages), inhibit/inhibit.go.
/// </remarks>
internal sealed class Muting(AlertStore store)
{
    private readonly Dictionary<int, Silence> _silences = [];

    public int Add(Silence silence)
    {
        int id = _silences.Count + 1;
        _silences.Add(id, silence);
        return id;
    }

    public void Expire(int id, Instant at)
    {
        if (_silences.TryGetValue(id, out Silence? silence) && silence.EndsAt > at)
        {
            _silences[id] = silence with { EndsAt = at - TimeSpan.FromTicks(1) };
        }
    }

    /// <summary>The alerts that are left.</summary>
    public List<NotifiedAlert> Pass(AlertmanagerConfig config, Route route, List<NotifiedAlert> alerts, Instant at)
    {
        if (IsMutedByTime(config, route, at))
        {
            return [];
        }

        return config.InhibitRules.Count + _silences.Count == 0
            ? alerts
            : alerts.FindAll(a => !IsInhibited(config, a.Labels, at) && !IsSilenced(a.Labels, at));
    }

    private static bool IsMutedByTime(AlertmanagerConfig config, Route route, Instant at)
    {
        bool Inside(string name) => config.TimeIntervals[name].Contains(at);
        return (route.ActiveTimeIntervals.Count > 0 && !route.ActiveTimeIntervals.Any(Inside))
            || route.MuteTimeIntervals.Any(Inside);
    }

    private bool IsSilenced(LabelSet labels, Instant at) => _silences.Values.Any(s => s.Mutes(labels, at));

    private bool IsInhibited(AlertmanagerConfig config, LabelSet labels, Instant at)
    {
        foreach (InhibitRule rule in config.InhibitRules.Where(r => r.IsTarget(labels)))
        {
            // An alert that is source and target is not muted by another such alert, itself included.
            bool isSourceToo = rule.IsSource(labels);
            if (store.Unordered.Any(source => !source.IsResolved(at) && rule.IsSource(source.Labels)
                && rule.Equal.All(name => source.Labels[name] == labels[name])
                && !(isSourceToo && rule.IsTarget(source.Labels))))
            {
                return true;
            }
        }

        return false;
    }
}
