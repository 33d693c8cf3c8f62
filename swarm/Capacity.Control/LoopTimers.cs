using Capacity.Control.Alertmanager;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;

namespace Capacity.Control;

/// <summary>Configurations with other timers: divided for a rehearsal, or changed to see what it would do.</summary>
public static class LoopTimers
{
    /// <summary>Every interval and every <c>for</c>, range, offset and step of a group divided.</summary>
    public static RuleGroup Faster(this RuleGroup group, double speed) => group with
    {
        Interval = group.Interval / speed,
        Rules = [.. group.Rules.Select(rule => rule switch
        {
            AlertRule alert => alert with
            {
                Expr = ExprDurations.Divide(alert.Expr, speed),
                For = alert.For / speed,
                KeepFiringFor = alert.KeepFiringFor / speed,
            },
            _ => rule with { Expr = ExprDurations.Divide(rule.Expr, speed) },
        })],
    };

    /// <summary>Resend delay, resolved retention and look-back divided.</summary>
    public static RuleOptions Faster(this RuleOptions options, double speed) => options with
    {
        ResendDelay = options.ResendDelay / speed,
        ResolvedRetention = options.ResolvedRetention / speed,
        Query = options.Query with
        {
            Lookback = options.Query.Lookback / speed,
            DefaultSubqueryStep = options.Query.DefaultSubqueryStep / speed,
        },
    };

    /// <summary>The same routes with the given timers, except where a route has shorter ones already.</summary>
    /// <param name="config">The user's configuration.</param>
    /// <param name="wait">Longest <c>group_wait</c>.</param>
    /// <param name="interval">Longest <c>group_interval</c>.</param>
    /// <param name="repeat">Longest <c>repeat_interval</c>.</param>
    public static AlertmanagerConfig WithTimers(
        this AlertmanagerConfig config, TimeSpan wait, TimeSpan interval, TimeSpan repeat) => config with
        {
            Root = config.Root.WithTimers(r => (
                Shorter(r.GroupWait, wait), Shorter(r.GroupInterval, interval), Shorter(r.RepeatInterval, repeat))),
        };

    /// <summary>The same routes with the timers that are chosen for each.</summary>
    /// <param name="config">The user's configuration.</param>
    /// <param name="timers">Gives <c>group_wait</c>, <c>group_interval</c> and <c>repeat_interval</c> of a route.
    /// </param>
    public static AlertmanagerConfig WithTimers(
        this AlertmanagerConfig config, Func<Route, (TimeSpan Wait, TimeSpan Interval, TimeSpan Repeat)> timers) =>
        config with { Root = config.Root.WithTimers(timers) };

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
