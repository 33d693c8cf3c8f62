using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>Narrows down the load at which each objective breaks.</summary>
/// <param name="at">The launches' input at a multiple of the expected load.</param>
/// <param name="simulate">Simulates a few launches.</param>
internal sealed class HeadroomSearch(
    Func<double, SimulationInput> at, Func<SimulationInput, LaunchSet> simulate)
{
    private const double Highest = 4;
    private const double Lowest = 0.25;
    private const double Resolution = 1.05; // upper over lower end of the interval
    private readonly SortedDictionary<double, LoadLevel> _levels = [];

    /// <summary>Searches for all objectives together, and once more for the first that still holds.</summary>
    /// <param name="stop">Ends early, with the levels simulated so far.</param>
    /// <returns>By ascending load; holds 1 and <see cref="Gates.Headroom"/>.</returns>
    public IReadOnlyList<LoadLevel> Run(CancellationToken stop)
    {
        foreach (double factor in new[] { 1, Gates.Headroom })
        {
            Look(factor);
        }

        while (!stop.IsCancellationRequested && Next() is { } factor)
        {
            Look(factor);
        }

        return [.. _levels.Values];
    }

    /// <summary>The load that says most: doubling until it breaks, halving until it holds, then the middle.</summary>
    private double? Next()
    {
        double breaks = _levels.Values.Where(l => !Holds(l)).Select(l => l.Factor)
            .DefaultIfEmpty(double.PositiveInfinity).Min();
        double holds = _levels.Values.Where(l => l.Factor < breaks && Holds(l)).Select(l => l.Factor)
            .DefaultIfEmpty(0).Max();
        if (double.IsPositiveInfinity(breaks))
        {
            return holds < Highest ? Math.Min(Highest, holds * 1.5) : null;
        }

        if (holds == 0)
        {
            return breaks > Lowest ? Math.Max(Lowest, breaks / 1.5) : null;
        }

        return breaks / holds > Resolution ? Math.Sqrt(breaks * holds) : null;
    }

    private static bool Holds(LoadLevel level) => level.Passed >= Verdict.Target * level.Total;

    private void Look(double factor)
    {
        LaunchSet set = simulate(at(factor));
        int objectives = set.Launches[0].Outcomes.Count;
        _levels[factor] = new LoadLevel(factor, set.Passed, set.Launches.Count,
            [.. Enumerable.Range(0, objectives).Select(o => set.Launches.Count(l => l.Outcomes[o].Passed))]);
    }
}
