using System.Globalization;
using System.Text.Json;
using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Samples;
using Capacity.Model;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.PromQl;

/// <summary>Prometheus' own PromQL test suites, which are kept as data beside the repository.</summary>
internal static class PromQlCorpus
{
    private const double Tolerance = 1e-6; // the suites' own

    /// <summary>The corpora of a file, for example v2.42.0.</summary>
    public static IReadOnlyList<string> Corpora(string path) =>
        [.. Lines(path).Where(l => Type(l) == "meta").Select(l => l.GetProperty("corpus").GetString()!)];

    /// <summary>Runs the cases without histograms of one corpus, each in the profile of its version.</summary>
    public static SuiteResult Run(string path, string corpus)
    {
        int run = 0;
        var wrong = new List<CaseDifference>();
        PromQlOptions options = OptionsOf(
            Lines(path).First(l => Type(l) == "meta" && l.GetProperty("corpus").GetString() == corpus));
        foreach ((JsonElement test, SampleStore store) in Cases(path, corpus))
        {
            run++;
            if (Difference(test, store, options) is { } difference)
            {
                wrong.Add(new CaseDifference(Name(test), difference));
            }
        }

        return new SuiteResult($"promql {corpus}", run, wrong);
    }

    /// <summary>Runs what promtool 2.42 passes of all corpora in the profile of Prometheus 2. Where promtool differs
    /// from the corpus, we must differ too.</summary>
    public static SuiteResult RunAsPromtool(string path)
    {
        var wrong = new List<CaseDifference>();
        int run = 0;
        foreach ((JsonElement test, SampleStore store) in Cases(path, "v"))
        {
            string? verdict = test.GetProperty("promtool_2_42").GetString();
            if (verdict is not ("same" or "differs"))
            {
                continue;
            }

            run++;
            string? difference = Difference(test, store, PromQlOptions.Default);
            if (difference is null != (verdict == "same"))
            {
                wrong.Add(new CaseDifference(Name(test), difference ?? "equal, though promtool 2.42 differs"));
            }
        }

        return new SuiteResult("promql as promtool 2.42", run, wrong);
    }

    // 2.51 brought the later order of threshold and clamp, 2.54 Kahan's sums, 3.0 windows that are open on the left.
    private static PromQlOptions OptionsOf(JsonElement meta)
    {
        Version version = Version.Parse(meta.GetProperty("corpus").GetString()!.TrimStart('v'));
        return version < new Version(2, 51)
            ? PromQlOptions.Default
            : new PromQlOptions
            {
                Profile = PromQlProfile.Prometheus3,
                HasOpenWindows = meta.GetProperty("range_left_open").GetBoolean(),
            };
    }

    private static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path)
        .Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement);

    private static string Type(JsonElement line) => line.GetProperty("type").GetString()!;

    private static string Name(JsonElement test) => $"{test.GetProperty("corpus")}/{test.GetProperty("file")}:"
        + $"{test.GetProperty("line")} {test.GetProperty("expr")}";

    private static IEnumerable<(JsonElement Test, SampleStore Store)> Cases(string path, string corpus)
    {
        var stores = new Dictionary<string, SampleStore>(StringComparer.Ordinal);
        foreach (JsonElement root in Lines(path))
        {
            string type = Type(root);
            string name = root.GetProperty(type == "env" ? "id" : "corpus").GetString()!;
            if (!name.StartsWith(corpus, StringComparison.Ordinal))
            {
                continue;
            }

            if (type == "env")
            {
                stores[name] = Load(root);
            }
            else if (type == "eval" && root.GetProperty("floats_only").GetBoolean())
            {
                string? env = root.GetProperty("env").GetString();
                yield return (root, env is null ? new SampleStore(TimeSpan.MaxValue) : stores[env]);
            }
        }
    }

    private static SampleStore Load(JsonElement env)
    {
        var store = new SampleStore(TimeSpan.MaxValue);
        foreach (JsonElement load in env.GetProperty("loads").EnumerateArray())
        {
            long step = load.GetProperty("step_ms").GetInt64();
            foreach (JsonElement series in load.GetProperty("series").EnumerateArray())
            {
                int number = store.GetOrAdd(Labels(series.GetProperty("labels")));
                int i = 0;
                foreach (JsonElement value in series.GetProperty("values").EnumerateArray())
                {
                    if (value.ValueKind == JsonValueKind.String && value.GetString() == "stale")
                    {
                        store.MarkStale(number, i * step);
                    }
                    else if (value.ValueKind is JsonValueKind.Number or JsonValueKind.String)
                    {
                        store.Append(number, i * step, Number(value));
                    }

                    i++;
                }
            }
        }

        return store;
    }

    private static string? Difference(JsonElement test, SampleStore store, PromQlOptions options)
    {
        JsonElement expect = test.GetProperty("expect");
        string wanted = expect.GetProperty("result").GetString()!;
        Parsed<Expr> parsed = PromQlParser.Parse(test.GetProperty("expr").GetString()!, default, options.Profile);
        if (!parsed.TryGet(out Expr? expr))
        {
            return wanted == "error" ? null : parsed.Diagnostics[0].ToString();
        }

        Parsed<Expr> again = PromQlParser.Parse(expr.ToString(), default, options.Profile);
        if (!again.TryGet(out Expr? same) || same != expr)
        {
            return $"prints as {expr}, which reads back differently";
        }

        var query = new PromQuery(expr, store, options);
        QueryResult result = test.GetProperty("kind").GetString() == "range"
            ? query.Range(At(test, "start_ms"), At(test, "end_ms"),
                TimeSpan.FromMilliseconds(test.GetProperty("step_ms").GetInt64()))
            : query.At(At(test, "at_ms"));
        return AtNeighbours(query, test, result) ?? (result, wanted) switch
        {
            (QueryError, "error") => null,
            (QueryError error, _) => error.Message,
            (ScalarResult scalar, "scalar") => Close(scalar.Value, Number(expect.GetProperty("value")))
                ? null
                : $"{scalar.Value}, not {expect.GetProperty("value")}",
            (StringResult text, "string") => text.Value == expect.GetProperty("value").GetString() ? null : text.Value,
            (VectorResult vector, "vector") => Difference(vector, expect),
            (MatrixResult matrix, "matrix") =>
                Difference(matrix, expect, expect.TryGetProperty("start_ms", out _) ? expect : test),
            _ => $"{result.GetType().Name}, not {wanted}",
        };
    }

    // An instant is also the middle of a range query, except for what looks at the query's start or end.
    private static string? AtNeighbours(PromQuery query, JsonElement test, QueryResult result)
    {
        if (result is not VectorResult vector || query.Expr.ToString().Contains("t()", StringComparison.Ordinal)
            || query.Expr.ToString().Contains("end()", StringComparison.Ordinal))
        {
            return null;
        }

        Instant at = At(test, "at_ms");
        TimeSpan minute = TimeSpan.FromMinutes(1);
        if (query.Range(at - minute, at + minute, minute) is not MatrixResult matrix)
        {
            return null; // the instants before and after may have an error of their own
        }

        Dictionary<LabelSet, double> middle = matrix.Series
            .SelectMany(s => s.Points.Where(p => p.Milliseconds == at.Milliseconds).Select(p => (s.Labels, p.Value)))
            .ToDictionary(p => p.Labels, p => p.Value);
        bool same = middle.Count == vector.Samples.Count
            && vector.Samples.All(s => middle.TryGetValue(s.Labels, out double value) && Close(value, s.Value));
        return same ? null : "a range query around the instant differs";
    }

    private static string? Difference(VectorResult result, JsonElement expect)
    {
        List<(LabelSet Labels, double Value)> wanted = [.. expect.GetProperty("series").EnumerateArray()
            .Select(s => (Labels(s.GetProperty("labels")), Number(s.GetProperty("value"))))];
        bool ordered = expect.TryGetProperty("ordered", out JsonElement o) && o.GetBoolean();
        if (wanted.Count != result.Samples.Count)
        {
            return $"{result.Samples.Count} series, not {wanted.Count}: {string.Join(" ", result.Samples)}";
        }

        for (int i = 0; i < wanted.Count; i++)
        {
            int at = ordered ? i : result.Samples.ToList().FindIndex(s => s.Labels.Equals(wanted[i].Labels));
            if (at < 0 || !result.Samples[at].Labels.Equals(wanted[i].Labels))
            {
                return $"no {wanted[i].Labels} at its place: {string.Join(" ", result.Samples)}";
            }

            if (!Close(result.Samples[at].Value, wanted[i].Value))
            {
                return $"{wanted[i].Labels} is {result.Samples[at].Value:R}, not {wanted[i].Value:R}";
            }
        }

        return null;
    }

    private static string? Difference(MatrixResult result, JsonElement expect, JsonElement grid)
    {
        JsonElement[] wanted = [.. expect.GetProperty("series").EnumerateArray()];
        if (wanted.Length != result.Series.Count)
        {
            return $"{result.Series.Count} series, not {wanted.Length}";
        }

        foreach (JsonElement series in wanted)
        {
            LabelSet labels = Labels(series.GetProperty("labels"));
            if (result.Series.FirstOrDefault(s => s.Labels.Equals(labels)) is not { } found)
            {
                return $"no {labels}: {string.Join(" ", result.Series.Select(s => s.Labels))}";
            }

            string points = string.Join(" ", found.Points.Select(p => $"{p.Value:G6}@{p.Milliseconds}"));
            List<(long Time, double Value)> expected = PointsOf(series, grid);
            if (expected.Count != found.Points.Count || !expected.Zip(found.Points).All(
                p => p.First.Time == p.Second.Milliseconds && Close(p.First.Value, p.Second.Value)))
            {
                return $"{labels}: {points}, not {series.GetRawText()}";
            }
        }

        return null;
    }

    private static List<(long Time, double Value)> PointsOf(JsonElement series, JsonElement grid)
    {
        long start = grid.GetProperty("start_ms").GetInt64();
        long step = grid.GetProperty("step_ms").GetInt64();
        return [.. series.GetProperty("values").EnumerateArray().Select((v, i) => (Value: v, Time: start + (i * step)))
            .Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => (p.Time, Number(p.Value)))];
    }

    private static Instant At(JsonElement test, string name) =>
        Instant.FromMilliseconds(test.GetProperty(name).GetInt64());

    private static LabelSet Labels(JsonElement labels) => new(
        labels.EnumerateObject().Select(l => new KeyValuePair<string, string>(l.Name, l.Value.GetString()!)));

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetDouble()
        : value.GetString() switch
        {
            "NaN" => double.NaN,
            "Inf" or "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var text => double.Parse(text!, CultureInfo.InvariantCulture),
        };

    private static bool Close(double a, double b) => a == b || (double.IsNaN(a) && double.IsNaN(b))
        || Math.Abs(a - b) / (Math.Abs(a) + Math.Abs(b)) < Tolerance;
}
