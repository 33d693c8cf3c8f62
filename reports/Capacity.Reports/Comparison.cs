using Capacity.Model;

namespace Capacity.Reports;

/// <summary>One scale action that was measured, predicted, or both.</summary>
/// <param name="Measured">Null when only the prediction has it.</param>
/// <param name="Predicted">Null when only the rehearsal had it.</param>
public sealed record ActionPair(ScaleAction? Measured, ScaleAction? Predicted)
{
    /// <summary>Predicted minus measured, seconds; NaN unless both are there.</summary>
    public double Delay => Measured is null || Predicted is null ? double.NaN : Predicted.At - Measured.At;
}

/// <summary>How far one latency percentile was off.</summary>
/// <param name="Name">p50, p95 or p99.</param>
/// <param name="MedianError">Median over the steps of |predicted − measured| / measured; NaN without steps.</param>
/// <param name="WorstError">The largest of them.</param>
/// <param name="Steps">Steps that both runs have a value for.</param>
public sealed record PercentileError(string Name, double MedianError, double WorstError, int Steps);

/// <summary>A rehearsal laid over its prediction: the error figures as they are.</summary>
public sealed record Comparison
{
    /// <summary>Scale actions in order, matched by direction.</summary>
    public required IReadOnlyList<ActionPair> Actions { get; init; }

    /// <summary>Time integral of |predicted − measured| replicas over that of the measured ones.</summary>
    public required double ReplicaError { get; init; }

    /// <summary>p50, p95 and p99.</summary>
    public required IReadOnlyList<PercentileError> Percentiles { get; init; }

    /// <summary>Why the model should not be trusted; empty when it fits.</summary>
    public required IReadOnlyList<string> Doubts { get; init; }

    /// <summary>Whether both runs have the same actions in the same order.</summary>
    public bool SameActions => Actions.All(a => a.Measured is not null && a.Predicted is not null
        && a.Measured.From == a.Predicted.From && a.Measured.To == a.Predicted.To);

    /// <summary>Lays a prediction over a measurement.</summary>
    /// <param name="measured">The rehearsal.</param>
    /// <param name="predicted">Its simulation, with the same step.</param>
    public static Comparison Of(RunResult measured, RunResult predicted)
    {
        IReadOnlyList<ActionPair> actions = Match(measured.ScaleActions, predicted.ScaleActions);
        PercentileError[] percentiles =
        [
            ErrorOf("p50", measured.Series.P50, predicted.Series.P50),
            ErrorOf("p95", measured.Series.P95, predicted.Series.P95),
            ErrorOf("p99", measured.Series.P99, predicted.Series.P99),
        ];
        double replicas = ReplicaErrorOf(measured.Series.Ready, predicted.Series.Ready);
        var comparison = new Comparison
        {
            Actions = actions,
            ReplicaError = replicas,
            Percentiles = percentiles,
            Doubts = [],
        };
        return comparison with { Doubts = DoubtsOf(comparison, measured) };
    }

    private static List<string> DoubtsOf(Comparison c, RunResult measured)
    {
        var doubts = new List<string>();
        int unmatched = c.Actions.Count(a => double.IsNaN(a.Delay));
        if (unmatched > 0 && unmatched * 4 >= c.Actions.Count)
        {
            doubts.Add($"{unmatched} of {c.Actions.Count} scale actions of the rehearsal were not as predicted");
        }

        if (c.ReplicaError > 0.25)
        {
            doubts.Add($"the replica curve of the rehearsal was off by {c.ReplicaError:P0}");
        }

        if (c.Percentiles[0].MedianError > 0.5)
        {
            doubts.Add($"the median latency of the rehearsal was off by {c.Percentiles[0].MedianError:P0}");
        }

        if (measured.Generator?.Limited is { } limited)
        {
            doubts.Add($"the load generator, not the service, limited the rehearsal: {limited}");
        }
        else if (measured.Generator is { LatenessP50: > 0.01 } generator)
        {
            doubts.Add(
                $"the load generator was late: half of the requests by {DurationText.Format(generator.LatenessP50)}");
        }

        if (measured.Partial)
        {
            doubts.Add("the rehearsal was interrupted");
        }

        return doubts;
    }

    /// <summary>The longest common subsequence of equal steps keeps its order; the rest stands alone.</summary>
    private static List<ActionPair> Match(IReadOnlyList<ScaleAction> measured, IReadOnlyList<ScaleAction> predicted)
    {
        static bool Same(ScaleAction a, ScaleAction b) => Math.Sign(a.To - a.From) == Math.Sign(b.To - b.From);
        var longest = new int[measured.Count + 1, predicted.Count + 1];
        for (int m = measured.Count - 1; m >= 0; m--)
        {
            for (int p = predicted.Count - 1; p >= 0; p--)
            {
                longest[m, p] = Same(measured[m], predicted[p])
                    ? longest[m + 1, p + 1] + 1
                    : Math.Max(longest[m + 1, p], longest[m, p + 1]);
            }
        }

        var pairs = new List<ActionPair>();
        int i = 0;
        int j = 0;
        while (i < measured.Count || j < predicted.Count)
        {
            bool both = i < measured.Count && j < predicted.Count;
            if (both && Same(measured[i], predicted[j]) && longest[i, j] == longest[i + 1, j + 1] + 1)
            {
                pairs.Add(new ActionPair(measured[i++], predicted[j++]));
            }
            else if (j == predicted.Count || (both && longest[i + 1, j] >= longest[i, j + 1]))
            {
                pairs.Add(new ActionPair(measured[i++], null));
            }
            else
            {
                pairs.Add(new ActionPair(null, predicted[j++]));
            }
        }

        return pairs;
    }

    private static double ReplicaErrorOf(IReadOnlyList<int> measured, IReadOnlyList<int> predicted)
    {
        int steps = Math.Min(measured.Count, predicted.Count);
        double total = measured.Take(steps).Sum();
        double off = Enumerable.Range(0, steps).Sum(i => Math.Abs(measured[i] - predicted[i]));
        return total == 0 ? 0 : off / total;
    }

    private static PercentileError ErrorOf(string name, IReadOnlyList<double> measured, IReadOnlyList<double> predicted)
    {
        double[] errors =
        [
            .. measured.Zip(predicted, (m, p) => Math.Abs(p - m) / m).Where(e => !double.IsNaN(e)).Order(),
        ];
        return errors.Length == 0
            ? new PercentileError(name, double.NaN, double.NaN, 0)
            : new PercentileError(name, errors[errors.Length / 2], errors[^1], errors.Length);
    }
}
