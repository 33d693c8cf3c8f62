using Capacity.Model;

namespace Capacity.Sim;

/// <summary>
/// When enough launches have been simulated: the launches are judged at numbers that are fixed beforehand, each time
/// with its part of the error, so that looking often does not make a wrong verdict likelier.
/// </summary>
/// <remarks>
/// At each look the Wilson interval of the share of launches that pass is taken at the error divided by the number of
/// looks (Bonferroni): over all looks together, the true share lies outside of some interval with at most
/// <see cref="Error"/>, about, as Wilson's interval keeps its level on average.
/// </remarks>
public sealed record SequentialRule
{
    /// <summary>Launches before the first look, ≥ 1.</summary>
    public int First { get; init; } = 20;

    /// <summary>Each look comes after so many times the launches of the one before, &gt; 1.</summary>
    public double Growth { get; init; } = 1.5;

    /// <summary>Most launches, ≥ <see cref="First"/>.</summary>
    public int Most { get; init; } = 1_000;

    /// <summary>Share of launches that must pass, 0 … 1.</summary>
    public double Target { get; init; } = 0.95;

    /// <summary>Half the width of an interval that is narrow enough whatever the verdict; 0 decides or goes
    /// on.</summary>
    public double HalfWidth { get; init; } = 0.02;

    /// <summary>Error over all looks, two-sided, 0 … 1.</summary>
    public double Error { get; init; } = 0.05;

    /// <summary>The numbers of launches at which they are judged, ascending; the last is <see cref="Most"/>.</summary>
    public IReadOnlyList<int> Looks()
    {
        var looks = new List<int>();
        for (double next = First; next < Most; next = Math.Max(next + 1, next * Growth))
        {
            looks.Add((int)next);
        }

        looks.Add(Most);
        return looks;
    }

    /// <summary>Judges launches at a look.</summary>
    /// <param name="passed">How many passed.</param>
    /// <param name="count">Of how many, ≥ 1.</param>
    /// <returns>Null to go on.</returns>
    public SequentialStop? Judge(int passed, int count)
    {
        IReadOnlyList<int> looks = Looks();
        int look = looks.TakeWhile(n => n <= count).Count();
        (double low, double high) =
            Wilson.Interval(passed, count, Normal.Quantile(1 - (Error / looks.Count / 2)));
        string? reason = low >= Target || high < Target ? "decided"
            : (high - low) / 2 <= HalfWidth ? "narrow"
            : count >= Most ? "limit"
            : null;
        return reason is null ? null : new SequentialStop(reason, look, low, high);
    }
}
