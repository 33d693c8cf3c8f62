using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Routes and receivers that nothing ever reaches.</summary>
internal static class UnreachableChecks
{
    /// <summary>Routes that an earlier one leaves nothing for.</summary>
    public static IEnumerable<Diagnostic> Routes(LintContext context)
    {
        if (context.Alertmanager is not { } config)
        {
            yield break;
        }

        foreach (Route parent in Replay.Routes(config.Root))
        {
            foreach (Route route in parent.Routes)
            {
                if (Taker(parent, route) is { } taker)
                {
                    yield return new Diagnostic("AM103", AlertmanagerChecks.Head(route),
                        $"nothing reaches this route to '{route.Receiver}': the route at line {taker.At.Line} takes "
                        + "all that it would take", $"move it up, or write 'continue: true' at line {taker.At.Line}",
                        Severity.Warning);
                }
                else if (Contradiction(config.Root, route) is { } matcher)
                {
                    yield return new Diagnostic("AM103", AlertmanagerChecks.Head(route),
                        $"nothing reaches this route to '{route.Receiver}': {matcher} contradicts what comes before it",
                        "remove one of the two conditions", Severity.Warning);
                }
            }
        }
    }

    /// <summary>Receivers that no reachable route names.</summary>
    public static IEnumerable<Diagnostic> Receivers(LintContext context)
    {
        if (context.Alertmanager is not { } config)
        {
            yield break;
        }

        HashSet<string> reached = [.. Replay.Routes(config.Root).Where(r => !IsShadowed(config.Root, r))
            .Select(r => r.Receiver)];
        foreach (Receiver receiver in config.Receivers.Where(r => !reached.Contains(r.Name)))
        {
            yield return new Diagnostic("AM104", AlertmanagerPlaces.Receiver(context, receiver),
                $"nothing ever reaches receiver '{receiver.Name}'", "name it in a route, or remove it",
                Severity.Warning);
        }
    }

    /// <summary>Whether a route, or one above it, can never be taken.</summary>
    internal static bool IsShadowed(Route root, Route route)
    {
        Route? parent = Parent(root, route);
        return parent is not null && (Taker(parent, route) is not null || Contradiction(root, route) is not null
            || IsShadowed(root, parent));
    }

    private static Route? Parent(Route root, Route route) =>
        Replay.Routes(root).FirstOrDefault(p => p.Routes.Contains(route));

    private static Route? Taker(Route parent, Route route) => parent.Routes.TakeWhile(r => !ReferenceEquals(r, route))
        .FirstOrDefault(earlier => !earlier.Continue && earlier.Matchers.All(m => Implied(m, route.Matchers)));

    /// <summary>Whether a matcher holds for everything for which others hold.</summary>
    private static bool Implied(LabelMatcher matcher, IReadOnlyList<LabelMatcher> others) => others.Any(o =>
        o.Name == matcher.Name && ((o.Operator == matcher.Operator && o.Value == matcher.Value)
            || (o.Operator == "=" && matcher.Matches(LabelSet.Of((o.Name, o.Value))))));

    private static LabelMatcher? Contradiction(Route root, Route route)
    {
        var all = new List<LabelMatcher>();
        for (Route? at = route; at is not null; at = Parent(root, at))
        {
            all.AddRange(at.Matchers);
        }

        return route.Matchers.FirstOrDefault(m => all.Exists(o => o.Operator == "=" && o.Name == m.Name
            && !m.Matches(LabelSet.Of((o.Name, o.Value)))) || (m.Operator == "=" && all.Exists(o => o.Name == m.Name
            && !o.Matches(LabelSet.Of((m.Name, m.Value))))));
    }
}
