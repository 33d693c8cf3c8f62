using System.Globalization;
using System.Text;
using Capacity.Control;

namespace Capacity.Tests.Differential;

/// <summary>A random file for <c>promtool test rules</c>: series, rules, and what is asked of them.</summary>
internal sealed class RandomRuleCase
{
    private const int AlertQuestions = 8;
    private const int Expressions = 10;

    private readonly Random _random;
    private readonly List<string> _recorded = [];
    private readonly StringBuilder _rules = new();

    public RandomRuleCase(int seed)
    {
        Seed = seed;
        _random = new Random(seed);
        Step = Pick(5, 10, 10, 15, 30);
        Evaluation = Pick(5, 10, 15, 15, 30, 60);
        int steps = _random.Next(20, 45);
        End = Step * (steps - 1) / Evaluation * Evaluation;
        Series = RandomSeries.Some(_random, steps);
        AddRules();
        AlertTimes = [.. Enumerable.Range(0, AlertQuestions).Select(_ => _random.Next(End + 1)).Order()];
        var expressions = new RandomExpressions(_random, _recorded);
        string[] fixedQuestions = ["ALERTS", "ALERTS_FOR_STATE", .. _recorded];
        Questions = HasOnlyAlerts ? [] :
        [
            .. fixedQuestions.Select(q => (q, End)),
            .. fixedQuestions.Select(q => (q, _random.Next(End + 1))),
            .. Enumerable.Range(0, Expressions).Select(_ => (expressions.Any(), _random.Next(End + 1))),
        ];
    }

    public int Seed { get; }

    /// <summary>Seconds between samples.</summary>
    public int Step { get; }

    /// <summary>Seconds between evaluations.</summary>
    public int Evaluation { get; }

    /// <summary>The last evaluation, seconds.</summary>
    public int End { get; }

    public IReadOnlyList<RandomSeries> Series { get; }

    public string Rules => _rules.ToString();

    /// <summary>Names of the alerts, in the file's order.</summary>
    public List<string> Alerts { get; } = [];

    /// <summary>When each alert is asked for, seconds.</summary>
    public IReadOnlyList<int> AlertTimes { get; }

    /// <summary>Expressions, each with the second for which it is asked.</summary>
    public IReadOnlyList<(string Text, int At)> Questions { get; }

    /// <summary>Whether no expression is asked for, so that the file may hold as a whole.</summary>
    public bool HasOnlyAlerts => Seed % 4 == 0;

    /// <summary>Alerts that our expectation is falsified for, so that promtool must refuse it: name and time.</summary>
    public bool IsFalsified(string alert, int time) => !(HasOnlyAlerts && Seed % 8 == 0)
        && ((Seed * 31) + (alert[^1] * 7) + time) % 5 == 0;

    /// <summary>The test file. Expressions get an expectation that never holds: promtool then prints the
    /// value.</summary>
    public string Test(string rulesFile, Func<string, int, IReadOnlyList<AlertPost>> firing)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"rule_files: [{rulesFile}]\n");
        text.Append(CultureInfo.InvariantCulture, $"evaluation_interval: {Evaluation}s\n");
        text.Append("group_eval_order: [g0, g1]\ntests:\n"); // random without this
        text.Append(CultureInfo.InvariantCulture, $"- interval: {Step}s\n  input_series:\n");
        foreach (RandomSeries series in Series)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - series: {Quoted(series.Labels.ToString())}\n");
            text.Append(CultureInfo.InvariantCulture, $"    values: {Quoted(series.Notation())}\n");
        }

        text.Append(Alerts.Count > 0 ? "  alert_rule_test:\n" : "");
        foreach (string alert in Alerts)
        {
            foreach (int time in AlertTimes.Distinct())
            {
                text.Append(CultureInfo.InvariantCulture, $"  - eval_time: {time}s\n    alertname: {alert}\n");
                text.Append("    exp_alerts:");
                AppendAlerts(text, firing(alert, time), IsFalsified(alert, time));
            }
        }

        text.Append(Questions.Count > 0 ? "  promql_expr_test:\n" : "");
        foreach ((string question, int at) in Questions)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - expr: {Quoted(question)}\n    eval_time: {at}s\n");
            text.Append("    exp_samples: [{labels: impossible, value: 424242}]\n");
        }

        return text.ToString();
    }

    private static void AppendAlerts(StringBuilder text, IReadOnlyList<AlertPost> alerts, bool falsify)
    {
        text.Append(alerts.Count == 0 && !falsify ? " []\n" : "\n");
        foreach (AlertPost alert in falsify && alerts.Count > 0 ? alerts.Skip(1) : alerts)
        {
            text.Append("    - exp_labels: ").Append(Map(alert.Labels)).Append('\n');
            text.Append("      exp_annotations: ").Append(Map(alert.Annotations)).Append('\n');
        }

        if (falsify && alerts.Count <= 1)
        {
            text.Append("    - exp_labels: {never: seen}\n");
        }
    }

    private static string Map(LabelSet labels) => "{" + string.Join(
        ", ",
        labels.Labels.Where(l => l.Key != "alertname").Select(l => $"{l.Key}: {Quoted(l.Value)}")) + "}";

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private void AddRules()
    {
        _rules.Append("groups:\n");
        int number = 0;
        for (int group = 0; group < _random.Next(1, 3); group++)
        {
            _rules.Append(CultureInfo.InvariantCulture, $"- name: g{group}\n  rules:\n");
            for (int rule = 0; rule < _random.Next(2, 5); rule++)
            {
                number++;
                var expressions = new RandomExpressions(_random, _recorded);
                if (_random.Next(5) < 2)
                {
                    AddRecord($"job:r{number}", expressions.Record());
                }
                else
                {
                    AddAlert($"Alert{number}", expressions.Alert());
                }
            }
        }
    }

    private void AddRecord(string name, string expression)
    {
        _rules.Append(CultureInfo.InvariantCulture, $"  - record: {name}\n    expr: {Quoted(expression)}\n");
        if (_random.Next(4) == 0)
        {
            _rules.Append("    labels: {tier: gold, job: c}\n");
        }

        _recorded.Add(name);
    }

    private void AddAlert(string name, string expression)
    {
        _rules.Append(CultureInfo.InvariantCulture, $"  - alert: {name}\n    expr: {Quoted(expression)}\n");
        string pause = Pick("", "", "0s", "10s", "15s", "30s", "1m", "2m");
        _rules.Append(pause.Length > 0 ? $"    for: {pause}\n" : "");
        _rules.Append(_random.Next(5) == 0 ? $"    keep_firing_for: {Pick("15s", "1m")}\n" : "");
        _rules.Append(Pick("", "    labels: {severity: page}\n", "    labels: {severity: page}\n",
            "    labels: {who: '{{ $labels.job }}-{{ $labels.instance }}'}\n",
            "    labels: {level: '{{ if gt $value 10.0 }}high{{ else }}low{{ end }}'}\n",
            // promtool adds series up in a random order, so that the last digit of a sum is random, too
            "    labels: {value: '{{ printf \"%.6g\" $value }}'}\n"));
        _rules.Append(Pick("", "    annotations: {summary: '{{ printf \"%.8g\" $value }} of {{ $labels }}'}\n",
            "    annotations: {summary: '{{ $value | humanize }}', n: '{{ $labels.job | toUpper }}'}\n",
            "    annotations: {summary: '{{ printf \"%.3f\" $value }} {{ $value | humanizePercentage }}'}\n",
            "    annotations: {summary: '{{ humanizeDuration $value }}', more: '{{ $value | humanize1024 }}'}\n"));
        Alerts.Add(name);
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
