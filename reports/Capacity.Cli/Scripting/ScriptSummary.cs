using System.Globalization;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>The result of a script on a terminal.</summary>
internal static class ScriptSummary
{
    /// <summary>A headline, a row per step, and what failed.</summary>
    public static IEnumerable<string> Lines(RunResult run, IReadOnlyList<ScenarioStats> stats)
    {
        RequestCounts all = run.Totals;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{run.Scenario}  measured  {DurationText.Format(Math.Round(run.Duration, 1))}"
            + $"  {all.Scheduled:#,0} iterations  {all.Ok:#,0} ok  {all.Failed:#,0} failed  {all.Dropped:#,0} dropped");
        string[][] table = Table(stats);
        int[] widths = [.. Enumerable.Range(0, Header.Length).Select(i => table.Max(r => r[i].Length))];
        foreach (string[] row in table)
        {
            yield return "  " + string.Join("  ", row.Select((cell, i) =>
                i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])));
        }

        foreach (StepDetails step in run.Script!.Steps)
        {
            foreach (OutcomeCount failure in step.Outcomes.Where(o => o.IsError))
            {
                string status = failure.Status.Length > 0 ? failure.Status : "failed";
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"  ✗ {step.Name}: {failure.Count:#,0} × {status} {OneLine(failure.Message)}").TrimEnd();
            }
        }

        foreach (MetricReading metric in run.Script.Metrics)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"  {metric.Name} {metric.Value:#,0.###} {metric.Unit}").TrimEnd();
        }

        if (run.Generator is { LatenessP99: > 0.01 } late && run.Phases.Count > 0)
        {
            yield return $"  generator: 1 % of the iterations began more than "
                + $"{DurationText.Format(late.LatenessP99)} late; their times include that";
        }
    }

    /// <summary>A header and a row per scenario and step.</summary>
    public static string[][] Table(IReadOnlyList<ScenarioStats> stats) =>
        [Header, .. stats.SelectMany(s => Rows(s, alone: stats.Count == 1))];

    /// <summary>Text without line breaks and control characters.</summary>
    public static string OneLine(string text) =>
        string.Concat(text.ReplaceLineEndings(" ").Where(c => !char.IsControl(c)));

    /// <summary>Names of the columns.</summary>
    private static string[] Header =>
        ["", "ok", "failed", "per s", "mean", "p50", "p95", "p99", "p99.9", "p99.99", "max", "bytes"];

    private static IEnumerable<string[]> Rows(ScenarioStats scenario, bool alone)
    {
        yield return Row(scenario.ScenarioName, scenario.Ok, scenario.Fail, scenario.AllBytes);
        foreach (StepStats step in scenario.StepStats)
        {
            yield return Row(alone ? $"  {step.StepName}" : $"  {scenario.ScenarioName}: {step.StepName}", step.Ok,
                step.Fail, step.Ok.DataTransfer.AllBytes + step.Fail.DataTransfer.AllBytes);
        }
    }

    private static string[] Row(string name, MeasurementStats ok, MeasurementStats fail, long bytes)
    {
        LatencyStats latency = ok.Request.Count > 0 ? ok.Latency : fail.Latency;
        string Time(double ms) => DurationText.Format(ms / 1000);
        string Number(double n) => n.ToString("#,0.#", CultureInfo.InvariantCulture);
        return
        [
            name, Number(ok.Request.Count), Number(fail.Request.Count), Number(ok.Request.RPS + fail.Request.RPS),
            Time(latency.MeanMs), Time(latency.Percent50), Time(latency.Percent95), Time(latency.Percent99),
            Time(latency.Percent999), Time(latency.Percent9999), Time(latency.MaxMs), Number(bytes),
        ];
    }
}
