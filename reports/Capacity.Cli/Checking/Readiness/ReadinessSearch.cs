using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>How far the look at other loads, failures and assumptions is.</summary>
/// <param name="Share">Of all variants, 0 … 1; their number is a guess until the last load was found.</param>
/// <param name="What">What is simulated now.</param>
internal sealed record ReadinessProgress(double Share, string What);

/// <summary>Looks at what else could happen: other loads, failures, and assumptions that are not quite right.</summary>
/// <param name="launch">The launches as expected, fitted to the rehearsal.</param>
/// <param name="atLoad">The launches' input at a multiple of the expected load.</param>
/// <param name="launches">Simulates variants.</param>
internal sealed class ReadinessSearch(
    SimulationInput launch, Func<double, SimulationInput> atLoad, FewLaunches launches)
{
    private readonly List<LoadLevel> _levels = [];
    private readonly List<DrillOutcome> _drills = [];
    private readonly List<Sensitivity> _sensitivities = [];

    /// <summary>Looks at all of it.</summary>
    /// <param name="expected">The launches as expected.</param>
    /// <param name="extrapolation">Highest expected load over the highest rehearsed one; NaN without a
    /// rehearsal.</param>
    /// <param name="progress">Told before each variant.</param>
    /// <param name="stop">Whether it was stopped; what was found is kept.</param>
    public Readiness Run(
        LaunchSet expected, double extrapolation, Action<ReadinessProgress> progress, CancellationToken stop)
    {
        try
        {
            Look(expected, progress);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was looked at so far is worth showing.
        }

        var recovery = SurgeRecovery.Of(expected.Middle);
        return new Readiness
        {
            Levels = [.. _levels.OrderBy(l => l.Factor)],
            Drills = _drills,
            Sensitivities = [.. SensitivitySearch.Ranked(_sensitivities)],
            Reversals = Flapping.Of(expected.Middle).Reversals,
            RecoverySeconds = recovery.Seconds,
            IsMetastable = recovery.IsMetastable,
            Extrapolation = extrapolation,
            Partial = stop.IsCancellationRequested,
        };
    }

    private void Look(LaunchSet expected, Action<ReadinessProgress> progress)
    {
        FailureDrill[] drills = [.. FailureDrill.Of(launch)];
        SensitivitySearch sensitivity = new(launch, atLoad, launches.RunFewest);
        int all = HeadroomSearch.UsualLevels + drills.Length + sensitivity.Count;
        int done = 0;
        void Say(string what) => progress(new ReadinessProgress(Math.Min(1, (double)done / all), what));

        foreach (LoadLevel level in new HeadroomSearch((factor, coarse) =>
        {
            Say($"at {Headroom.Factor(factor)} the load");
            SimulationInput input = atLoad(factor);
            return factor == Gates.Headroom ? launches.RunUntilSure(input)
                : coarse ? launches.RunFewest(input) : launches.Run(input);
        }).Run(expected))
        {
            _levels.Add(level);
            done = Math.Min(done + 1, HeadroomSearch.UsualLevels);
        }

        done = HeadroomSearch.UsualLevels;
        foreach (FailureDrill drill in drills)
        {
            Say(drill.Name);
            _drills.Add(OutcomeOf(drill, launches.Run(drill.Input)));
            done++;
        }

        foreach (Sensitivity found in sensitivity.Run(input => Say($"with another {input}")))
        {
            _sensitivities.Add(found);
            done++;
        }
    }

    private static DrillOutcome OutcomeOf(FailureDrill drill, LaunchSet set)
    {
        (Objective? Objective, int Broken) worst = set.Launches.SelectMany(l => l.Outcomes)
            .GroupBy(o => o.Objective).Select(g => ((Objective?)g.Key, g.Count(o => !o.Passed)))
            .OrderByDescending(g => g.Item2).FirstOrDefault();
        return new DrillOutcome(drill.Name, drill.What, set.Passed, set.Launches.Count,
            worst.Broken > 0 ? worst.Objective!.Name : "", set.Middle.Totals.FailedShare);
    }
}
