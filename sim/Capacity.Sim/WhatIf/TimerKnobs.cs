using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Labels;
using Capacity.Control.Rules;

namespace Capacity.Sim.WhatIf;

/// <summary>The intervals of Prometheus, and the timers of the routes that lead to the scaler.</summary>
internal static class TimerKnobs
{
    private const string Group = "Timers";

    public static IEnumerable<KnobAction> Of(LoopSettings loop)
    {
        yield return Interval("scrape", "scrape interval", "scrape_interval", loop.ScrapeInterval, 2, 120,
            (turned, interval) => turned with { ScrapeInterval = interval });
        yield return Interval("evaluation", "evaluation interval", "evaluation_interval", loop.EvaluationInterval, 5,
            300, Evaluated);
        if (Routes(loop.Alertmanager, loop.Alertmanager.Root).FirstOrDefault() is not { } route)
        {
            yield break; // no route leads to the scaler: its timers would change nothing
        }

        yield return Timer("groupWait", "group_wait", route, r => r.GroupWait, 0, 300,
            (now, value) => (value, now.Interval, now.Repeat));
        yield return Timer("groupInterval", "group_interval", route, r => r.GroupInterval, 5, 1_800,
            (now, value) => (now.Wait, value, now.Repeat));
        yield return Timer("repeat", "repeat_interval", route, r => r.RepeatInterval, 5, 3_600,
            (now, value) => (now.Wait, now.Interval, value));
    }

    private static KnobAction Interval(
        string id, string name, string key, TimeSpan value, double from, double to,
        Func<LoopSettings, TimeSpan, LoopSettings> turn) => new(
        Knob.Of(id, Group, name, KnobUnit.Seconds, value.TotalSeconds, key, KnobText.TimesWithin(from, to)),
        (turned, seconds) => turned.With(turn(turned.Loop, KnobText.Span(seconds)),
            $"{key} {KnobText.Time(value.TotalSeconds)} → {KnobText.Time(seconds)}",
            "under global, unless the job or the rule group has its own", $"{key}: {KnobText.Time(seconds)}",
            "prometheus"));

    /// <summary>Another interval; phases that follow from it move with it.</summary>
    private static LoopSettings Evaluated(LoopSettings loop, TimeSpan interval)
    {
        var phases = new Dictionary<string, TimeSpan>(loop.KnownPhases, StringComparer.Ordinal);
        foreach (RuleGroup group in loop.Groups.Where(g => g.Interval is null))
        {
            string cause = LoopSettings.EvaluationCause(group.Name);
            if (phases.Remove(cause) && group.Name == MonitorRuleFile.GroupName)
            {
                phases[cause] = RulePhase.Hashed(MonitorRuleFile.Path, group.Name, interval);
            }
        }

        return loop with { EvaluationInterval = interval, KnownPhases = phases };
    }

    private static KnobAction Timer(
        string id, string key, Route route, Func<Route, TimeSpan> read, double from, double to,
        Func<(TimeSpan Wait, TimeSpan Interval, TimeSpan Repeat), TimeSpan,
            (TimeSpan Wait, TimeSpan Interval, TimeSpan Repeat)> change)
    {
        double value = read(route).TotalSeconds;
        IEnumerable<double> stops = from == 0 ? KnobText.TimesWithin(1, to).Prepend(0) : KnobText.TimesWithin(from, to);
        return new KnobAction(
            Knob.Of(id, Group, key, KnobUnit.Seconds, value, key, stops),
            (turned, seconds) => turned.With(
                turned.Loop with
                {
                    Alertmanager = turned.Loop.Alertmanager.WithTimers(r =>
                    {
                        var now = (r.GroupWait, r.GroupInterval, r.RepeatInterval);
                        return LeadsToScaler(turned.Loop.Alertmanager, r)
                            ? change(now, KnobText.Span(seconds)) : now;
                    }),
                },
                $"{key} {KnobText.Time(value)} → {KnobText.Time(seconds)}",
                $"at the route whose receiver is '{route.Receiver}'", $"{key}: {KnobText.Time(seconds)}",
                "alertmanager"));
    }

    private static IEnumerable<Route> Routes(AlertmanagerConfig config, Route route) =>
        route.Routes.SelectMany(r => Routes(config, r))
            .Concat(LeadsToScaler(config, route) ? [route] : Array.Empty<Route>());

    private static bool LeadsToScaler(AlertmanagerConfig config, Route route) =>
        config.Receiver(route.Receiver).Integrations.Any(i =>
            i.Url.Split('?', 2)[0].EndsWith("/scale-service", StringComparison.Ordinal));
}
