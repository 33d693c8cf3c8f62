namespace Capacity.Sim.Tuning;

/// <summary>Cost against bad seconds.</summary>
internal static class ParetoFront
{
    /// <summary>The policies that no other beats in both means.</summary>
    /// <returns>By cost; of equal ones that with the fewest changes.</returns>
    public static IReadOnlyList<TriedPolicy> Of(IEnumerable<TriedPolicy> all)
    {
        var front = new List<TriedPolicy>();
        foreach (var (policy, _, bad) in all.Select(p => (Policy: p, p.Cost, p.Bad))
            .OrderBy(p => p.Cost).ThenBy(p => p.Bad).ThenBy(p => p.Policy.Changed).ThenBy(p => p.Policy.Number))
        {
            if (front.Count == 0 || bad < front[^1].Bad)
            {
                front.Add(policy);
            }
        }

        return front;
    }

    /// <summary>Where more money begins to help less: the point farthest below the line between the ends.</summary>
    /// <param name="front">By cost, at least one.</param>
    public static TriedPolicy Knee(IReadOnlyList<TriedPolicy> front)
    {
        (TriedPolicy first, TriedPolicy last) = (front[0], front[^1]);
        double width = last.Cost - first.Cost;
        double height = first.Bad - last.Bad;
        return width <= 0 || height <= 0 ? first
            : front.MaxBy(p => 1 - ((p.Cost - first.Cost) / width) - ((p.Bad - last.Bad) / height))!;
    }
}
