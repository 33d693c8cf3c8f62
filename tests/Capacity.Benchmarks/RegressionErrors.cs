using System.Globalization;
using System.Text;
using System.Text.Json;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Benchmarks;

/// <summary>How often a comparison is wrong: its false alarms, its power, and what it costs in runs.</summary>
/// <remarks>
/// Simulated comparisons of a queue whose response times are known in closed form; and, with <c>--live</c>, the real
/// command against the demo service on loopback.
/// </remarks>
internal static class RegressionErrors
{
    private const int Comparisons = 300;
    private const int LiveComparisons = 20;
    private const int LiveSlower = 5;

    /// <summary>Prints the tables.</summary>
    /// <param name="args">After <c>regression</c>: --comparisons N, --case NAME, --live, --json FILE,
    /// --markdown FILE.</param>
    /// <param name="output">Where to.</param>
    public static async Task PrintAsync(string[] args, TextWriter output)
    {
        string? After(string word) => Array.IndexOf(args, word) is >= 0 and var at && at + 1 < args.Length
            ? args[at + 1] : null;
        int comparisons = int.Parse(After("--comparisons") ?? $"{Comparisons}", CultureInfo.InvariantCulture);
        var figures = new List<Figure>();
        var page = new StringBuilder();
        void Line(string line)
        {
            output.WriteLine(line);
            page.Append(line).Append('\n');
        }

        Line($"{comparisons} simulated comparisons per row: a queue with 4 workers at 70 %, 60,000 requests per run,");
        Line("the same arrivals within a pair, at most 24 pairs, margin 3 %, p99 with errors and throughput.");
        Line("");
        Heading(Line);
        string? only = After("--case");
        foreach (ErrorCase row in ErrorCase.All.Where(r => only is null || r.Name == only))
        {
            Tally tally = SimulatedComparison.Repeat(row, comparisons);
            Row(Line, row.What, tally);
            figures.Add(new Figure($"regression.{row.Name}.regressed", (double)tally.Regressed / comparisons, "share"));
            figures.Add(new Figure($"regression.{row.Name}.passed", (double)tally.Passed / comparisons, "share"));
            figures.Add(new Figure($"regression.{row.Name}.pairs", tally.MedianPairs, "pairs"));
        }

        if (args.Contains("--live"))
        {
            await LiveAsync(Line, figures, only);
        }

        if (After("--json") is { } json)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
        }

        if (After("--markdown") is { } markdown)
        {
            await File.WriteAllTextAsync(markdown, RegressionPage.Text(page.ToString()));
        }
    }

    private static async Task LiveAsync(Action<string> line, List<Figure> figures, string? only)
    {
        line("");
        line($"Live comparisons by `capacity compare --base --new` of two demo services on loopback, runs of 1 s at "
            + $"{LiveComparison.Rate} requests/s, on {Environment.ProcessorCount} processors. The load average of the "
            + $"machine counts this and all "
            + "other work; the services and the generator need about 0.3.");
        line("");
        Heading(line, " | load average");
        var rows = new[]
        {
            ("live_aa", "the same build twice", 1.0, LiveComparisons),
            ("live_10", "10 % slower", 1.1, LiveSlower),
            ("live_25", "25 % slower", 1.25, LiveSlower),
        };
        foreach (
            (string name, string what, double slowdown, int count) in rows.Where(r => only is null || r.Item1 == only))
        {
            var loads = new List<double>();
            var tally = new Tally();
            for (int i = 0; i < count; i++)
            {
                (RegressionVerdict verdict, int pairs) = await LiveComparison.RunAsync(slowdown, (ulong)(i + 1) * 1000);
                tally.Add(verdict, pairs);
                loads.Add(LoadAverage());
            }

            Row(line, what, tally, string.Create(CultureInfo.InvariantCulture,
                $" {loads.Min():0.0}–{loads.Max():0.0} |"));
            figures.Add(new Figure($"regression.{name}.regressed", (double)tally.Regressed / count, "share"));
        }
    }

    /// <summary>Tasks that ran or wanted to, the mean of the last minute.</summary>
    private static double LoadAverage() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static void Heading(Action<string> line, string more = "")
    {
        line("| case | comparisons | regressed | 95 % interval | passed | not enough evidence | pairs (median)"
            + $"{more} |");
        line("| --- | --- | --- | --- | --- | --- | ---" + (more.Length > 0 ? " | --- |" : " |"));
    }

    private static void Row(Action<string> line, string what, Tally tally, string more = "")
    {
        (double low, double high) = Wilson.Interval(tally.Regressed, tally.Count);
        line($"| {what} | {tally.Count} | {NumberText.Percent((double)tally.Regressed / tally.Count)} | "
            + $"{NumberText.PercentRange(low, high)} | {NumberText.Percent((double)tally.Passed / tally.Count)} | "
            + $"{NumberText.Percent((double)tally.Open / tally.Count)} | {tally.MedianPairs} |{more}");
    }

    private sealed record Figure(string Name, double Value, string Unit);
}

/// <summary>Outcomes of many comparisons.</summary>
internal sealed class Tally
{
    private readonly List<int> _pairs = [];

    public int Regressed { get; private set; }

    public int Passed { get; private set; }

    public int Open { get; private set; }

    public int Count => _pairs.Count;

    public int MedianPairs => _pairs.Order().ElementAt(_pairs.Count / 2);

    public void Add(RegressionVerdict verdict, int pairs)
    {
        _pairs.Add(pairs);
        Regressed += verdict == RegressionVerdict.Regressed ? 1 : 0;
        Passed += verdict == RegressionVerdict.Passed ? 1 : 0;
        Open += verdict == RegressionVerdict.NotEnoughEvidence ? 1 : 0;
    }
}
