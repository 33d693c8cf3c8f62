namespace Capacity.Sim.Tuning;

/// <summary>What is suggested first.</summary>
public enum TuningGoal
{
    /// <summary>The cheapest policy that keeps the objectives often enough.</summary>
    Cheapest,

    /// <summary>The policy after which more money helps less.</summary>
    Knee,
}

/// <summary>How a search is done.</summary>
public sealed record TuningSettings
{
    /// <summary>Policies to simulate, ≥ 1, besides those around the suggestion.</summary>
    public int Policies { get; init; } = 400;

    /// <summary>Launches on fresh seeds that a suggestion must stand, ≥ 1.</summary>
    public int Launches { get; init; } = 100;

    /// <summary>Share of launches that must keep every objective, beyond chance.</summary>
    public double Probability { get; init; } = 0.95;

    /// <summary>What is suggested first.</summary>
    public TuningGoal Goal { get; init; } = TuningGoal.Cheapest;

    /// <summary>Seed of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Launches at once, ≥ 1; the result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Asked between batches whether the time is up; the search then goes on to verify.</summary>
    public Func<bool> OutOfTime { get; init; } = () => false;

    /// <summary>Launches after which policies are compared and dropped, ascending from 1.</summary>
    internal static IReadOnlyList<int> Rungs { get; } = [1, 4, 12];
}
