using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary><c>alertmanager.yml</c> as the state machine uses it.</summary>
public sealed record AlertmanagerConfig
{
    /// <summary>The tree of routes.</summary>
    public required Route Root { get; init; }

    /// <summary>In the order written; names are unique.</summary>
    public required IReadOnlyList<Receiver> Receivers { get; init; }

    /// <summary>In the order written.</summary>
    public IReadOnlyList<InhibitRule> InhibitRules { get; init; } = [];

    /// <summary>Both <c>time_intervals</c> and <c>mute_time_intervals</c>, by name.</summary>
    public IReadOnlyDictionary<string, TimeIntervalSet> TimeIntervals { get; init; } =
        new Dictionary<string, TimeIntervalSet>(StringComparer.Ordinal);

    /// <summary>How long an alert without an end stays active after its last arrival; 5 m by default.</summary>
    public TimeSpan ResolveTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The receiver of a name.</summary>
    public Receiver Receiver(string name) => Receivers.First(r => r.Name == name);

    /// <summary>The same with every duration divided, for a run in fast motion.</summary>
    /// <param name="speed">Greater than 0; 10 makes a minute last six seconds.</param>
    public AlertmanagerConfig Faster(double speed) => this with
    {
        Root = Root.WithTimers(r => (r.GroupWait / speed, r.GroupInterval / speed, r.RepeatInterval / speed)),
        ResolveTimeout = ResolveTimeout / speed,
        Receivers = [.. Receivers.Select(r => r with
        {
            Integrations = [.. r.Integrations.Select(i => i with { Timeout = i.Timeout / speed })],
        })],
    };
}

/// <summary>Where notifications go: one or more integrations.</summary>
/// <param name="Name">As routes name it.</param>
/// <param name="Integrations">In the order in which Alertmanager builds them: webhooks first.</param>
public sealed record Receiver(string Name, IReadOnlyList<Integration> Integrations);

/// <summary>One entry of <c>webhook_configs</c>, <c>slack_configs</c> and so on.</summary>
/// <param name="Kind"><c>webhook</c>, <c>slack</c>, <c>email</c>…; all but webhooks are opaque to us.</param>
/// <param name="Index">Position among those of its kind in its receiver, from 0.</param>
/// <param name="Url">Of a webhook; empty for other kinds or when it is kept in a file.</param>
/// <param name="SendResolved">Whether resolved alerts are sent; the default depends on the kind.</param>
/// <param name="MaxAlerts">Most alerts in one webhook; 0 for all.</param>
/// <param name="Timeout">Time after which one delivery is given up; null for the time of the whole flush.</param>
public sealed record Integration(
    string Kind, int Index, string Url, bool SendResolved, int MaxAlerts = 0, TimeSpan? Timeout = null);

/// <summary>Mutes target alerts while a source alert is active.</summary>
/// <param name="Source">Conditions on the alert that mutes; all must hold.</param>
/// <param name="Target">Conditions on the alert that is muted; all must hold.</param>
/// <param name="Equal">Labels whose values must be equal in both; an absent label is empty.</param>
public sealed record InhibitRule(
    IReadOnlyList<LabelMatcher> Source, IReadOnlyList<LabelMatcher> Target, IReadOnlyList<string> Equal)
{
    internal bool IsSource(LabelSet labels) => Source.All(m => m.Matches(labels));

    internal bool IsTarget(LabelSet labels) => Target.All(m => m.Matches(labels));
}

/// <summary>One route with everything it inherits filled in.</summary>
public sealed class Route
{
    /// <summary>Where notifications of this route go.</summary>
    public required string Receiver { get; init; }

    /// <summary>Conditions, all of which must hold, in the order that the key prints.</summary>
    public required IReadOnlyList<LabelMatcher> Matchers { get; init; }

    /// <summary>Whether later siblings are tried even though this one matched.</summary>
    public bool Continue { get; init; }

    /// <summary>Labels whose values make a group; without meaning when <see cref="GroupByAll"/>.</summary>
    public required IReadOnlyList<string> GroupBy { get; init; }

    /// <summary>Each distinct set of labels is its own group: <c>group_by: ['...']</c>.</summary>
    public bool GroupByAll { get; init; }

    /// <summary>Time from a group's first alert to its first notification; 30 s by default.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between two looks at a group; 5 m by default.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time after which an unchanged group is notified again, at its next look; 4 h by default.</summary>
    public TimeSpan RepeatInterval { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Names of time intervals in which nothing is sent. Not inherited.</summary>
    public IReadOnlyList<string> MuteTimeIntervals { get; init; } = [];

    /// <summary>Names of time intervals outside which nothing is sent; empty for always. Not inherited.</summary>
    public IReadOnlyList<string> ActiveTimeIntervals { get; init; } = [];

    /// <summary>The path from the root as group keys begin with it: <c>{}/{scale="up"}</c>.</summary>
    public required string Key { get; init; }

    /// <summary>In the order written.</summary>
    public IReadOnlyList<Route> Routes { get; internal set; } = [];

    /// <summary>Where the route is written.</summary>
    public SourceSpan At { get; init; }

    /// <summary>The same route, and the routes below it, with other timers.</summary>
    /// <param name="timers">Chooses the timers of each route.</param>
    public Route WithTimers(Func<Route, (TimeSpan Wait, TimeSpan Interval, TimeSpan Repeat)> timers)
    {
        (TimeSpan wait, TimeSpan interval, TimeSpan repeat) = timers(this);
        return new Route
        {
            Receiver = Receiver,
            Matchers = Matchers,
            Continue = Continue,
            GroupBy = GroupBy,
            GroupByAll = GroupByAll,
            GroupWait = wait,
            GroupInterval = interval,
            RepeatInterval = repeat,
            MuteTimeIntervals = MuteTimeIntervals,
            ActiveTimeIntervals = ActiveTimeIntervals,
            Key = Key,
            Routes = [.. Routes.Select(r => r.WithTimers(timers))],
            At = At,
        };
    }
}
