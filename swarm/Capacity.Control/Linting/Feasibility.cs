namespace Capacity.Control.Linting;

/// <summary>Decides whether demands on expressions can all hold at once.</summary>
internal sealed class Feasibility(LintContext context)
{
    private readonly PossibleValues _possible = new(context);

    /// <summary>The demands of the first alternative that can hold, cut to what is possible.</summary>
    /// <returns>Null when none can: the alert never fires.</returns>
    public IReadOnlyList<Demand>? Example(AlertCondition condition) =>
        condition.Alternatives.Select(Cut).FirstOrDefault(c => c is not null);

    /// <summary>Whether a demand holds whatever is measured.</summary>
    public bool Always(Demand demand) => !_possible.Of(demand.Subject).IsEmpty
        && _possible.Of(demand.Subject).IsWithin(demand.Values);

    public ValueSet Possible(Demand demand) => _possible.Of(demand.Subject);

    private List<Demand>? Cut(IReadOnlyList<Demand> demands)
    {
        List<Demand> cut = [.. demands.Select(d => d with { Values = d.Values.And(_possible.Of(d.Subject)) })];
        var shares = cut.ConvertAll(d => ExprShape.ShareOf(d.Subject));
        for (int i = 0; i < cut.Count; i++)
        {
            // Shares of the same requests are there together or not at all.
            bool isThere = shares[i] is { } share && Enumerable.Range(0, cut.Count)
                .Any(j => j != i && !cut[j].MayBeAbsent && shares[j]?.Family == share.Family);
            cut[i] = isThere ? cut[i] with { MayBeAbsent = false } : cut[i];
            if (cut[i].Values.IsEmpty && !cut[i].MayBeAbsent)
            {
                return null;
            }
        }

        return OrderShares(cut, shares) ? cut : null;
    }

    /// <summary>Of two shares of the same requests, the one with the larger bound is at least the other.</summary>
    private static bool OrderShares(List<Demand> cut, List<Share?> shares)
    {
        for (int i = 0; i < cut.Count; i++)
        {
            for (int j = 0; j < cut.Count; j++)
            {
                if (shares[i] is not { } small || shares[j] is not { } large || small.Family != large.Family
                    || !(small.Bound < large.Bound) || cut[i].MayBeAbsent || cut[j].MayBeAbsent)
                {
                    continue;
                }

                Stretch low = cut[i].Values.Stretches[0];
                cut[j] = cut[j] with
                {
                    Values = cut[j].Values.And(
                        ValueSet.Between(low.Low, double.PositiveInfinity, lowOpen: low.LowOpen)),
                };
                if (cut[j].Values.IsEmpty)
                {
                    return false;
                }

                Stretch high = cut[j].Values.Stretches[^1];
                cut[i] = cut[i] with
                {
                    Values = cut[i].Values.And(
                        ValueSet.Between(double.NegativeInfinity, high.High, highOpen: high.HighOpen)),
                };
                if (cut[i].Values.IsEmpty)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
