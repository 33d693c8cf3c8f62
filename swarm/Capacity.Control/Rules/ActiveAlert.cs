using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>One alert of a rule, from its first return until its resolution is forgotten.</summary>
internal sealed class ActiveAlert(LabelSet labels)
{
    public int PendingSeries = -1;
    public int FiringSeries = -1;
    public int SinceSeries = -1;

    private Instant? _keepFiringSince;

    public LabelSet Labels { get; } = labels;

    public AlertState State { get; private set; }

    public Instant ActiveAt { get; private set; }

    public Instant? FiredAt { get; private set; }

    public Instant? ResolvedAt { get; private set; }

    public Instant? SentAt { get; set; }

    /// <summary>Nothing is known about it any more: it was pending, or was resolved long ago.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>The state that the last <see cref="AlertChange"/> told.</summary>
    public AlertState Reported { get; set; }

    public double Value { get; set; }

    /// <summary>Which series was returned last, as the query numbers label sets.</summary>
    public int Source { get; set; }

    public int ReturnedIn { get; set; }

    /// <summary>The series is returned after it was not: everything about an earlier time is forgotten.</summary>
    public void Begin(Instant at)
    {
        State = AlertState.Pending;
        ActiveAt = at;
        FiredAt = null;
        ResolvedAt = null;
        SentAt = null;
        _keepFiringSince = null;
        IsForgotten = false;
    }

    public void Step(Instant at, bool returned, AlertRule rule, TimeSpan resolvedRetention)
    {
        if (returned)
        {
            _keepFiringSince = null;
            if (State == AlertState.Pending && at - ActiveAt >= rule.For)
            {
                State = AlertState.Firing;
                FiredAt = at;
            }

            return;
        }

        if (State == AlertState.Firing && rule.KeepFiringFor > TimeSpan.Zero)
        {
            _keepFiringSince ??= at;
            if (at - _keepFiringSince.Value < rule.KeepFiringFor)
            {
                return;
            }
        }

        IsForgotten = State == AlertState.Pending || (ResolvedAt is { } resolved && at - resolved > resolvedRetention);
        if (State != AlertState.Inactive)
        {
            State = AlertState.Inactive;
            ResolvedAt = at;
        }
    }

    public bool NeedsSending(Instant at, TimeSpan resendDelay)
    {
        if (State == AlertState.Pending)
        {
            return false;
        }

        bool resolvedSince = ResolvedAt is { } resolved && (SentAt is null || resolved > SentAt);
        return SentAt is not { } sent || resolvedSince || sent + resendDelay < at;
    }
}
