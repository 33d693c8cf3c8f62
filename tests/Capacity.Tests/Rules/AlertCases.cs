using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Control.Samples;
using Capacity.Model;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Rules;

/// <summary>What promtool 2.42 answered for random traffic: alert states and recorded values.</summary>
internal static class AlertCases
{
    private const double Tolerance = 1e-12;

    /// <summary>Replays each line of a file, which may be compressed.</summary>
    public static SuiteResult Run(string path)
    {
        int states = 0;
        int values = 0;
        int cases = 0;
        var wrong = new List<CaseDifference>();
        foreach (string line in Lines(path))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            cases++;
            try
            {
                Replay(document.RootElement, ref states, ref values);
            }
            catch (Xunit.Sdk.XunitException difference)
            {
                string seed = $"seed {document.RootElement.GetProperty("seed").GetInt32()}";
                wrong.Add(new CaseDifference(seed, difference.Message));
            }
        }

        return new SuiteResult("prom-alert-cases", cases, wrong)
        {
            Notes = [$"prom-alert-cases: {states} states of active alerts and {values} recorded values equal"],
        };
    }

    private static IEnumerable<string> Lines(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using var reader = new StreamReader(text);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private static void Replay(JsonElement test, ref int states, ref int values)
    {
        string where = $"seed {test.GetProperty("seed").GetInt32()}";
        var rules = new SourceText("alert.rules", test.GetProperty("rules").GetString()!);
        Parsed<RuleFile> read = RuleFileReader.Read(rules);
        Assert.True(read.TryGet(out RuleFile? file), string.Join('\n', read.Diagnostics));
        var store = new SampleStore(TimeSpan.FromHours(1));
        List<(long At, int Series, double Value)> samples = Samples(test, store);
        TimeSpan interval = TimeSpan.FromSeconds(test.GetProperty("eval_s").GetDouble());
        List<RuleGroupEvaluator> evaluators =
            [.. file.Groups.Select(g => new RuleGroupEvaluator(g, interval, store, RuleOptions.Default))];
        string[] recorded = [.. file.Groups.SelectMany(g => g.Rules).OfType<RecordingRule>().Select(r => r.Name)];
        PromQuery alerts = Query("ALERTS", store);
        PromQuery since = Query("ALERTS_FOR_STATE", store);
        List<PromQuery> records = [.. recorded.Select(r => Query(r, store))];
        var changed = new Dictionary<LabelSet, AlertState>();
        int next = 0;
        foreach (JsonElement eval in test.GetProperty("evals").EnumerateArray())
        {
            long time = (long)Math.Round(eval.GetProperty("t").GetDouble() * 1000);
            for (; next < samples.Count && samples[next].At <= time; next++)
            {
                store.Append(samples[next].Series, samples[next].At, samples[next].Value);
            }

            Instant at = Instant.FromMilliseconds(time);
            foreach (RuleGroupEvaluator evaluator in evaluators)
            {
                foreach (AlertChange change in evaluator.Evaluate(at).Changes)
                {
                    Assert.Equal(changed.GetValueOrDefault(change.Labels), change.From);
                    changed[change.Labels] = change.To;
                }
            }

            states += VerifyAlerts(eval, Vector(alerts, at), Vector(since, at), changed, $"{where}, t={time / 1000}");
            values += VerifyRecorded(eval, [.. records.SelectMany(r => Vector(r, at))], $"{where}, t={time / 1000}");
        }
    }

    private static List<(long At, int Series, double Value)> Samples(JsonElement test, SampleStore store)
    {
        var samples = new List<(long At, int Series, double Value)>();
        foreach (JsonElement series in test.GetProperty("series").EnumerateArray())
        {
            int number = store.GetOrAdd(Labels(series.GetProperty("labels")));
            foreach (JsonElement sample in series.GetProperty("samples").EnumerateArray())
            {
                double value = sample[1].ValueKind == JsonValueKind.Number ? sample[1].GetDouble() : StaleMarker.Value;
                samples.Add(((long)Math.Round(sample[0].GetDouble() * 1000), number, value));
            }
        }

        return [.. samples.OrderBy(s => s.At)];
    }

    private static int VerifyAlerts(JsonElement eval, IReadOnlyList<(LabelSet Labels, double Value)> alerts,
        IReadOnlyList<(LabelSet Labels, double Value)> since, Dictionary<LabelSet, AlertState> changed, string where)
    {
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        foreach (JsonElement alert in eval.GetProperty("alerts").EnumerateArray())
        {
            LabelSet labels = Labels(alert.GetProperty("labels"));
            double active = alert.GetProperty("active_at_s").GetDouble();
            expected.Add($"{labels} {alert.GetProperty("state").GetString()} {active}");
        }

        var actual = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((LabelSet series, _) in alerts)
        {
            LabelSet labels = series.Where(n => n is not ("alertstate" or LabelSet.MetricName));
            double active = since.Single(s => s.Labels.Where(n => n != LabelSet.MetricName).Equals(labels)).Value;
            actual.Add($"{labels} {series["alertstate"]} {active}");
            Assert.Equal(series["alertstate"], changed[labels].ToString().ToLowerInvariant());
        }

        Assert.True(expected.SetEquals(actual),
            $"{where}\nexpected\n{string.Join('\n', expected)}\nactual\n{string.Join('\n', actual)}");
        Assert.Equal(actual.Count, changed.Values.Count(s => s != AlertState.Inactive));
        return actual.Count;
    }

    private static int VerifyRecorded(JsonElement eval, List<(LabelSet Labels, double Value)> actual, string where)
    {
        JsonElement[] expected = [.. eval.GetProperty("recorded").EnumerateArray()];
        Assert.True(expected.Length == actual.Count, $"{where}: {actual.Count} recorded values, not {expected.Length}");
        foreach (JsonElement wanted in expected)
        {
            LabelSet labels = Labels(wanted.GetProperty("labels"));
            double number = wanted.GetProperty("value").GetString() switch
            {
                "+Inf" => double.PositiveInfinity,
                "-Inf" => double.NegativeInfinity,
                var text => double.Parse(text!, CultureInfo.InvariantCulture),
            };
            double found = actual.Single(a => a.Labels.Equals(labels)).Value;
            Assert.True(Close(number, found), $"{where}: {labels} is {found:R}, not {number:R}");
        }

        return expected.Length;
    }

    private static bool Close(double a, double b) => a == b || (double.IsNaN(a) && double.IsNaN(b))
        || Math.Abs(a - b) <= Tolerance * Math.Max(Math.Abs(a), Math.Abs(b));

    private static PromQuery Query(string text, SampleStore store)
    {
        Assert.True(PromQlParser.Parse(text).TryGet(out Expr? expr));
        return new PromQuery(expr, store, PromQlOptions.Default);
    }

    private static IReadOnlyList<(LabelSet Labels, double Value)> Vector(PromQuery query, Instant at) =>
        Assert.IsType<VectorResult>(query.At(at)).Samples;

    private static LabelSet Labels(JsonElement labels) => new(
        labels.EnumerateObject().Select(l => new KeyValuePair<string, string>(l.Name, l.Value.GetString()!)));
}
