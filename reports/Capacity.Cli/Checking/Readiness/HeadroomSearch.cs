using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Checking;

/// <summary>Narrows down the load at which the launches break, and then, more coarsely, the load at which each
/// objective does.</summary>
/// <param name="at">Simulates a few launches at a multiple of the expected load; fewer when that is for one objective
/// alone.</param>
internal sealed class HeadroomSearch(Func<double, bool, LaunchSet> at)
{
    /// <summary>How many loads it usually takes.</summary>
    public const int UsualLevels = 10;

    private const double Highest = 3;
    private const double Lowest = 0.25;
    private const double Resolution = 1.06; // upper over lower end of the interval
    private const double Coarse = 1.4; // the same for one objective
    private readonly SortedDictionary<double, LoadLevel> _levels = [];

    /// <summary>Searches, level by level.</summary>
    /// <param name="expected">The launches at the expected load.</param>
    /// <returns>In the order of the search; holds 1 and <see cref="Gates.Headroom"/>.</returns>
    public IEnumerable<LoadLevel> Run(LaunchSet expected)
    {
        yield return Keep(1, expected);
        yield return Keep(Gates.Headroom, at(Gates.Headroom, false));
        while (Next(l => l.Passed, Resolution) is { } factor)
        {
            yield return Keep(factor, at(factor, false));
        }

        for (int i = 0; i < expected.Launches[0].Outcomes.Count; i++)
        {
            int objective = i;
            while (Next(l => l.PassedByObjective[objective], Coarse) is { } factor)
            {
                yield return Keep(factor, at(factor, true));
            }
        }
    }

    /// <summary>The load that says most: more until it breaks, less until it holds, then the middle.</summary>
    private double? Next(Func<LoadLevel, int> passed, double resolution)
    {
        bool Holds(LoadLevel level) => passed(level) >= Verdict.Target * level.Total;
        double breaks = _levels.Values.Where(l => !Holds(l)).Select(l => l.Factor)
            .DefaultIfEmpty(double.PositiveInfinity).Min();
        double holds = _levels.Values.Where(l => l.Factor < breaks && Holds(l)).Select(l => l.Factor)
            .DefaultIfEmpty(0).Max();
        if (double.IsPositiveInfinity(breaks))
        {
            double more = holds * 1.5 > Highest * 0.9 ? Highest : Math.Round(holds * 1.5, 2);
            return holds < Highest ? more : null;
        }

        if (holds == 0)
        {
            return breaks > Lowest ? Math.Max(Lowest, Math.Round(breaks / 1.5, 2)) : null;
        }

        double middle = Math.Round(Math.Sqrt(breaks * holds), 2); // loads that people can type
        return breaks / holds > resolution && middle > holds && middle < breaks ? middle : null;
    }

    private LoadLevel Keep(double factor, LaunchSet set)
    {
        int objectives = set.Launches[0].Outcomes.Count;
        return _levels[factor] = new LoadLevel(factor, set.Passed, set.Launches.Count,
            [.. Enumerable.Range(0, objectives).Select(o => set.Launches.Count(l => l.Outcomes[o].Passed))]);
    }
}
