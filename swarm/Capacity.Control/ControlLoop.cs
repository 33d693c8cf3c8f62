using Capacity.Control.Alertmanager;
using Capacity.Control.Rules;
using Capacity.Control.Samples;
using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Control;

/// <summary>
/// Scrapes → rules → alerts → notifications → scaler, as one pure state machine. Time is handed to it: the simulator
/// jumps from <see cref="NextDue"/> to <see cref="NextDue"/>, the embedded cluster waits for it.
/// </summary>
/// <remarks>At one instant the order is: failure or return of a part, evaluation, alert post, group flush, delivery.
/// </remarks>
public sealed class ControlLoop
{
    private const string ExternalUrl = "http://alertmanager:9093";
    private readonly LoopSettings _settings;
    private readonly LoopOutages _outages;
    private AlertmanagerSimulation _alertmanager;
    private readonly GroupClock[] _groups;
    private readonly Queue<(Instant At, IReadOnlyList<AlertPost> Posts)> _posts = new();
    private readonly List<(Instant At, Notification Notification)> _deliveries = [];
    private readonly List<Notification> _flushed = [];
    private readonly Dictionary<LabelSet, FiringAlert> _firing = [];
    private Instant _lastScrape;
    private Instant? _lastChange;

    /// <summary>Creates a loop; nothing happens before <see cref="Advance"/>.</summary>
    /// <param name="settings">From the user's files.</param>
    /// <param name="start">The start of the run: phases count from here.</param>
    public ControlLoop(LoopSettings settings, Instant start)
    {
        _settings = settings;
        _outages = new LoopOutages(settings.Outages, start);
        _lastScrape = start;
        Desired = settings.InitialReplicas;
        Samples = new SampleStore(settings.Retention());
        _alertmanager = new AlertmanagerSimulation(
            settings.Alertmanager, settings.AlertmanagerOptions, start - settings.AlertmanagerAge);
        _groups =
        [
            .. settings.Groups.Select(group =>
            {
                TimeSpan interval = group.Interval ?? settings.EvaluationInterval;
                return new GroupClock(
                    () => new RuleGroupEvaluator(group, interval, Samples, settings.Rules), interval,
                    start + settings.EvaluationPhase(group.Name, interval));
            }),
        ];
    }

    /// <summary>What has been scraped and recorded. Hosts append scrapes to it.</summary>
    public SampleStore Samples { get; }

    /// <summary>Replicas wanted now.</summary>
    public int Desired { get; private set; }

    /// <summary>When the loop next has something to do.</summary>
    public Instant NextDue
    {
        get
        {
            Instant next = Instant.Min(Instant.Min(_alertmanager.NextDue, NextEvaluation()), _outages.Next);
            if (_posts.TryPeek(out (Instant At, IReadOnlyList<AlertPost> Posts) post))
            {
                next = Instant.Min(next, post.At);
            }

            foreach ((Instant at, _) in _deliveries)
            {
                next = Instant.Min(next, at);
            }

            return next;
        }
    }

    /// <summary>Notes the instant of a scrape, for the chain of the actions that it leads to.</summary>
    public void Scraped(Instant at) => _lastScrape = at > _lastScrape ? at : _lastScrape;

    /// <summary>Whether a part is down at an instant.</summary>
    public bool IsDown(LoopPart part, Instant at) => _outages.IsDown(part, at);

    /// <summary>Does everything that is due, in the order of time.</summary>
    /// <param name="now">Up to and including this instant; not before the previous one.</param>
    /// <param name="events">What was done is added here.</param>
    public void Advance(Instant now, List<LoopEvent> events)
    {
        for (Instant due = NextDue; due <= now; due = NextDue)
        {
            while (_outages.TryTake(due, out Instant changed, out LoopPart part))
            {
                Change(changed, part, events);
            }

            Evaluate(due, events);
            while (_posts.TryPeek(out (Instant At, IReadOnlyList<AlertPost> Posts) post) && post.At <= due)
            {
                ReceiveUnlessDown(post.At, _posts.Dequeue().Posts);
            }

            Flush(due, events);
            Deliver(due, events);
        }
    }

    /// <summary>A part fails or returns. What it had in memory is gone; samples and replicas stay.</summary>
    /// <remarks>Source: Prometheus restores the wait of an alert only when its <c>for</c> is at least 10 minutes
    /// (rules.alert.for-grace-period), and drops alerts that Alertmanager does not take; Alertmanager keeps alerts and
    /// groups in memory, and its log of notifications on a disk that the stack does not mount.</remarks>
    private void Change(Instant at, LoopPart part, List<LoopEvent> events)
    {
        bool down = _outages.IsDown(part, at);
        events.Add(new LoopEvent.PartChanged(at, part, down));
        switch (part)
        {
            case LoopPart.Prometheus:
                _posts.Clear();
                _firing.Clear();
                foreach (GroupClock group in _groups)
                {
                    group.Restart();
                }

                break;
            case LoopPart.Alertmanager:
                _deliveries.Clear();
                _alertmanager = new AlertmanagerSimulation(_settings.Alertmanager, _settings.AlertmanagerOptions, at);
                break;
            default:
                break; // the scaler remembers nothing
        }
    }

    private void ReceiveUnlessDown(Instant at, IReadOnlyList<AlertPost> posts)
    {
        if (!_outages.IsDown(LoopPart.Alertmanager, at))
        {
            _alertmanager.Receive(at, posts);
        }
    }

    private Instant NextEvaluation()
    {
        Instant next = Instant.Never;
        foreach (GroupClock group in _groups)
        {
            next = Instant.Min(next, group.Next);
        }

        return next;
    }

    private void Evaluate(Instant due, List<LoopEvent> events)
    {
        foreach (GroupClock group in _groups)
        {
            if (group.Next > due)
            {
                continue;
            }

            Instant at = group.Next;
            group.Next = at + group.Interval;
            if (_outages.IsDown(LoopPart.Prometheus, at))
            {
                continue;
            }

            RuleEvaluation evaluation = group.Evaluator.Evaluate(at);
            foreach (AlertChange change in evaluation.Changes)
            {
                Remember(change);
                events.Add(new LoopEvent.AlertChanged(
                    at, change.AlertName, change.Labels, change.From, change.To, change.Value));
            }

            foreach (string error in evaluation.Errors)
            {
                events.Add(new LoopEvent.RuleFailed(at, error));
            }

            if (evaluation.Posts.Count > 0)
            {
                _posts.Enqueue((at + TimeSpan.FromSeconds(_settings.Delays.Post), evaluation.Posts));
            }
        }
    }

    private void Remember(AlertChange change)
    {
        if (change.To == AlertState.Firing)
        {
            _firing[change.Labels] = new FiringAlert(_lastScrape, change.ActiveAt, change.At);
        }
        else
        {
            _firing.Remove(change.Labels);
        }
    }

    private void Flush(Instant due, List<LoopEvent> events)
    {
        _flushed.Clear();
        _alertmanager.Advance(due, _flushed);
        foreach (Notification notification in _flushed)
        {
            _deliveries.Add((notification.At + TimeSpan.FromSeconds(_settings.Delays.Delivery), notification));
            events.Add(new LoopEvent.Notified(
                notification.At, notification.Receiver, notification.GroupKey, notification.Status,
                notification.Alerts.Count));
        }
    }

    private void Deliver(Instant due, List<LoopEvent> events)
    {
        for (int i = 0; i < _deliveries.Count; i++)
        {
            (Instant at, Notification notification) = _deliveries[i];
            if (at <= due)
            {
                _deliveries.RemoveAt(i--);
                _alertmanager.Delivered(notification, at, Answer(at, notification, events));
            }
        }
    }

    /// <summary>What the receiver does with a notification. Receivers other than the scaler accept and ignore
    /// it.</summary>
    private DeliveryOutcome Answer(Instant at, Notification notification, List<LoopEvent> events)
    {
        string[] parts = notification.Url.Split('?', 2);
        if (!parts[0].EndsWith("/scale-service", StringComparison.Ordinal))
        {
            return DeliveryOutcome.Ok;
        }

        if (_outages.IsDown(LoopPart.Scaler, at))
        {
            return DeliveryOutcome.Retry; // nobody listens
        }

        ScaleRequest request =
            ScaleRequest.Parse(WebhookJson.Write(notification, ExternalUrl), parts.Length > 1 ? parts[1] : "");
        ScalerService? service = request.Service == _settings.Service
            ? new ScalerService(_settings.Service, ServiceMode.Replicated, Desired, _settings.ServiceLabels)
            : null;
        ScaleAnswer answer = DockerScaler.Handle(_settings.Scaler, service, request, at - _lastChange);
        if (answer.Alert is { } alert)
        {
            Instant ends = at + _settings.Scaler.AlertTimeout;
            ReceiveUnlessDown(at, [new AlertPost(alert.Labels, alert.Annotations, at, ends)]);
        }

        if (service is not null)
        {
            Apply(at, notification, answer, events);
        }

        return answer.Status switch
        {
            >= 200 and < 300 => DeliveryOutcome.Ok,
            >= 500 => DeliveryOutcome.Retry,
            _ => DeliveryOutcome.Refused,
        };
    }

    private void Apply(Instant at, Notification notification, ScaleAnswer answer, List<LoopEvent> events)
    {
        int before = Desired;
        if (answer.NewReplicas is { } replicas && replicas != before)
        {
            Desired = replicas;
            _lastChange = at;
        }

        LabelSet first = notification.Alerts.Count > 0 ? notification.Alerts[0].Labels : LabelSet.Empty;
        FiringAlert chain = _firing.TryGetValue(first, out FiringAlert known)
            ? known
            : new FiringAlert(_lastScrape, notification.At, notification.At);
        events.Add(new LoopEvent.Scaled(
            at, before, Desired, first["alertname"], answer.Message, chain.Scraped, chain.Active, chain.Fired,
            notification.At));
    }

    private readonly record struct FiringAlert(Instant Scraped, Instant Active, Instant Fired);

    private sealed class GroupClock(Func<RuleGroupEvaluator> create, TimeSpan interval, Instant next)
    {
        public RuleGroupEvaluator Evaluator { get; private set; } = create();

        public TimeSpan Interval { get; } = interval;

        public Instant Next { get; set; } = next;

        /// <summary>All alerts are inactive again.</summary>
        public void Restart() => Evaluator = create();
    }
}
