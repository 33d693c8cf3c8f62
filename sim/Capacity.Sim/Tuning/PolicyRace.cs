using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>Which policies need no more launches: others are better on the same launches.</summary>
internal static class PolicyRace
{
    private const int DominatorsOfOne = 3; // one launch may be luck of one policy, hardly of three
    private const double CheaperByFirst = 0.97;
    private const double BetterByFirst = 0.9;

    private const int MostFreedom = 63; // beyond, the distribution hardly changes

    // 95 % quantiles of Student's distribution for 1, 2, … degrees of freedom.
    private static readonly double[] Quantiles =
        [.. Enumerable.Range(1, MostFreedom).Select(freedom => StudentT.ExceededWith(0.05, freedom))];

    /// <summary>The policies that stay in the race.</summary>
    /// <param name="all">Each with at least <paramref name="launches"/> launches, from launch 1 on.</param>
    /// <param name="launches">How many of them are compared, ≥ 1.</param>
    /// <returns>
    /// Those that no other policy beats in cost and in bad seconds while keeping the objectives as often: by the
    /// one-sided 95 % bounds of the paired differences, or after a single launch by a margin and thrice.
    /// </returns>
    public static IReadOnlyList<TriedPolicy> Survivors(IReadOnlyList<TriedPolicy> all, int launches) =>
        [.. all.Where(p => all.Where(q => Beats(q, p, launches)).Take(launches == 1 ? DominatorsOfOne : 1).Count()
            < (launches == 1 ? DominatorsOfOne : 1))];

    /// <summary>Whether a policy is better than another beyond chance.</summary>
    internal static bool Beats(TriedPolicy better, TriedPolicy worse, int launches)
    {
        if (ReferenceEquals(better, worse))
        {
            return false;
        }

        if (IsSame(better, worse, launches))
        {
            return (better.Changed, better.Number).CompareTo((worse.Changed, worse.Number)) < 0;
        }

        if (launches == 1)
        {
            (LaunchScore b, LaunchScore w) = (better.Scores[0], worse.Scores[0]);
            return (b.Passed || !w.Passed) && b.Bad <= w.Bad && b.Cost <= w.Cost
                && (b.Cost < w.Cost * CheaperByFirst || b.Bad < w.Bad * BetterByFirst);
        }

        int kept = 0;
        for (int i = 0; i < launches; i++)
        {
            kept += (better.Scores[i].Passed ? 1 : 0) - (worse.Scores[i].Passed ? 1 : 0);
        }

        return kept >= 0 && Upper(better, worse, launches, s => s.Cost) is var cost && cost <= 0
            && Upper(better, worse, launches, s => s.Bad) is var bad && bad <= 0 && (cost < 0 || bad < 0);
    }

    /// <summary>Whether launch by launch both did the same: what differs between them plays no part.</summary>
    private static bool IsSame(TriedPolicy a, TriedPolicy b, int launches)
    {
        for (int i = 0; i < launches; i++)
        {
            if (a.Scores[i] != b.Scores[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Upper end of the one-sided 95 % interval around the mean of the paired differences.</summary>
    private static double Upper(TriedPolicy a, TriedPolicy b, int launches, Func<LaunchScore, double> value)
    {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < launches; i++)
        {
            double difference = value(a.Scores[i]) - value(b.Scores[i]);
            sum += difference;
            squares += difference * difference;
        }

        double mean = sum / launches;
        double variance = Math.Max(0, (squares - (sum * mean)) / (launches - 1));
        double quantile = Quantiles[Math.Min(launches - 1, MostFreedom) - 1];
        return mean + (quantile * Math.Sqrt(variance / launches));
    }
}
