namespace Capacity.Reports;

/// <summary>What was looked at besides the launches as they are expected.</summary>
public sealed record Readiness
{
    /// <summary>Shares of good launches at multiples of the expected load, ascending; holds 1.</summary>
    public required IReadOnlyList<LoadLevel> Levels { get; init; }

    /// <summary>What happens when something breaks.</summary>
    public required IReadOnlyList<DrillOutcome> Drills { get; init; }

    /// <summary>How much each assumption matters, the strongest first.</summary>
    public required IReadOnlyList<Sensitivity> Sensitivities { get; init; }

    /// <summary>How often the replicas change direction, in the middle launch, per hour.</summary>
    public required double ReversalsPerHour { get; init; }

    /// <summary>Whether the replicas flap there.</summary>
    public required bool Flaps { get; init; }

    /// <summary>Seconds from the end of the surge until all was well, in the middle launch; NaN without a
    /// surge.</summary>
    public required double RecoverySeconds { get; init; }

    /// <summary>Whether the surge was over and the service did not come back.</summary>
    public required bool IsMetastable { get; init; }

    /// <summary>Highest expected rate over the highest rehearsed one, per replica and at the same speed; NaN without
    /// a rehearsal.</summary>
    public required double Extrapolation { get; init; }

    /// <summary>SHA-256 over the scenario and the files it names, as 64 hexadecimal digits: with another one, or
    /// another version of Capacity, the evidence has expired.</summary>
    public required string Configuration { get; init; }

    /// <summary>Whether the search was stopped early.</summary>
    public bool Partial { get; init; }
}

/// <summary>Launches at a multiple of the expected load.</summary>
/// <param name="Factor">1 is the load of the scenario.</param>
/// <param name="Passed">Launches that kept every objective.</param>
/// <param name="Total">Launches simulated.</param>
/// <param name="PassedByObjective">Launches that kept each objective, in the scenario's order.</param>
public sealed record LoadLevel(double Factor, int Passed, int Total, IReadOnlyList<int> PassedByObjective);

/// <summary>Launches during which something breaks.</summary>
/// <param name="Name">For example <c>a replica is lost</c>.</param>
/// <param name="What">What exactly happens, and when.</param>
/// <param name="Passed">Launches that kept every objective nevertheless.</param>
/// <param name="Total">Launches simulated.</param>
/// <param name="Worst">The objective that is broken most often; empty when none is.</param>
/// <param name="Failed">Requests that failed, as a share of all, in the launch in the middle.</param>
public sealed record DrillOutcome(string Name, string What, int Passed, int Total, string Worst, double Failed);

/// <summary>How the share of good launches changes when one input is not as assumed.</summary>
/// <param name="Input">For example <c>service time</c>.</param>
/// <param name="Better">The change for the better, in words.</param>
/// <param name="PassedBetter">Launches that pass with it.</param>
/// <param name="Worse">The change for the worse, in words.</param>
/// <param name="PassedWorse">Launches that pass with it.</param>
/// <param name="Total">Launches simulated each time.</param>
/// <param name="Swing">How much the typical excess over the tightest objective moves between the two, in multiples of
/// its limit: tells inputs apart when all or none of the launches pass.</param>
public sealed record Sensitivity(
    string Input, string Better, int PassedBetter, string Worse, int PassedWorse, int Total, double Swing);
