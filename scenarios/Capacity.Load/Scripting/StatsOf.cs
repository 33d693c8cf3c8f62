using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Tallies → what thresholds and reports see.</summary>
internal static class StatsOf
{
    /// <summary>The stats of a scenario.</summary>
    /// <param name="tally">Collected before.</param>
    /// <param name="seconds">Time measured, &gt; 0.</param>
    public static ScenarioStats Scenario(ScriptTally tally, double seconds)
    {
        OutcomeTotals all = tally.Iterations.Total;
        return new ScenarioStats(tally.Iterations.Name, Side(all, all.Ok, false, seconds),
            Side(all, all.Fail, true, seconds),
            [.. tally.Steps.Select(s => new StepStats(s.Name, Side(s.Total, s.Total.Ok, false, seconds),
                Side(s.Total, s.Total.Fail, true, seconds)))],
            TimeSpan.FromSeconds(seconds));
    }

    /// <summary>A step, or a scenario's iterations, as a kind of the result.</summary>
    /// <param name="name">Name of the kind.</param>
    /// <param name="total">Its totals.</param>
    /// <param name="dropped">Never sent, or given up.</param>
    public static KindResult Kind(string name, OutcomeTotals total, long dropped)
    {
        var latency = new LatencyHistogram();
        latency.Merge(total.Ok.Latency);
        latency.Merge(total.Fail.Latency);
        var codes = new SortedDictionary<int, long>();
        foreach ((OutcomeKey key, long count) in total.Outcomes)
        {
            int code = CodeOf(key);
            codes[code] = codes.GetValueOrDefault(code) + count;
        }

        var counts = new RequestCounts(total.Count + dropped, total.Ok.Count, total.Fail.Count, dropped);
        return new KindResult(name, counts, latency, new LatencyHistogram(), codes);
    }

    /// <summary>Statuses and bytes of the same.</summary>
    public static StepDetails Details(string name, OutcomeTotals total) => new(
        name, total.Ok.Bytes + total.Fail.Bytes, Math.Max(total.Ok.MaxBytes, total.Fail.MaxBytes),
        [.. total.Outcomes.OrderBy(o => o.Key.IsError).ThenBy(o => o.Key.StatusCode, StringComparer.Ordinal)
            .Select(o => new OutcomeCount(o.Key.StatusCode, o.Key.IsError, o.Key.Message, o.Count))]);

    /// <summary>An HTTP status; 200 for successes that say nothing, and 0 for failures that never got one.</summary>
    private static int CodeOf(OutcomeKey key) =>
        int.TryParse(key.StatusCode, System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture, out int code) ? code : key.IsError ? 0 : 200;

    private static MeasurementStats Side(
        OutcomeTotals all, OutcomeTotals.Recorder side, bool isError, double seconds)
    {
        double Percent(long count) => all.Count == 0 ? 0 : 100.0 * count / all.Count;
        long n = side.Count;
        var latency = new LatencyHistogram();
        latency.Merge(side.Latency);
        double mean = n == 0 ? 0 : latency.MeanSeconds;
        double variance = n == 0 ? 0 : Math.Max(0, (side.SumSquares / n) - (mean * mean));
        return new MeasurementStats(
            new RequestStats(n, n / seconds, Percent(n)),
            new LatencyStats(n == 0 ? 0 : side.MinSeconds * 1000, mean * 1000, latency.MaxSeconds * 1000,
                Math.Sqrt(variance) * 1000, share => n == 0 ? 0 : latency.Quantile(share) * 1000),
            new DataTransferStats(n == 0 ? 0 : side.MinBytes, n == 0 ? 0 : (double)side.Bytes / n, side.MaxBytes,
                side.Bytes),
            [.. all.Outcomes.Where(o => o.Key.IsError == isError).Select(o =>
                new StatusCodeStats(o.Key.StatusCode, isError, o.Key.Message, o.Count, Percent(o.Count)))]);
    }
}
