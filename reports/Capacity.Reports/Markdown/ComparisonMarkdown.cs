using System.Globalization;
using System.Text;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A measured run laid over its prediction, in figures: good or bad, as they are.</summary>
public static class ComparisonMarkdown
{
    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

    /// <summary>Writes a section.</summary>
    /// <param name="measured">The run.</param>
    /// <param name="predicted">Its simulation, with the same step.</param>
    /// <param name="basis">What the prediction rests on, as a sentence.</param>
    /// <returns>Markdown with a heading of the second level, and a final newline.</returns>
    public static string Render(RunResult measured, RunResult predicted, string basis)
    {
        var comparison = Comparison.Of(measured, predicted);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"## {measured.Scenario}\n\n{basis}\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{DurationText.Format(measured.Duration)}, {measured.Totals.Scheduled:#,0} requests, ");
        text.Append(CultureInfo.InvariantCulture,
            $"{measured.Totals.Failed} failed, {predicted.Totals.Failed} predicted to fail.\n\n");
        Actions(text, comparison);
        text.Append("| figure | measured | predicted | error |\n|---|---:|---:|---:|\n");
        text.Append(CultureInfo.InvariantCulture,
            $"| replica curve, integral of the difference | | | {Percent(comparison.ReplicaError)} |\n");
        text.Append(CultureInfo.InvariantCulture,
            $"| replica-hours | {measured.ReplicaHours:0.000} | {predicted.ReplicaHours:0.000} | ");
        text.Append(CultureInfo.InvariantCulture,
            $"{Signed((predicted.ReplicaHours / measured.ReplicaHours) - 1)} |\n");
        (LatencyHistogram m, LatencyHistogram p) = (measured.AllLatencies(), predicted.AllLatencies());
        foreach ((string name, double share) in Percentiles)
        {
            (double a, double b) = (m.Quantile(share), p.Quantile(share));
            text.Append(CultureInfo.InvariantCulture,
                $"| {name} of all requests | {DurationText.Format(a)} | {DurationText.Format(b)} | ");
            text.Append(CultureInfo.InvariantCulture, $"{Signed((b / a) - 1)} |\n");
        }

        foreach (PercentileError e in comparison.Percentiles)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {e.Name} step by step ({e.Steps} steps), median and worst | | | ");
            text.Append(CultureInfo.InvariantCulture, $"{Percent(e.MedianError)}, {Percent(e.WorstError)} |\n");
        }

        foreach (string doubt in comparison.Doubts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nDoubt: {doubt}.\n");
        }

        return text.ToString();
    }

    private static void Actions(StringBuilder text, Comparison comparison)
    {
        ActionPair[] matched = [.. comparison.Actions.Where(a => !double.IsNaN(a.Delay))];
        int same = matched.Count(a => a.Measured!.From == a.Predicted!.From && a.Measured.To == a.Predicted.To);
        text.Append(CultureInfo.InvariantCulture,
            $"Scale actions: {matched.Length} of {comparison.Actions.Count} matched in order and direction, ");
        text.Append(CultureInfo.InvariantCulture, $"{same} of them with the same replicas");
        if (matched.Length > 0)
        {
            double[] errors = [.. matched.Select(a => Math.Abs(a.Delay)).Order()];
            text.Append(CultureInfo.InvariantCulture,
                $"; time error: median {errors[errors.Length / 2]:0.00} s, worst {errors[^1]:0.00} s");
        }

        text.Append(".\n\n");
        if (comparison.Actions.Count == 0)
        {
            return;
        }

        text.Append("| action | measured | predicted | time error | alert fired, measured | predicted "
            + "| until in rotation, measured | predicted |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (ActionPair pair in comparison.Actions)
        {
            ScaleAction known = pair.Measured ?? pair.Predicted!;
            string other = pair is { Measured: { } m, Predicted: { } p } && (m.From, m.To) != (p.From, p.To)
                ? string.Create(CultureInfo.InvariantCulture, $" (predicted {p.From} → {p.To})") : "";
            text.Append(CultureInfo.InvariantCulture, $"| {known.From} → {known.To}{other} | ");
            text.Append(CultureInfo.InvariantCulture,
                $"{Seconds(pair.Measured?.At)} | {Seconds(pair.Predicted?.At)} | ");
            text.Append(CultureInfo.InvariantCulture, $"{SignedSeconds(pair.Delay)} | ");
            text.Append(CultureInfo.InvariantCulture,
                $"{Seconds(pair.Measured?.Chain.Fired)} | {Seconds(pair.Predicted?.Chain.Fired)} | ");
            text.Append(CultureInfo.InvariantCulture, $"{Took(pair.Measured)} | {Took(pair.Predicted)} |\n");
        }

        text.Append('\n');
    }

    private static string Took(ScaleAction? action) => Seconds(action?.Chain.InRotation - action?.At);

    private static string Seconds(double? seconds) => seconds is { } s && !double.IsNaN(s)
        ? string.Create(CultureInfo.InvariantCulture, $"{s:0.0} s") : "—";

    private static string SignedSeconds(double seconds) => double.IsNaN(seconds) ? "—"
        : string.Create(CultureInfo.InvariantCulture, $"{(seconds < 0 ? "−" : "+")}{Math.Abs(seconds):0.00} s");

    private static string Percent(double share) => double.IsNaN(share) ? "—"
        : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private static string Signed(double share) => !double.IsFinite(share) ? "—"
        : string.Create(CultureInfo.InvariantCulture, $"{(share < 0 ? "−" : "+")}{Math.Abs(share) * 100:0.0} %");
}
