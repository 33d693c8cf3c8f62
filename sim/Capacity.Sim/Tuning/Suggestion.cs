using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>How sure it is that a policy keeps the objectives often enough.</summary>
public enum TuningAnswer
{
    /// <summary>The lower bound of the share is at least the wanted probability.</summary>
    Passes,

    /// <summary>The upper bound is below it.</summary>
    Fails,

    /// <summary>The interval contains it.</summary>
    Unknown,
}

/// <summary>A policy with its launches on seeds that the search did not use.</summary>
/// <param name="Policy">As the search saw it.</param>
/// <param name="Fresh">Launches on fresh seeds, in order.</param>
public sealed record VerifiedPolicy(TriedPolicy Policy, IReadOnlyList<LaunchScore> Fresh)
{
    /// <summary>Shares under a wrong model; empty when that was not tried.</summary>
    public IReadOnlyList<PerturbedShare> Perturbed { get; init; } = [];

    /// <summary>Fresh launches that kept every objective.</summary>
    public int Passed => Fresh.Count(s => s.Passed);

    /// <summary>Mean replica-hours of the fresh launches; of the search without any.</summary>
    public double Cost => Fresh.Count == 0 ? Policy.Cost : Fresh.Average(s => s.Cost);

    /// <summary>Mean seconds above limits of the fresh launches; of the search without any.</summary>
    public double Bad => Fresh.Count == 0 ? Policy.Bad : Fresh.Average(s => s.Bad);

    /// <summary>Mean changes of the replicas in the fresh launches; of the search without any.</summary>
    public double Actions => Fresh.Count == 0 ? Policy.Actions : Fresh.Average(s => (double)s.Actions);

    /// <summary>Whether it keeps the objectives with a probability, by the 95 % Wilson interval.</summary>
    public TuningAnswer Answer(double probability)
    {
        (double low, double high) = Wilson.Interval(Passed, Fresh.Count);
        return low >= probability ? TuningAnswer.Passes : high < probability ? TuningAnswer.Fails
            : TuningAnswer.Unknown;
    }

    /// <summary>Whether it can still pass when the launches that are left all do.</summary>
    internal static bool CanPass(int failed, int launches, double probability) =>
        Wilson.Interval(launches - failed, launches).Low >= probability;
}
