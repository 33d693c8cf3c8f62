using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Sim.Tuning;

namespace Capacity.Cli.Checking;

/// <summary>Finds what would make it a go: single edits of the user's files, simulated on the same launches.</summary>
internal sealed class ChangeSearch(
    SimulationInput launch, IReadOnlyList<Objective> objectives, int count, ulong seed, int threads)
{
    private const int ScreeningCount = 20; // enough to see that a change is hopeless
    private const int MostExtraReplicas = 12;

    /// <summary>Tries the changes.</summary>
    /// <param name="progress">Told the title of each change as it is tried.</param>
    /// <param name="stop">Ends the search; what was found is kept.</param>
    /// <returns>Those that pass first, by cost; then the others, by how many launches pass.</returns>
    public IReadOnlyList<ChangeOutcome> Run(Action<string> progress, CancellationToken stop)
    {
        var found = new List<ChangeOutcome>();
        try
        {
            ChangeOutcome? best = null;
            int most = launch.Loop.InitialReplicas + MostExtraReplicas;
            foreach (PolicyChange change in PolicyChanges.HigherMinimum(launch.Loop, most))
            {
                progress(change.Title);
                ChangeOutcome outcome = Try(change, stop);
                best = best is null || outcome.Launches.Passed * best.Launches.Launches.Count
                    >= best.Launches.Passed * outcome.Launches.Launches.Count ? outcome : best;
                if (Passes(outcome))
                {
                    break;
                }
            }

            if (best is not null)
            {
                found.Add(best);
            }

            foreach (PolicyChange change in PolicyChanges.Faster(launch.Loop))
            {
                progress(change.Title);
                found.Add(Try(change, stop));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The changes tried so far are worth showing.
        }

        return
        [
            .. found.Where(o => !o.Launches.Partial).OrderBy(o => !Passes(o))
                .ThenBy(o => Passes(o) ? MedianCost(o.Launches) : -Share(o.Launches))
                .ThenBy(o => MedianCost(o.Launches)),
        ];
    }

    private ChangeOutcome Try(PolicyChange change, CancellationToken stop)
    {
        LaunchSet Simulate(int launches) => Launches.Run(
            launch with { Loop = change.Loop }, objectives, launches, seed, threads, progress: null, stop);

        LaunchSet tried = count > ScreeningCount ? Simulate(ScreeningCount) : Simulate(count);
        if (tried.Passed * 2 >= tried.Launches.Count && tried.Launches.Count < count)
        {
            tried = Simulate(count);
        }

        return new ChangeOutcome(change.Title, change.Detail, change.Snippet, change.File, tried);
    }

    private static bool Passes(ChangeOutcome outcome) => Share(outcome.Launches) >= Verdict.Target;

    private static double Share(LaunchSet launches) => (double)launches.Passed / launches.Launches.Count;

    private static double MedianCost(LaunchSet launches) =>
        launches.Launches.Select(l => l.ReplicaHours).Order().ElementAt(launches.Launches.Count / 2);
}
