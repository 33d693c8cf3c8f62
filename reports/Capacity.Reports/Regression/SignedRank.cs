namespace Capacity.Reports;

/// <summary>The twin of the paired t-test that a few wild runs cannot mislead: ranks in place of values.</summary>
/// <remarks>Source: F. Wilcoxon, "Individual comparisons by ranking methods", 1945; Hodges and Lehmann, "Estimates of
/// location based on rank tests", 1963.</remarks>
internal static class SignedRank
{
    /// <summary>The median of the means of all pairs of differences.</summary>
    /// <param name="differences">At least one.</param>
    public static double Middle(IReadOnlyList<double> differences)
    {
        double[] means =
        [
            .. from i in Enumerable.Range(0, differences.Count)
               from j in Enumerable.Range(0, i + 1)
               select (differences[i] + differences[j]) / 2,
        ];
        Array.Sort(means);
        return (means[(means.Length - 1) / 2] + means[means.Length / 2]) / 2;
    }

    /// <summary>The chance of such ranks, or more extreme ones, if the middle were <paramref name="limit"/>.</summary>
    /// <param name="differences">At most 200; equal sizes share their ranks' mean, rounded up in favour of the limit.
    /// </param>
    /// <param name="limit">The middle under test.</param>
    public static double ChanceIfAt(IReadOnlyList<double> differences, double limit)
    {
        double[] from = [.. differences.Select(d => d - limit).Where(d => d != 0).OrderBy(Math.Abs)];
        int count = from.Length;
        int most = count * (count + 1) / 2;
        double positive = 0;
        for (int i = 0; i < count; i++)
        {
            int last = Array.FindLastIndex(from, d => Math.Abs(d) == Math.Abs(from[i]));
            int first = Array.FindIndex(from, d => Math.Abs(d) == Math.Abs(from[i]));
            positive += from[i] > 0 ? (first + last + 2) / 2.0 : 0;
        }

        // Every sign of every rank is equally likely: counts of the ways to reach each sum.
        var ways = new double[most + 1];
        ways[0] = 1;
        for (int rank = 1; rank <= count; rank++)
        {
            for (int sum = most; sum >= rank; sum--)
            {
                ways[sum] += ways[sum - rank];
            }
        }

        double extreme = ways.Skip((int)Math.Floor(positive)).Sum();
        return extreme / Math.Pow(2, count);
    }
}
