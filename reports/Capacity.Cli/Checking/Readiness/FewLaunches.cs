using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>Simulates variants of a launch with as few launches as answer the question.</summary>
/// <param name="objectives">What each launch must hold.</param>
/// <param name="seed">Seed of the launches, so that all variants meet the same ones.</param>
/// <param name="threads">Launches at once.</param>
/// <param name="stop">Ends early.</param>
internal sealed class FewLaunches(
    IReadOnlyList<Objective> objectives, ulong seed, int threads, CancellationToken stop)
{
    /// <summary>Launches of a variant: few, because there are many variants.</summary>
    public const int Few = 20;

    /// <summary>Launches where only the direction matters.</summary>
    public const int Fewest = 10;

    /// <summary>Launches when few do not tell: with all of them good, the interval lies above 95 %.</summary>
    public const int Enough = 80;

    /// <summary>The first few.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public LaunchSet Run(SimulationInput input) => Run(input, Few);

    /// <summary>The fewest.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public LaunchSet RunFewest(SimulationInput input) => Run(input, Fewest);

    /// <summary>The first few, and more while their interval contains the target.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public LaunchSet RunUntilSure(SimulationInput input)
    {
        LaunchSet set = Run(input, Few);
        (double low, double high) = Wilson.Interval(set.Passed, set.Launches.Count);
        return low < Verdict.Target && high >= Verdict.Target ? Run(input, Enough) : set;
    }

    private LaunchSet Run(SimulationInput input, int count)
    {
        stop.ThrowIfCancellationRequested();
        LaunchSet set = Launches.Run(input, objectives, count, seed, threads, progress: null, stop);
        return set.Partial ? throw new OperationCanceledException(stop) : set;
    }
}
