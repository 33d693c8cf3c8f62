using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>What Alertmanager's routes and timers do to alerts that scale.</summary>
internal static class AlertmanagerChecks
{
    private const int NoticeableRepeats = 3;
    private static readonly string[] ReadByScaler = ["service", "scale"];

    /// <summary>Alerts that scale, but whose route does not lead to the scaler.</summary>
    public static IEnumerable<Diagnostic> Unrouted(LintContext context)
    {
        if (context.Alertmanager is not { } config || !config.Receivers.Any(ToScaler))
        {
            yield break;
        }

        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert && r.Labels["scale"].Length > 0))
        {
            LabelSet labels = (context.Prometheus?.ExternalLabels ?? LabelSet.Empty).With(rule.AlertLabels);
            if (Routing.Match(config.Root, labels).Any(r => ToScaler(config.Receiver(r.Receiver))))
            {
                continue;
            }

            RouteStep? near = RouteExplanation.Of(config.Root, labels)
                .Where(s => ToScaler(config.Receiver(s.Route.Receiver))).MinBy(s => s.Failed.Count);
            string why = near is null ? "its way ends before"
                : near.TakenBy is { } by ? $"the route at line {by.At.Line} takes it first"
                : string.Join(" and ", near.Failed.Select(m => $"{m} does not hold"));
            yield return new Diagnostic("AM101", rule.At,
                $"no route takes '{rule.Name}' to the scaler: {why}",
                near is { Failed.Count: > 0 } ? $"add the label {near.Failed[0].Name}, or change the route"
                    : "change the order of the routes, or write 'continue: true'");
        }
    }

    /// <summary>Groups whose labels lack what the scaler reads.</summary>
    public static IEnumerable<Diagnostic> GroupLabels(LintContext context)
    {
        foreach (Route route in ScalerRoutes(context))
        {
            string[] missing = route.GroupByAll ? [] : [.. ReadByScaler.Except(route.GroupBy, StringComparer.Ordinal)];
            string url = context.Alertmanager!.Receiver(route.Receiver).Integrations.First(ToScaler).Url;
            missing = [.. missing.Where(m => !url.Contains(m + "=", StringComparison.Ordinal))];
            if (missing.Length > 0)
            {
                yield return new Diagnostic("AM102", Head(route),
                    $"this route leads to the scaler, which reads groupLabels only, but group_by lacks "
                    + string.Join(" and ", missing), "write group_by: [service, scale, type]");
            }
        }
    }

    /// <summary>Repeats that come an interval later or not, as it happens.</summary>
    public static IEnumerable<Diagnostic> Repeats(LintContext context)
    {
        if (context.Alertmanager is not { } config)
        {
            yield break;
        }

        foreach (Route route in Replay.Routes(config.Root).Where(r => Receives(config.Root, r)))
        {
            (TimeSpan interval, TimeSpan repeat) = (route.GroupInterval, route.RepeatInterval);
            string every = PrometheusDuration.Format(interval);
            long count = repeat.Ticks / interval.Ticks;
            bool multiple = repeat.Ticks % interval.Ticks == 0;
            if (repeat < interval)
            {
                yield return new Diagnostic("AM105", Head(route),
                    $"repeat_interval {PrometheusDuration.Format(repeat)} is shorter than group_interval {every}, so "
                    + $"it repeats each {every}", "make repeat_interval longer, or group_interval shorter",
                    Severity.Warning);
            }
            else if (multiple && (count <= NoticeableRepeats || ToScaler(config.Receiver(route.Receiver))))
            {
                string late = PrometheusDuration.Format(repeat + interval);
                yield return new Diagnostic("AM105", Head(route),
                    $"repeat_interval {PrometheusDuration.Format(repeat)} is {Times(count)} group_interval {every}: it "
                    + $"repeats after {PrometheusDuration.Format(repeat)} or {late}, depending on whether the receiver "
                    + "answers before Alertmanager's timer drifts",
                    $"write a little less, for example {Less(repeat)}, to repeat after "
                    + PrometheusDuration.Format(repeat), Severity.Warning);
            }
        }
    }

    /// <summary>Resolved notifications, on which the scaler scales as on firing ones.</summary>
    public static IEnumerable<Diagnostic> Resolved(LintContext context)
    {
        foreach (Receiver receiver in context.Alertmanager?.Receivers ?? [])
        {
            foreach (Integration integration in receiver.Integrations.Where(i => ToScaler(i) && i.SendResolved))
            {
                yield return new Diagnostic("AM107", AlertmanagerPlaces.Webhook(context, receiver, integration),
                    $"receiver '{receiver.Name}' sends resolved alerts to the scaler, which scales on them once more",
                    "write send_resolved: false; webhooks send them unless told otherwise");
            }
        }
    }

    internal static bool ToScaler(Receiver receiver) => receiver.Integrations.Any(ToScaler);

    internal static SourceSpan Head(Route route) => route.At with { Length = 1 };

    private static bool ToScaler(Integration integration) =>
        integration.Url.Split('?')[0].EndsWith("/scale-service", StringComparison.Ordinal);

    private static IEnumerable<Route> ScalerRoutes(LintContext context) => context.Alertmanager is not { } config ? []
        : Replay.Routes(config.Root).Where(r => ToScaler(config.Receiver(r.Receiver)) && Receives(config.Root, r));

    // A parent whose child takes everything receives nothing itself.
    private static bool Receives(Route root, Route route) =>
        !route.Routes.Any(c => c.Matchers.Count == 0) && !UnreachableChecks.IsShadowed(root, route);

    private static string Times(long count) => count == 1 ? "as long as" : $"{count} times";

    private static string Less(TimeSpan repeat)
    {
        TimeSpan less = repeat - TimeSpan.FromSeconds(Math.Max(1, Math.Floor(repeat.TotalSeconds / 60)));
        return PrometheusDuration.Format(less > TimeSpan.Zero ? less : repeat / 2);
    }
}
