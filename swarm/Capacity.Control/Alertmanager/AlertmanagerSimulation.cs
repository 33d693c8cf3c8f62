using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>Alertmanager as a state machine: alerts come in, time passes, notifications go out.</summary>
/// <remarks>
/// <para>Instants never decrease from call to call. At one instant the host first hands in alerts, then advances:
/// <see cref="Receive"/>, <see cref="Advance"/>, and <see cref="Delivered"/> when an answer arrives. A group whose
/// notification is on its way waits for the answer, at most until its flush times out; it then runs the overdue
/// tick.</para>
/// <para>Source: Alertmanager 0.25, dispatch/dispatch.go and notify/notify.go; other versions by
/// <see cref="AlertmanagerOptions.Profile"/>. Groups due at one instant go in the order of their creation.</para>
/// </remarks>
public sealed class AlertmanagerSimulation
{
    private const int RememberedRoutesMax = 10_000;

    private readonly AlertmanagerOptions _options;
    private readonly Instant _processStart;
    private readonly AlertStore _store;
    private readonly NotificationLog _log;
    private readonly RandomSource _jitter;
    private readonly List<NotificationGroup> _groups = [];
    private readonly Dictionary<(Route Route, LabelSet Labels), NotificationGroup> _groupByLabels = [];
    private readonly Muting _muting;
    private readonly Dictionary<LabelSet, (Route Route, LabelSet Labels)[]> _groupsOfAlert = []; // routing, remembered
    private AlertmanagerConfig _config;
    private Instant _cleanupFrom;

    /// <summary>Starts Alertmanager.</summary>
    /// <param name="config">Its configuration file.</param>
    /// <param name="options">The rest of its settings.</param>
    /// <param name="processStart">When it started: the clean-up of empty groups counts from here.</param>
    public AlertmanagerSimulation(AlertmanagerConfig config, AlertmanagerOptions options, Instant processStart)
    {
        _config = config;
        _options = options;
        _processStart = processStart;
        _cleanupFrom = processStart;
        _store = new AlertStore(processStart, options);
        _muting = new Muting(_store);
        _log = new NotificationLog(processStart, options);
        _jitter = new RandomSource(options.Seed, "alertmanager retries");
    }

    /// <summary>When <see cref="Advance"/> has something to do; <see cref="Instant.Never"/> when nothing is
    /// planned.</summary>
    public Instant NextDue { get; private set; } = Instant.Never;

    /// <summary>When set, each look at a group is added: what Alertmanager's debug log calls flushing.</summary>
    public IList<GroupLook>? Looks { get; set; }

    /// <summary>Groups that exist, empty ones included.</summary>
    public int GroupCount => _groups.Count;

    /// <summary>Alerts that fire at an instant, in the order of their first arrival.</summary>
    public IReadOnlyList<LabelSet> Firing(Instant at) =>
        [.. _store.All.Where(a => !a.IsResolved(at)).Select(a => a.Labels)];

    /// <summary>Alerts arrive. Invalid ones (no labels, end before start) are dropped.</summary>
    public void Receive(Instant at, IReadOnlyList<AlertPost> posts)
    {
        CleanUp(at);
        foreach (AlertPost post in posts)
        {
            if (_store.Put(at, post, _config.ResolveTimeout) is { } alert)
            {
                Dispatch(at, alert);
            }
        }

        UpdateNextDue();
    }

    /// <summary>Does everything that is due up to and including an instant, in time order.</summary>
    /// <param name="now">The instant.</param>
    /// <param name="due">Notifications that leave are added, soonest first. Report each with <see
    /// cref="Delivered"/>.</param>
    public void Advance(Instant now, List<Notification> due)
    {
        while (NextDue <= now)
        {
            Instant at = NextDue;
            for (int i = 0; i < _groups.Count; i++)
            {
                if (_groups[i].Due == at)
                {
                    Step(_groups[i], at, due);
                    break; // a step may end the group, or make another due at the same instant
                }
            }

            UpdateNextDue();
        }
    }

    /// <summary>A delivery ended. Too late, after the flush timed out or a reload, it is ignored.</summary>
    /// <param name="notification">As <see cref="Advance"/> gave it.</param>
    /// <param name="at">When the answer was there; ≥ <see cref="Notification.At"/>.</param>
    /// <param name="outcome">How it ended.</param>
    public void Delivered(Notification notification, Instant at, DeliveryOutcome outcome)
    {
        Delivery delivery = notification.Delivery;
        if (delivery.IsOver || delivery.Flush.IsOver || !delivery.IsWaitingForAnswer
            || delivery.Attempt != notification.Attempt)
        {
            return;
        }

        End(delivery, at, outcome);
        UpdateNextDue();
    }

    /// <summary>Adds a silence.</summary>
    /// <returns>A number for <see cref="ExpireSilence"/>.</returns>
    public int AddSilence(Silence silence) => _muting.Add(silence);

    /// <summary>Ends a silence before its time. A number that does not exist is ignored.</summary>
    public void ExpireSilence(int id, Instant at) => _muting.Expire(id, at);

    /// <summary>Reads the configuration anew: all groups are built again from the known alerts, deliveries are
    /// given up, the notification log stays.</summary>
    public void Reload(AlertmanagerConfig config, Instant at)
    {
        foreach (Flush flush in _groups.Select(g => g.Flush).OfType<Flush>())
        {
            flush.IsOver = true;
        }

        _config = config;
        _cleanupFrom = at;
        _groups.Clear();
        _groupByLabels.Clear();
        _groupsOfAlert.Clear();
        _store.RemoveResolved(at);
        foreach (StoredAlert alert in _store.All)
        {
            Dispatch(at, alert);
        }

        UpdateNextDue();
    }

    private void UpdateNextDue()
    {
        Instant next = Instant.Never;
        foreach (NotificationGroup group in _groups)
        {
            next = Instant.Min(next, group.Due);
        }

        NextDue = next;
    }

    // Empty groups go at a fixed rhythm. Nothing happens in an empty group, so it suffices to look before the next
    // alert.
    private void CleanUp(Instant at)
    {
        long rounds = (at - _cleanupFrom).Ticks / _options.CleanupInterval.Ticks;
        Instant last = _cleanupFrom + (rounds * _options.CleanupInterval);
        for (int i = _groups.Count - 1; i >= 0 && rounds > 0; i--)
        {
            NotificationGroup group = _groups[i];
            if (group.Alerts.Count == 0 && group.EmptySince <= last)
            {
                Remove(group);
            }
        }
    }

    private void Remove(NotificationGroup group)
    {
        _groups.Remove(group);
        _groupByLabels.Remove((group.Route, group.Labels));
    }

    private void Dispatch(Instant at, StoredAlert alert)
    {
        foreach ((Route route, LabelSet labels) in GroupsOf(alert.Labels))
        {
            bool isNew = !_groupByLabels.TryGetValue((route, labels), out NotificationGroup? group);
            if (isNew)
            {
                group = new NotificationGroup(route, labels, at + route.GroupWait + _options.TimerDrift);
                _groupByLabels.Add((route, labels), group);
                _groups.Add(group);
            }
            else if (group!.Alerts.Count == 0)
            {
                group.SkipTicks(at, route.GroupInterval + _options.TimerDrift);
            }

            group.Alerts[alert.Labels] = alert;
            bool mayHurry = _options.Profile switch
            {
                AlertmanagerProfile.V014 => !group.HasSent,
                AlertmanagerProfile.V025 => !group.HasFlushed,
                _ => isNew,
            };
            if (mayHurry && alert.StartsAt + route.GroupWait < at)
            {
                group.NextTick = at;
            }

            Instant earliest = _processStart + _options.StartDelay;
            group.NextTick = group.NextTick < earliest ? earliest : group.NextTick;
        }
    }

    // The same alert arrives at each evaluation; its route does not change until a reload.
    private (Route Route, LabelSet Labels)[] GroupsOf(LabelSet alert)
    {
        if (!_groupsOfAlert.TryGetValue(alert, out (Route Route, LabelSet Labels)[]? groups))
        {
            if (_groupsOfAlert.Count >= RememberedRoutesMax)
            {
                _groupsOfAlert.Clear();
            }

            groups = Routing.Groups(_config.Root, alert);
            _groupsOfAlert.Add(alert, groups);
        }

        return groups;
    }

    private void Step(NotificationGroup group, Instant at, List<Notification> due)
    {
        if (group.Flush is not { } flush)
        {
            Tick(group, at, due);
        }
        else if (flush.Deadline <= at)
        {
            flush.Failed = true;
            Finish(flush, at);
        }
        else if (flush.PipelineAt <= at)
        {
            flush.PipelineAt = Instant.Never;
            RunPipeline(flush, at, due);
        }
        else
        {
            Delivery delivery = flush.Deliveries.First(d => d.Due <= at);
            if (delivery.IsWaitingForAnswer)
            {
                End(delivery, at, DeliveryOutcome.Retry); // the webhook's own timeout
            }
            else
            {
                due.Add(Attempt(delivery, at));
            }
        }
    }

    private void Tick(NotificationGroup group, Instant at, List<Notification> due)
    {
        TimeSpan interval = group.Route.GroupInterval;
        TimeSpan patience = interval > _options.FlushTimeMin ? interval : _options.FlushTimeMin;
        var flush = new Flush(group, at + patience);
        group.NextTick = at + interval + _options.TimerDrift;
        group.HasFlushed = true;
        foreach (StoredAlert alert in group.Alerts.Values.OrderBy(a => a.Labels, AlertOrder.Instance))
        {
            bool resolved = alert.IsResolved(at);
            flush.Seen.Add((alert, resolved));
            flush.Alerts.Add(new NotifiedAlert(resolved ? "resolved" : "firing", alert.Labels, alert.Annotations,
                alert.StartsAt, resolved ? alert.EndsAt : null));
        }

        group.Flush = flush;
        Looks?.Add(new GroupLook(at, group.Key, flush.Alerts));
        Instant settled = _processStart + _options.GossipSettle;
        if (settled > at)
        {
            flush.PipelineAt = settled;
        }
        else
        {
            RunPipeline(flush, at, due);
        }
    }

    private void RunPipeline(Flush flush, Instant at, List<Notification> due)
    {
        Route route = flush.Group.Route;
        List<NotifiedAlert> alerts = _muting.Pass(_config, route, flush.Alerts, at);
        IReadOnlyList<Integration> integrations = alerts.Count == 0
            ? []
            : _config.Receiver(route.Receiver).Integrations;
        for (int i = 0; i < integrations.Count; i++)
        {
            var state = AlertsByState.Of(alerts);
            Integration integration = integrations[i];
            if (!_log.IsNews(flush.Group, integration, state, at))
            {
                continue;
            }

            if (!integration.SendResolved && state.Firing.Count == 0)
            {
                _log.Record(flush.Group, integration, state, at); // unheard, but the next firing is news again
                continue;
            }

            var delivery = new Delivery(flush, i, integration, state, _options)
            {
                Sent = integration.SendResolved ? alerts : alerts.FindAll(a => a.IsFiring),
            };
            flush.Deliveries.Add(delivery);
            due.Add(Attempt(delivery, at));
        }

        if (flush.Deliveries.Count == 0)
        {
            Finish(flush, at);
        }
    }

    private Notification Attempt(Delivery delivery, Instant at)
    {
        double share = _options.RetryJitter;
        delivery.Begin(at, 1 - share + (2 * share * _jitter.NextUnit()));
        return NotificationText.Compose(delivery, at);
    }

    private void End(Delivery delivery, Instant at, DeliveryOutcome outcome)
    {
        Flush flush = delivery.Flush;
        switch (outcome)
        {
            case DeliveryOutcome.Ok:
                _log.Record(flush.Group, delivery.Integration, delivery.State, at);
                delivery.End();
                break;
            case DeliveryOutcome.Refused:
                flush.Failed = true;
                delivery.End();
                break;
            default:
                delivery.TryAgain(at);
                break;
        }

        if (flush.Deliveries.TrueForAll(d => d.IsOver))
        {
            Finish(flush, at);
        }
    }

    private void Finish(Flush flush, Instant at)
    {
        NotificationGroup group = flush.Group;
        flush.IsOver = true;
        group.Flush = null;
        group.NextTick = group.NextTick < at ? at : group.NextTick;
        if (flush.Failed)
        {
            return;
        }

        group.HasSent = true;
        foreach ((StoredAlert alert, bool resolved) in flush.Seen)
        {
            // An alert that arrived again meanwhile stays, even when it is still resolved.
            if (resolved && ReferenceEquals(group.Alerts.GetValueOrDefault(alert.Labels), alert))
            {
                group.Alerts.Remove(alert.Labels);
            }
        }

        group.EmptySince = at;
        if (group.Alerts.Count == 0 && _options.Profile == AlertmanagerProfile.V032)
        {
            Remove(group);
        }
    }
}
