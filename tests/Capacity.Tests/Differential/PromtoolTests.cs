using System.Globalization;
using Capacity.Control;

namespace Capacity.Tests.Differential;

/// <summary>Random series and rules, judged by the real <c>promtool test rules</c> and by our engine:
/// <c>./run.sh test differential</c>.</summary>
public sealed class PromtoolTests
{
    private const int FirstSeed = 1;
    private const int Attempts = 4;
    private const double Tolerance = 1e-9; // another order of additions, another library of logarithms

    [Fact(Explicit = true)]
    public async Task Promtool_and_our_engine_agree_on_random_files()
    {
        int files = int.Parse(Environment.GetEnvironmentVariable("CAPACITY_DIFFERENTIAL_FILES") ?? "400",
            CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("capacity-promtool").FullName;
        var counts = new Counts();
        var wrong = new List<string>();
        foreach (int seed in Enumerable.Range(FirstSeed, files))
        {
            // promtool adds series up in a random order: what one run rounds differently, another does not.
            List<string> differences = [];
            for (int attempt = 0; attempt == 0 || (attempt < Attempts && differences.Count > 0); attempt++)
            {
                differences = [];
                var tried = new Counts();
                await CompareAsync(new RandomRuleCase(seed), folder, tried, differences);
                counts.Repeats += attempt > 0 ? 1 : 0;
                if (differences.Count == 0)
                {
                    counts.Add(tried);
                }
            }

            counts.Files++;
            counts.Equal += differences.Count == 0 ? 1 : 0;
            wrong.AddRange(differences);
        }

        string line =
            $"promtool test rules: {counts.Equal} of {counts.Files} random files equal, {counts.Passed} of them good: "
            + $"{counts.Alerts} alert expectations ({counts.Falsified} of them false), {counts.Values} values of "
            + $"{counts.Expressions} expressions, {counts.Failures} files and {counts.Errors} expressions with an "
            + $"error in both; {counts.Repeats} repeats";
        DifferentialReport.Write(line, wrong);
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong.Take(5)));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task CompareAsync(RandomRuleCase one, string folder, Counts counts, List<string> wrong)
    {
        var ours = new OurRuleAnswers(one);
        string name = string.Create(CultureInfo.InvariantCulture, $"case-{one.Seed}");
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.rules"), one.Rules);
        string test = Path.Combine(folder, $"{name}.test");
        await File.WriteAllTextAsync(test, one.Test($"{name}.rules", ours.Firing));
        PromtoolAnswers theirs = PromtoolAnswers.Of(test);
        RulesTestAnswers command = await RulesTestAnswers.OfAsync(test);
        string verdict = $"{theirs.Code} {theirs.FailedRules} {string.Join(" ", theirs.FailedAlerts.Order())}";
        string verdictOfCommand =
            $"{(int)command.Code} {command.FailedRules} {string.Join(" ", command.FailedAlerts.Order())}";
        if (verdict != verdictOfCommand)
        {
            wrong.Add($"{test}: verdict\n  promtool            {verdict}\n  capacity rules test {verdictOfCommand}");
            return;
        }

        counts.Passed += theirs.Code == 0 ? 1 : 0;
        if (ours.Failure != theirs.FailedRules)
        {
            wrong.Add($"{test}: failed rules\n  promtool {theirs.FailedRules}\n  we       {ours.Failure} "
                + $"{ours.FailureText}\n{theirs.Text.Trim()[..Math.Min(theirs.Text.Trim().Length, 600)]}");
            return;
        }

        if (ours.Failure is not null)
        {
            counts.Failures++;
            return;
        }

        CompareAlerts(one, theirs, test, counts, wrong);
        CompareExpressions(one, ours, theirs, test, counts, wrong);
    }

    private static void CompareAlerts(
        RandomRuleCase one, PromtoolAnswers theirs, string test, Counts counts, List<string> wrong)
    {
        var failed = theirs.FailedAlerts.ToHashSet();
        foreach (string alert in one.Alerts)
        {
            foreach (int time in one.AlertTimes.Distinct())
            {
                bool falsified = one.IsFalsified(alert, time);
                counts.Alerts++;
                counts.Falsified += falsified ? 1 : 0;
                if (failed.Contains((alert, time)) != falsified)
                {
                    wrong.Add($"{test}: {alert} at {time}s");
                }
            }
        }
    }

    private static void CompareExpressions(RandomRuleCase one, OurRuleAnswers ours, PromtoolAnswers theirs,
        string test, Counts counts, List<string> wrong)
    {
        if (theirs.Expressions.Count != one.Questions.Count)
        {
            wrong.Add($"{test}: {theirs.Expressions.Count} answers to {one.Questions.Count} expressions");
            return;
        }

        foreach (((string text, int at), var expected) in one.Questions.Zip(theirs.Expressions))
        {
            var actual = ours.Ask(text, at, out string error);
            counts.Expressions++;
            counts.Errors += expected is null ? 1 : 0;
            counts.Values += expected?.Count ?? 0;
            string? difference = expected is null || actual is null
                ? expected is null && actual is null ? null : error
                : Difference(expected, actual);
            if (difference is not null)
            {
                wrong.Add(
                    $"{test}: {text} at {at}s\n  promtool {Text(expected)}\n  we       {Text(actual)} {difference}");
            }
        }
    }

    private static string? Difference(
        IReadOnlyList<(LabelSet Labels, double Value)> expected, IReadOnlyList<(LabelSet Labels, double Value)> actual)
    {
        if (expected.Count != actual.Count)
        {
            return $"{actual.Count} samples, not {expected.Count}";
        }

        foreach ((LabelSet labels, double value) in expected)
        {
            var found = actual.Where(a => a.Labels.Equals(labels)).ToList();
            if (found.Count == 0 || !found.Exists(f => Close(value, f.Value)))
            {
                return $"{labels} is not {value:R}";
            }
        }

        return null;
    }

    private static bool Close(double a, double b) => a == b || (double.IsNaN(a) && double.IsNaN(b))
        || Math.Abs(a - b) <= Tolerance * Math.Max(1e-3, Math.Max(Math.Abs(a), Math.Abs(b)));

    private static string Text(IReadOnlyList<(LabelSet Labels, double Value)>? samples) => samples is null
        ? "an error"
        : string.Join(" ", samples.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Labels} {s.Value:R}")));

    private sealed class Counts
    {
        public int Files { get; set; }

        public int Equal { get; set; }

        public int Alerts { get; set; }

        public int Falsified { get; set; }

        public int Expressions { get; set; }

        public int Values { get; set; }

        public int Errors { get; set; }

        public int Failures { get; set; }

        public int Repeats { get; set; }

        public int Passed { get; set; }

        public void Add(Counts other)
        {
            Alerts += other.Alerts;
            Falsified += other.Falsified;
            Expressions += other.Expressions;
            Values += other.Values;
            Errors += other.Errors;
            Failures += other.Failures;
            Passed += other.Passed;
        }
    }
}
