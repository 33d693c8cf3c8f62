namespace Capacity.Control.Alertmanager;

/// <summary>Why labels take a route, or do not.</summary>
/// <param name="Route">The route.</param>
/// <param name="Depth">0 for the root.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Failed">The matchers that do not hold; empty unless <see cref="RouteOutcome.NotMatched"/>.</param>
/// <param name="TakenBy">The earlier sibling that keeps the labels; null unless
/// <see cref="RouteOutcome.NotTried"/>.</param>
public sealed record RouteStep(
    Route Route, int Depth, RouteOutcome Outcome, IReadOnlyList<LabelMatcher> Failed, Route? TakenBy);

/// <summary>What happened at a route.</summary>
public enum RouteOutcome
{
    /// <summary>It matched, and none of its children did: its receiver is notified.</summary>
    Notified,

    /// <summary>It matched, and at least one child did: the children's receivers are notified, not its own.</summary>
    PassedOn,

    /// <summary>A matcher does not hold.</summary>
    NotMatched,

    /// <summary>An earlier sibling matched and does not say <c>continue</c>.</summary>
    NotTried,
}

/// <summary>Walks the tree of routes and tells at each what happened.</summary>
/// <remarks>Source: Alertmanager, dispatch/route.go.</remarks>
public static class RouteExplanation
{
    /// <summary>Explains where labels go. Children of routes that did not match are left out.</summary>
    /// <returns>Depth first, in the order written; at least the root.</returns>
    public static IReadOnlyList<RouteStep> Of(Route root, LabelSet labels)
    {
        var steps = new List<RouteStep>();
        Walk(root, 0, labels, steps);
        return steps;
    }

    private static bool Walk(Route route, int depth, LabelSet labels, List<RouteStep> steps)
    {
        List<LabelMatcher> failed = [.. route.Matchers.Where(m => !m.Matches(labels))];
        int own = steps.Count;
        steps.Add(new RouteStep(route, depth, RouteOutcome.NotMatched, failed, null));
        if (failed.Count > 0)
        {
            return false;
        }

        Route? takenBy = null;
        bool byChild = false;
        foreach (Route child in route.Routes)
        {
            if (takenBy is not null)
            {
                steps.Add(new RouteStep(child, depth + 1, RouteOutcome.NotTried, [], takenBy));
                continue;
            }

            bool matched = Walk(child, depth + 1, labels, steps);
            byChild |= matched;
            takenBy = matched && !child.Continue ? child : null;
        }

        steps[own] = steps[own] with { Outcome = byChild ? RouteOutcome.PassedOn : RouteOutcome.Notified };
        return true;
    }
}
