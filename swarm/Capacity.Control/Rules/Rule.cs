using Capacity.Control.PromQl;

namespace Capacity.Control.Rules;

/// <summary>One rule of a group: a closed choice of <see cref="AlertRule"/> and <see cref="RecordingRule"/>.</summary>
/// <param name="Name">The alert's name, or the metric that is recorded.</param>
/// <param name="Expr">What is evaluated.</param>
/// <param name="Labels">Added to each result; values of alerts may be templates.</param>
public abstract record Rule(string Name, Expr Expr, LabelSet Labels);

/// <summary>Series that an expression returns are alerts, which fire once returned for long enough.</summary>
/// <param name="Name">The value of <c>alertname</c>.</param>
/// <param name="Expr">Each returned series is one alert.</param>
/// <param name="For">How long a series must be returned before the alert fires, ≥ 0.</param>
/// <param name="KeepFiringFor">How long an alert fires on after its series was returned last, ≥ 0.</param>
/// <param name="Labels">Added to each alert; values may be templates.</param>
/// <param name="Annotations">For people; values may be templates.</param>
public sealed record AlertRule(
    string Name, Expr Expr, TimeSpan For, TimeSpan KeepFiringFor, LabelSet Labels, LabelSet Annotations)
    : Rule(Name, Expr, Labels);

/// <summary>The result of an expression becomes new series.</summary>
/// <param name="Name">The new metric's name.</param>
/// <param name="Expr">What is evaluated.</param>
/// <param name="Labels">Added to each series.</param>
public sealed record RecordingRule(string Name, Expr Expr, LabelSet Labels) : Rule(Name, Expr, Labels);

/// <summary>Rules that are evaluated one after the other at the same instant.</summary>
/// <param name="Name">Unique within its file.</param>
/// <param name="Interval">Between evaluations; null takes the server's <c>evaluation_interval</c>.</param>
/// <param name="Limit">How many series one rule may return; 0 is any number.</param>
/// <param name="Rules">In the order of evaluation.</param>
public sealed record RuleGroup(string Name, TimeSpan? Interval, int Limit, IReadOnlyList<Rule> Rules);

/// <summary>What a rule file says.</summary>
/// <param name="Groups">Evaluated independently of each other.</param>
public sealed record RuleFile(IReadOnlyList<RuleGroup> Groups);
