using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>The alerts that are notified together, and their timer.</summary>
/// <remarks>Source: Alertmanager, dispatch/dispatch.go, aggrGroup.</remarks>
internal sealed class NotificationGroup(Route route, LabelSet labels, Instant firstTick)
{
    public Route Route { get; } = route;

    public LabelSet Labels { get; } = labels;

    public string Key { get; } = Routing.GroupKey(route, labels);

    public Dictionary<LabelSet, StoredAlert> Alerts { get; } = [];

    /// <summary>When the timer fires next. It goes on while the group is empty.</summary>
    public Instant NextTick { get; set; } = firstTick;

    public bool HasFlushed { get; set; }

    /// <summary>Whether a flush ended well, be it with nothing to send.</summary>
    public bool HasSent { get; set; }

    /// <summary>Since when the group has no alert; without meaning when it has one.</summary>
    public Instant EmptySince { get; set; }

    /// <summary>The flush that waits for deliveries; null when there is none. The timer then waits, too.</summary>
    public Flush? Flush { get; set; }

    /// <summary>When something is to be done; <see cref="Instant.Never"/> when empty.</summary>
    public Instant Due => Flush is not null ? Flush.Due : Alerts.Count > 0 ? NextTick : Instant.Never;

    /// <summary>Lets the timer of an empty group run on, without looking at each tick.</summary>
    public void SkipTicks(Instant until, TimeSpan step)
    {
        if (NextTick < until)
        {
            long missed = (until - NextTick).Ticks / step.Ticks;
            NextTick += missed * step;
            NextTick += NextTick < until ? step : TimeSpan.Zero;
        }
    }
}

/// <summary>One look at a group: a frozen list of alerts on its way through the pipeline.</summary>
internal sealed class Flush(NotificationGroup group, Instant deadline)
{
    public NotificationGroup Group { get; } = group;

    /// <summary>When what is not delivered is given up.</summary>
    public Instant Deadline { get; } = deadline;

    /// <summary>The stored alerts as they were, to see later whether a newer arrival replaced them.</summary>
    public List<(StoredAlert Alert, bool Resolved)> Seen { get; } = [];

    public List<NotifiedAlert> Alerts { get; } = [];

    /// <summary>When the pipeline begins; <see cref="Instant.Never"/> once it has.</summary>
    public Instant PipelineAt { get; set; } = Instant.Never;

    public List<Delivery> Deliveries { get; } = [];

    public bool Failed { get; set; }

    public bool IsOver { get; set; }

    public Instant Due
    {
        get
        {
            Instant due = Instant.Min(Deadline, PipelineAt);
            foreach (Delivery delivery in Deliveries)
            {
                due = Instant.Min(due, delivery.Due);
            }

            return due;
        }
    }
}

/// <summary>The attempts to deliver one flush to one integration.</summary>
/// <remarks>Source: Alertmanager, RetryStage in notify/notify.go; cenkalti/backoff, exponential.go and
/// ticker.go.</remarks>
internal sealed class Delivery(
    Flush flush, int position, Integration integration, AlertsByState state, AlertmanagerOptions options)
{
    private const double Growth = 1.5;

    private TimeSpan _pause = options.RetryPause;
    private Instant _nextAttempt;

    public Flush Flush { get; } = flush;

    public int Position { get; } = position;

    public Integration Integration { get; } = integration;

    public AlertsByState State { get; } = state;

    public List<NotifiedAlert> Sent { get; init; } = [];

    public int Attempt { get; private set; }

    public bool IsOver { get; set; }

    /// <summary>When the next attempt leaves, or the running one is given up.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    public bool IsWaitingForAnswer { get; private set; }

    /// <summary>An attempt leaves. The pause until the next counts from here, not from the answer; the factor is its
    /// jitter.</summary>
    public void Begin(Instant at, double factor)
    {
        Attempt++;
        IsWaitingForAnswer = true;
        Due = Integration.Timeout is { } timeout ? at + timeout : Instant.Never;
        _nextAttempt = at + (_pause * factor);
        _pause = _pause * Growth < options.RetryPauseMax ? _pause * Growth : options.RetryPauseMax;
    }

    public void TryAgain(Instant at)
    {
        IsWaitingForAnswer = false;
        Due = _nextAttempt > at ? _nextAttempt : at;
    }

    public void End()
    {
        IsOver = true;
        IsWaitingForAnswer = false;
        Due = Instant.Never;
    }
}
