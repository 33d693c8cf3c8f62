using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>How far a launch goes beyond what was rehearsed.</summary>
internal static class RehearsedLoad
{
    /// <summary>Highest expected load over the highest rehearsed one.</summary>
    /// <param name="scenario">Its rehearsal may have another demand.</param>
    /// <param name="launch">The launch.</param>
    /// <param name="measured">The rehearsal; null without one.</param>
    /// <returns>NaN without a rehearsal; for users, who send as they are answered, the ratio of their
    /// numbers.</returns>
    public static double Extrapolation(Scenario scenario, SimulationInput launch, RunResult? measured)
    {
        if (measured is null)
        {
            return double.NaN;
        }

        double peak = launch.Plan.Open.Peak;
        if (peak <= 0)
        {
            return 1 / scenario.Rehearsal.Demand;
        }

        // A step of the series is longer than a short peak; but what was planned was sent, if nothing was dropped.
        double planned = measured is { Partial: false, Totals.Dropped: 0 } ? peak * scenario.Rehearsal.Demand : 0;
        double tested = Math.Max(planned, measured.Series.Offered.DefaultIfEmpty(0).Max());
        return tested > 0 ? peak / tested : double.NaN;
    }
}
