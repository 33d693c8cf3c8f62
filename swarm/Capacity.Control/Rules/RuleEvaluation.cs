using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>Where an alert is.</summary>
public enum AlertState
{
    /// <summary>Its series is not returned.</summary>
    Inactive,

    /// <summary>Its series is returned, but not for long enough.</summary>
    Pending,

    /// <summary>It is posted to Alertmanager.</summary>
    Firing,
}

/// <summary>An alert went from one state to another during one evaluation.</summary>
/// <param name="AlertName">The rule's name.</param>
/// <param name="Labels">The alert's labels, <c>alertname</c> among them.</param>
/// <param name="From">Before the evaluation.</param>
/// <param name="To">After it.</param>
/// <param name="At">The evaluation.</param>
/// <param name="ActiveAt">When its series was returned first.</param>
/// <param name="Value">What the series' value was when it was returned last.</param>
public sealed record AlertChange(
    string AlertName, LabelSet Labels, AlertState From, AlertState To, Instant At, Instant ActiveAt, double Value);

/// <summary>What one evaluation of a group did, besides writing series to the store.</summary>
/// <param name="Posts">To be sent to Alertmanager now, in this order.</param>
/// <param name="Changes">Alerts whose state changed.</param>
/// <param name="Errors">One text per rule that failed; the rule's alerts stay as they were.</param>
public sealed record RuleEvaluation(
    IReadOnlyList<AlertPost> Posts, IReadOnlyList<AlertChange> Changes, IReadOnlyList<string> Errors)
{
    /// <summary>Nothing to send, nothing changed, nothing failed.</summary>
    public static RuleEvaluation Nothing { get; } = new([], [], []);
}
