using Capacity.Model;

namespace Capacity.Sim;

/// <summary>How calmly replicas followed the load.</summary>
/// <param name="ActionsPerHour">Changes of the wanted replicas per hour.</param>
/// <param name="Reversals">Changes in the direction opposite to the one before, within the given time of it.</param>
/// <param name="ReversalsPerHour">The same per hour.</param>
/// <param name="Flaps">Whether more than one reversal per hour happened, and at least three.</param>
public sealed record Flapping(double ActionsPerHour, int Reversals, double ReversalsPerHour, bool Flaps)
{
    /// <summary>Judges a run.</summary>
    /// <param name="run">Measured or simulated.</param>
    /// <param name="within">A change counts as a reversal when it follows the opposite one sooner than this, seconds;
    /// a surge that ends later is followed, not flapped after.</param>
    /// <returns>All zero for a run without changes.</returns>
    public static Flapping Of(RunResult run, double within = 1_200)
    {
        int reversals = 0;
        ScaleAction? before = null;
        foreach (ScaleAction action in run.ScaleActions)
        {
            if (action.From == action.To)
            {
                continue;
            }

            bool opposite = before is not null && (before.To > before.From) != (action.To > action.From);
            reversals += opposite && action.At - before!.At < within ? 1 : 0;
            before = action;
        }

        double hours = run.Duration / 3_600;
        double perHour = hours > 0 ? reversals / hours : 0;
        return new Flapping(
            hours > 0 ? run.ScaleActions.Count(a => a.From != a.To) / hours : 0, reversals, perHour,
            reversals >= 3 && perHour > 1);
    }
}

/// <summary>Whether a service comes back when a surge is over.</summary>
/// <param name="HasSurge">Whether the load rose well above what it was before, and fell again, within the run.</param>
/// <param name="SurgeEnds">Second at which the load was back near its level before; NaN without a surge.</param>
/// <param name="CalmP99">Slowest p99 of a step before the surge, seconds; NaN without answers.</param>
/// <param name="RecoveredAt">Second from which latency and errors stayed near what they were; NaN: never.</param>
public sealed record SurgeRecovery(bool HasSurge, double SurgeEnds, double CalmP99, double RecoveredAt)
{
    private const double Surge = 1.5;
    private const double BackTo = 1.1;
    private const double Slower = 2;
    private const double Slack = 0.05; // seconds: faster than this is as good as before
    private const double MoreErrors = 0.02;

    /// <summary>Seconds from the end of the surge until all was well; NaN when it never was.</summary>
    public double Seconds => RecoveredAt - SurgeEnds;

    /// <summary>
    /// The load was back, and the service was not: its own queues or its callers' retries keep it down.
    /// </summary>
    public bool IsMetastable => HasSurge && double.IsNaN(RecoveredAt);

    /// <summary>Judges a run.</summary>
    /// <param name="run">Measured or simulated. The first steps say what is normal.</param>
    /// <param name="grace">Seconds after the surge that the run must show, so that "never" means something.</param>
    public static SurgeRecovery Of(RunResult run, double grace = 120)
    {
        IReadOnlyList<double> offered = run.Series.Offered;
        int peak = offered.Count == 0 ? 0 : offered.Index().MaxBy(o => o.Item).Index;
        double before = peak == 0 ? 0 : Middle([.. offered.Take(peak)]);
        int rises = Enumerable.Range(0, peak).FirstOrDefault(i => offered[i] > before * Surge, peak);
        int falls = Enumerable.Range(peak, offered.Count - peak)
            .FirstOrDefault(i => offered.Skip(i).All(o => o <= before * BackTo), -1);
        double ends = falls * run.Step;
        if (before <= 0 || offered[peak] < before * Surge || falls < 0 || run.Duration - ends < grace)
        {
            return new SurgeRecovery(false, double.NaN, double.NaN, double.NaN);
        }

        double calm = run.Series.P99.Take(rises).Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Max();
        double errors = run.Series.Errors.Take(rises).DefaultIfEmpty(0).Max();
        double limit = double.IsNaN(calm) ? double.PositiveInfinity : Math.Max(calm * Slower, calm + Slack);
        int well = offered.Count;
        while (well > falls && IsWell(run.Series, well - 1, limit, errors + MoreErrors))
        {
            well--;
        }

        return new SurgeRecovery(true, ends, calm, well < offered.Count ? well * run.Step : double.NaN);
    }

    private static bool IsWell(RunSeries series, int step, double latency, double errors) =>
        series.Errors[step] <= errors && (double.IsNaN(series.P99[step]) || series.P99[step] <= latency);

    private static double Middle(double[] values) => values.Order().ElementAt(values.Length / 2);
}
