using System.Globalization;
using System.Text;
using Capacity.Cli;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Scripting;

/// <summary>Writes the result of a script in the forms that it asks for.</summary>
internal static class ScriptReports
{
    /// <summary>Writes the files.</summary>
    /// <param name="setup">Says which, and how they are called.</param>
    /// <param name="run">The result.</param>
    /// <param name="stats">Scenario by scenario.</param>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="json">A further file for the JSON form, <c>-</c> for the output, or null.</param>
    /// <param name="console">For <c>-</c>.</param>
    /// <exception cref="EnvironmentFailedException">A file cannot be written.</exception>
    public static async Task<IReadOnlyList<ReportFile>> WriteAsync(
        ScriptSetup setup, RunResult run, IReadOnlyList<ScenarioStats> stats, string folder, string? json,
        CommandConsole console)
    {
        byte[] stored = RunResultJson.ToUtf8(run);
        if (json == "-")
        {
            console.Output.Write(Encoding.UTF8.GetString(stored));
        }
        else if (json is not null)
        {
            await AtomicFile.WriteAsync(json, stored);
        }

        var files = new List<ReportFile>();
        foreach (ReportFormat format in setup.Formats.Distinct())
        {
            string ending = format.ToString().ToLowerInvariant();
            string path = Path.Combine(folder, $"{setup.FileName}.{ending}");
            await AtomicFile.WriteAsync(path, format switch
            {
                ReportFormat.Json => stored,
                ReportFormat.Csv => Encoding.UTF8.GetBytes(ScriptCsv.Render(setup, run, stats)),
                ReportFormat.Html => Encoding.UTF8.GetBytes(ScriptPage.Render(setup, run, stats)),
                ReportFormat.Md => Encoding.UTF8.GetBytes(Markdown(setup, run, stats)),
                _ => Encoding.UTF8.GetBytes(string.Join('\n', ScriptSummary.Lines(run, stats)) + "\n"),
            });
            files.Add(new ReportFile(path, format));
        }

        return files;
    }

    private static string Markdown(ScriptSetup setup, RunResult run, IReadOnlyList<ScenarioStats> stats)
    {
        var text = new StringBuilder();
        bool good = run.Script!.Thresholds.All(t => !t.Failed) && !run.Partial;
        text.Append(CultureInfo.InvariantCulture, $"### {(good ? "✅" : "❌")} {Cell(setup.Name)}\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{run.Totals.Scheduled:#,0} iterations in {DurationText.Format(Math.Round(run.Duration, 1))}, "
            + $"{run.Totals.Failed:#,0} failed, seed {run.Seed}\n\n");
        Table(text, ScriptSummary.Table(stats));
        if (run.Script.Thresholds.Count > 0)
        {
            text.Append('\n');
            Table(text, [["threshold", "holds", "failed checks"], .. run.Script.Thresholds.Select(t => new[]
            {
                $"{(t.Step is null ? t.Scenario : $"{t.Scenario}: {t.Step}")}: {t.Check}", t.Failed ? "no" : "yes",
                t.FailedChecks.ToString(CultureInfo.InvariantCulture),
            })]);
        }

        string[][] failures = [.. run.Script.Steps.SelectMany(s => s.Outcomes.Where(o => o.IsError).Select(o =>
            new[] { s.Name, o.Status, o.Message, o.Count.ToString(CultureInfo.InvariantCulture) }))];
        if (failures.Length > 0)
        {
            text.Append('\n');
            Table(text, [["failures of", "status", "message", "count"], .. failures]);
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<string[]> rows)
    {
        foreach ((int i, string[] row) in rows.Index())
        {
            text.Append("| ").AppendJoin(" | ", row.Select(Cell)).Append(" |\n");
            if (i == 0)
            {
                text.Append('|').Append(string.Concat(Enumerable.Repeat(" --- |", row.Length))).Append('\n');
            }
        }
    }

    private static string Cell(string text) => ScriptSummary.OneLine(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal);
}

/// <summary>One line per scenario and step. The first 21 columns are those that NBomber's users know.</summary>
internal static class ScriptCsv
{
    private const string Header =
        "test_suite,test_name,scenario,duration,step_name,request_count,ok,failed,rps,min,mean,max,"
        + "50_percent,75_percent,95_percent,99_percent,std_dev,data_transfer_min_kb,data_transfer_mean_kb,"
        + "data_transfer_max_kb,data_transfer_all_mb,99.9_percent,99.99_percent,fail_50_percent,fail_99_percent";

    /// <summary>The whole file.</summary>
    public static string Render(ScriptSetup setup, RunResult run, IReadOnlyList<ScenarioStats> stats)
    {
        var text = new StringBuilder(Header).Append('\n');
        string duration = TimeSpan.FromSeconds(Math.Round(run.Duration, 3)).ToString("c", CultureInfo.InvariantCulture);
        foreach (ScenarioStats scenario in stats)
        {
            Row(scenario.ScenarioName, "global information", scenario.Ok, scenario.Fail);
            foreach (StepStats step in scenario.StepStats)
            {
                Row(scenario.ScenarioName, step.StepName, step.Ok, step.Fail);
            }
        }

        return text.ToString();

        void Row(string scenario, string step, MeasurementStats ok, MeasurementStats fail)
        {
            string[] names = [setup.Suite ?? "", setup.Name, scenario, duration, step];
            text.AppendJoin(',', names.Select(Quoted)).Append(',');
            double[] values =
            [
                ok.Request.Count + fail.Request.Count, ok.Request.Count, fail.Request.Count, ok.Request.RPS,
                ok.Latency.MinMs, ok.Latency.MeanMs, ok.Latency.MaxMs, ok.Latency.Percent50, ok.Latency.Percent75,
                ok.Latency.Percent95, ok.Latency.Percent99, ok.Latency.StdDev,
                ok.DataTransfer.MinBytes / 1024.0, ok.DataTransfer.MeanBytes / 1024, ok.DataTransfer.MaxBytes / 1024.0,
                ok.DataTransfer.AllBytes / 1048576.0, ok.Latency.Percent999, ok.Latency.Percent9999,
                fail.Latency.Percent50, fail.Latency.Percent99,
            ];
            text.AppendJoin(',', values.Select(v => v.ToString("0.###", CultureInfo.InvariantCulture))).Append('\n');
        }
    }

    private static string Quoted(string text)
    {
        // A leading sign would make a spreadsheet take a name for a formula.
        string safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
