using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The answer to "can our service take it?".</summary>
public enum VerdictKind
{
    /// <summary>At least 95 % of launches keep every objective, beyond chance.</summary>
    Go,

    /// <summary>As a go, if something is done or watched that a soft gate asks for.</summary>
    GoWithConditions,

    /// <summary>Fewer than 95 % of launches keep every objective, beyond chance.</summary>
    NoGo,

    /// <summary>The evidence does not allow an answer: no rehearsal, a model that does not fit it, or too few launches,
    /// so that the interval around their share contains 95 %.</summary>
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

    /// <summary>Every question that was asked, the hard ones first.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>What a go depends on: one line for each soft gate that does not pass.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];

    /// <summary>Decides.</summary>
    /// <param name="launches">Simulated launches.</param>
    /// <param name="comparison">The rehearsal laid over its prediction; null when there was none.</param>
    /// <param name="gates">What else was asked; see <see cref="Reports.Gates.Of"/>. May be empty.</param>
    /// <returns>
    /// A no-go if a hard gate fails; not enough evidence if one has no answer or one about the evidence does not pass;
    /// conditions if a soft one does not pass. Never <see cref="VerdictKind.Go"/> without a rehearsal that the model
    /// fits: a simulation alone is no evidence.
    /// </returns>
    public static Verdict Decide(LaunchSet launches, Comparison? comparison, IReadOnlyList<Gate>? gates = null)
    {
        (double low, double high) = Wilson.Interval(launches.Passed, launches.Launches.Count);
        gates ??= [];
        string[] conditions =
            [.. gates.Where(g => g.Kind == GateKind.Soft && g.State != GateState.Pass).Select(Sentence)];
        List<string> doubts = Doubts(launches, comparison, gates);
        if (doubts.Count == 0 && low < Target && high >= Target)
        {
            doubts.Add($"{launches.Launches.Count} launches are too few to be sure: simulate more with --launches");
        }

        bool failed = gates.Any(g => g is { Kind: GateKind.Hard, State: GateState.Fail });
        VerdictKind kind = high < Target || failed ? VerdictKind.NoGo
            : doubts.Count > 0 ? VerdictKind.Inconclusive
            : conditions.Length > 0 ? VerdictKind.GoWithConditions
            : VerdictKind.Go;
        return new Verdict(kind, launches.Passed, launches.Launches.Count, low, high, doubts)
        {
            Gates = gates,
            Conditions = conditions,
        };
    }

    private static string Sentence(Gate gate) =>
        $"{gate.Name}: {gate.What}: {gate.ObservedText}, must be {gate.ThresholdText}; {gate.Condition}";

    private static List<string> Doubts(LaunchSet launches, Comparison? comparison, IReadOnlyList<Gate> gates)
    {
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

        // The launches and the comparison have said it already, in more words.
        string[] told = ["objectives", "model", .. comparison is null ? new[] { "load generator" } : []];
        doubts.AddRange(gates.Where(g => !told.Contains(g.Name) && g.Kind switch
        {
            GateKind.Hard => g.State == GateState.Unknown,
            GateKind.Evidence => g.State != GateState.Pass && !(comparison is null && double.IsNaN(g.Low)),
            _ => false,
        }).Select(Sentence));
        return doubts;
    }
}
