using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The answer to "can our service take it?".</summary>
public enum VerdictKind
{
    /// <summary>At least 95 % of launches keep every objective, beyond chance.</summary>
    Go,

    /// <summary>The interval around the share of good launches contains 95 %.</summary>
    AtRisk,

    /// <summary>Fewer than 95 % of launches keep every objective, beyond chance.</summary>
    NoGo,

    /// <summary>The evidence does not allow an answer: no rehearsal, or the model does not fit it.</summary>
    Inconclusive,
}

/// <summary>The verdict and the share of launches behind it.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Passed">Launches that kept every objective.</param>
/// <param name="Total">Launches simulated, ≥ 1.</param>
/// <param name="Low">Lower end of the 95 % Wilson interval around Passed / Total.</param>
/// <param name="High">Upper end.</param>
/// <param name="Reasons">Why the evidence is not enough, or what limits it; empty for a clear answer.</param>
public sealed record Verdict(
    VerdictKind Kind, int Passed, int Total, double Low, double High, IReadOnlyList<string> Reasons)
{
    /// <summary>The share of good launches that a go needs.</summary>
    public const double Target = 0.95;

    /// <summary>Decides.</summary>
    /// <param name="launches">Simulated launches.</param>
    /// <param name="comparison">The rehearsal laid over its prediction; null when there was none.</param>
    /// <returns>
    /// Never <see cref="VerdictKind.Go"/> without a rehearsal that the model fits: a simulation alone is no evidence.
    /// </returns>
    public static Verdict Decide(LaunchSet launches, Comparison? comparison)
    {
        (double low, double high) = Wilson.Interval(launches.Passed, launches.Launches.Count);
        var doubts = new List<string>();
        if (comparison is null)
        {
            doubts.Add("no rehearsal has validated the model for this version: run 'capacity check'");
        }
        else
        {
            doubts.AddRange(comparison.Doubts);
        }

        if (launches.Partial)
        {
            doubts.Add("the launches were interrupted");
        }

        VerdictKind kind = high < Target ? VerdictKind.NoGo
            : doubts.Count > 0 ? VerdictKind.Inconclusive
            : low >= Target ? VerdictKind.Go
            : VerdictKind.AtRisk;
        return new Verdict(kind, launches.Passed, launches.Launches.Count, low, high, doubts);
    }
}
