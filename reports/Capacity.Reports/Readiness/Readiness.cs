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

    /// <summary>How often the replicas turned back soon after a change, in the middle launch.</summary>
    public required int Reversals { get; init; }

    /// <summary>Seconds from the end of the surge until all was well, in the middle launch; NaN without a surge, or
    /// when it <see cref="IsMetastable"/>.</summary>
    public required double RecoverySeconds { get; init; }

    /// <summary>Whether the surge was over and the service did not come back.</summary>
    public required bool IsMetastable { get; init; }

    /// <summary>Highest expected load over the highest rehearsed one; NaN without a rehearsal.</summary>
    public required double Extrapolation { get; init; }

    /// <summary>How many of the rehearsal's measured steps lie where the predicted rehearsals do; null without a
    /// rehearsal.</summary>
    public BandCoverage? Coverage { get; init; }

    /// <summary>Whether the search was stopped early.</summary>
    public bool Partial { get; init; }
}

/// <summary>Measured steps against the band of several predictions of the same run.</summary>
/// <param name="Runs">Predictions, each with its own seed.</param>
/// <param name="Steps">Measured values: replicas and percentiles of each step.</param>
/// <param name="Inside">Those from the lowest to the highest prediction of their step.</param>
public sealed record BandCoverage(int Runs, int Steps, int Inside)
{
    /// <summary>Inside over all; NaN without steps.</summary>
    public double Share => Steps == 0 ? double.NaN : (double)Inside / Steps;
}

/// <summary>Launches at a multiple of the expected load.</summary>
/// <param name="Factor">1 is the load of the scenario.</param>
/// <param name="Passed">Launches that kept every objective.</param>
/// <param name="Total">Launches simulated, ≥ 1.</param>
/// <param name="PassedByObjective">Launches that kept each objective, in the scenario's order.</param>
public sealed record LoadLevel(double Factor, int Passed, int Total, IReadOnlyList<int> PassedByObjective);

/// <summary>Launches during which something breaks.</summary>
/// <param name="Name">For example <c>replica lost</c>.</param>
/// <param name="What">What exactly happens, and when.</param>
/// <param name="Passed">Launches that kept every objective nevertheless.</param>
/// <param name="Total">Launches simulated, ≥ 1.</param>
/// <param name="Worst">The objective that is broken most often; empty when none is.</param>
/// <param name="Failed">Requests that failed, as a share of all, in the launch in the middle.</param>
public sealed record DrillOutcome(string Name, string What, int Passed, int Total, string Worst, double Failed);

/// <summary>How the share of good launches changes when one input is not as assumed.</summary>
/// <param name="Input">For example <c>service time</c>.</param>
/// <param name="Better">The change for the better, in words.</param>
/// <param name="PassedBetter">Launches that pass with it.</param>
/// <param name="Worse">The change for the worse, in words.</param>
/// <param name="PassedWorse">Launches that pass with it.</param>
/// <param name="Total">Launches simulated each time, ≥ 1.</param>
/// <param name="UseBetter">How much of its limit the tightest objective uses with the better one, typically: 1 is all
/// of it. Tells inputs apart when all or none of the launches pass.</param>
/// <param name="UseWorse">The same with the worse one.</param>
public sealed record Sensitivity(
    string Input, string Better, int PassedBetter, string Worse, int PassedWorse, int Total, double UseBetter,
    double UseWorse)
{
    /// <summary>How far the use of the limit moves between the two.</summary>
    public double Swing => UseWorse - UseBetter;
}
