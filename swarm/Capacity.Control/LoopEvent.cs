using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Control;

/// <summary>Something that the control loop did: a closed set.</summary>
/// <param name="At">When.</param>
public abstract record LoopEvent(Instant At)
{
    /// <summary>An alert changed its state at an evaluation.</summary>
    /// <param name="At">The evaluation.</param>
    /// <param name="Name">The alert's name.</param>
    /// <param name="Labels">Its labels.</param>
    /// <param name="From">State before.</param>
    /// <param name="To">State after.</param>
    /// <param name="Value">The expression's value; the last known one when the alert ends.</param>
    public sealed record AlertChanged(
        Instant At, string Name, LabelSet Labels, AlertState From, AlertState To, double Value) : LoopEvent(At);

    /// <summary>Alertmanager sent a notification.</summary>
    /// <param name="At">The flush.</param>
    /// <param name="Receiver">Who gets it.</param>
    /// <param name="GroupKey">Of which group.</param>
    /// <param name="Status">firing or resolved.</param>
    /// <param name="Alerts">How many alerts it lists.</param>
    public sealed record Notified(Instant At, string Receiver, string GroupKey, string Status, int Alerts)
        : LoopEvent(At);

    /// <summary>A part of the loop failed, or is back.</summary>
    /// <param name="At">When.</param>
    /// <param name="Part">Which.</param>
    /// <param name="IsDown">Whether it failed.</param>
    public sealed record PartChanged(Instant At, LoopPart Part, bool IsDown) : LoopEvent(At);

    /// <summary>The scaler answered a request for the service under test.</summary>
    /// <param name="At">When it answered.</param>
    /// <param name="From">Replicas wanted before.</param>
    /// <param name="To">Replicas wanted now; equal to <paramref name="From"/> at a bound or on refusal.</param>
    /// <param name="Alert">The first alert of the notification.</param>
    /// <param name="Message">The scaler's answer.</param>
    /// <param name="Scraped">The newest scrape that the deciding evaluation saw.</param>
    /// <param name="Active">The evaluation at which the alert's expression began to hold.</param>
    /// <param name="Fired">The evaluation at which the alert fired.</param>
    /// <param name="Flushed">The flush of the notification.</param>
    public sealed record Scaled(
        Instant At, int From, int To, string Alert, string Message,
        Instant Scraped, Instant Active, Instant Fired, Instant Flushed) : LoopEvent(At);

    /// <summary>A rule could not be evaluated; its alerts keep their state.</summary>
    /// <param name="At">The evaluation.</param>
    /// <param name="Message">Why.</param>
    public sealed record RuleFailed(Instant At, string Message) : LoopEvent(At);
}
