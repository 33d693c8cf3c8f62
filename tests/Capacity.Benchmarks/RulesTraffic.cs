using System.Globalization;
using System.Text;
using Capacity.Control;
using Capacity.Control.Rules;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Benchmarks;

/// <summary>A day of counters as scrapes find them, and the alert pair of docker-flow-monitor for each
/// service.</summary>
internal sealed class RulesTraffic
{
    /// <summary>Seconds of the day.</summary>
    public const int Seconds = 86_400;

    /// <summary>Seconds between evaluations.</summary>
    public const int Evaluation = 5;

    private const int Scrape = 10;

    private readonly List<LabelSet> _labels = [];
    private readonly List<double[]> _values = [];
    private readonly StringBuilder _rules = new("groups:\n- name: alert.rules\n  rules:\n");

    /// <summary>Prepares the day.</summary>
    /// <param name="services">How many services, each with two alerts.</param>
    /// <param name="targets">Replicas of each, with three series.</param>
    /// <param name="series">How many series there are in all; others fill up.</param>
    public RulesTraffic(int services, int targets, int series)
    {
        for (int service = 0; service < services; service++)
        {
            string job = string.Create(CultureInfo.InvariantCulture, $"web_{service}");
            AddRules(job);
            for (int target = 0; target < targets; target++)
            {
                AddTarget(job, string.Create(CultureInfo.InvariantCulture, $"10.0.{service}.{target}:8080"), target);
            }
        }

        double[] up = [.. Enumerable.Repeat(1.0, (Seconds / Scrape) + 1)];
        while (_labels.Count < series)
        {
            string instance = string.Create(CultureInfo.InvariantCulture, $"10.0.0.{_labels.Count}:8080");
            _labels.Add(LabelSet.Of((LabelSet.MetricName, "up"), ("instance", instance)));
            _values.Add(up);
        }
    }

    /// <summary>The rule file.</summary>
    public string Rules => _rules.ToString();

    /// <summary>How often the rules are evaluated.</summary>
    public static int Evaluations => (Seconds / Evaluation) + 1;

    /// <summary>Evaluates a day, or its beginning.</summary>
    /// <returns>How often an alert's state changed, and bytes allocated in the second half.</returns>
    public (int Changes, long Allocated) Run(int seconds)
    {
        var store = new SampleStore(TimeSpan.FromMinutes(6));
        RuleFileReader.Read(new SourceText("alert.rules", Rules)).TryGet(out RuleFile? file);
        TimeSpan interval = TimeSpan.FromSeconds(Evaluation);
        var group = new RuleGroupEvaluator(file!.Groups[0], interval, store, RuleOptions.Default);
        int[] numbers = [.. _labels.Select(store.GetOrAdd)];
        int changes = 0;
        long before = 0;
        for (int time = 0; time <= seconds; time += Evaluation)
        {
            if (time % Scrape == 0)
            {
                for (int i = 0; i < numbers.Length; i++)
                {
                    store.Append(numbers[i], time * 1000L, _values[i][time / Scrape]);
                }
            }

            before = time <= seconds / 2 ? GC.GetAllocatedBytesForCurrentThread() : before;
            changes += group.Evaluate(Instant.FromSeconds(time)).Changes.Count;
        }

        return (changes, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The same as a file for <c>promtool test rules</c>.</summary>
    public string PromtoolTest(string rulesFile)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"rule_files: [{rulesFile}]\nevaluation_interval: {Evaluation}s\n");
        text.Append(CultureInfo.InvariantCulture, $"tests:\n- interval: {Scrape}s\n  input_series:\n");
        for (int i = 0; i < _labels.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - series: '{_labels[i]}'\n    values: '");
            text.AppendJoin(' ', _values[i].Select(v => v.ToString(CultureInfo.InvariantCulture))).Append("'\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  alert_rule_test:\n  - eval_time: {Seconds}s\n");
        return text.Append("    alertname: none\n    exp_alerts: []\n").ToString();
    }

    private void AddRules(string job)
    {
        string Share(string le) => $"sum(rate(http_server_resp_time_bucket{{job=\"{job}\", le=\"{le}\"}}[5m])) / "
            + $"sum(rate(http_server_resp_time_count{{job=\"{job}\"}}[5m]))";
        Add("above", $"{Share("0.1")} < 0.99", "up");
        Add("below", $"{Share("0.025")} > 0.75 unless {Share("0.1")} < 0.9", "down");

        void Add(string name, string expression, string direction) => _rules.Append(
            CultureInfo.InvariantCulture,
            $"  - alert: {job}_{name}\n    expr: {expression}\n    labels: {{service: {job}, scale: {direction}}}\n");
    }

    // Three counters: all requests, those within 0.1 s and within 0.025 s; the shares follow the hour.
    private void AddTarget(string job, string instance, int target)
    {
        int count = (Seconds / Scrape) + 1;
        double[] all = new double[count];
        double[] fast = new double[count];
        double[] faster = new double[count];
        for (int i = 1; i < count; i++)
        {
            double hour = i * Scrape / 3600.0;
            double requests = 50 + target + Math.Round(30 * Math.Sin(hour));
            all[i] = all[i - 1] + requests;
            fast[i] = fast[i - 1] + Math.Round(requests * (0.95 + (0.05 * Math.Cos(hour))));
            faster[i] = faster[i - 1] + Math.Round(requests * (0.7 + (0.2 * Math.Cos(hour))));
        }

        Add("count", "", all);
        Add("bucket", "0.1", fast);
        Add("bucket", "0.025", faster);

        void Add(string kind, string le, double[] values)
        {
            string name = $"http_server_resp_time_{kind}";
            _labels.Add(LabelSet.Of(
                (LabelSet.MetricName, name), ("job", job), ("instance", instance), ("le", le)));
            _values.Add(values);
        }
    }
}
