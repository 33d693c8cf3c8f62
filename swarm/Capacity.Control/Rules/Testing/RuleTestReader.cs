using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Rules.Testing;

/// <summary>A file in the format of <c>promtool test rules</c> → <see cref="RuleTestFile"/>, with every error and its
/// place.</summary>
/// <remarks>Source: Prometheus 2.42, cmd/promtool/unittest.go; unknown keys are refused, as there.</remarks>
public static class RuleTestReader
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(1);

    /// <summary>Reads a file of tests. An empty file has no tests, which all pass.</summary>
    /// <returns>The file; or YAML00x, CAP01x (keys), DURxxx (durations), PQLxxx (expressions), RUL010 (values), RUL011
    /// (series), RUL012 (alert without name), RUL013 (number), RUL014 (group twice), RUL015 (type of an expression).
    /// RUL017 warns of series that promtool silently leaves out.</returns>
    public static Parsed<RuleTestFile> Read(SourceText source)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return yaml.Diagnostics.Any(d => d.Code == "YAML002")
                ? new RuleTestFile([], DefaultInterval, [], [])
                : Parsed<RuleTestFile>.Failed(yaml.Diagnostics);
        }

        var reading = new Reading([.. yaml.Diagnostics]);
        return Parsed<RuleTestFile>.From(reading.File(root), reading.Diagnostics);
    }

    private sealed class Reading(List<Diagnostic> diagnostics)
    {
        public List<Diagnostic> Diagnostics => diagnostics;

        public RuleTestFile File(YamlNode root)
        {
            var fields = new YamlFields(root, "a file of rule tests", diagnostics);
            List<YamlScalar> files = Texts(fields, "rule_files");
            TimeSpan interval = Duration(fields, "evaluation_interval");
            List<YamlScalar> order = Texts(fields, "group_eval_order");
            for (int i = 0; i < order.Count; i++)
            {
                if (order.FindIndex(o => o.Text == order[i].Text) < i)
                {
                    fields.Report("RUL014", order[i].At, $"group '{order[i].Text}' is given twice", "remove one");
                }
            }

            var tests = fields.List("tests").Select(Test).ToList();
            fields.RejectOthers();
            return new RuleTestFile(files, interval == TimeSpan.Zero ? DefaultInterval : interval,
                [.. order.Select(o => o.Text)], tests);
        }

        private RuleTest Test(YamlNode node)
        {
            if (node is YamlScalar { IsNull: true })
            {
                return new RuleTest { At = node.At }; // "- " alone: nothing given, nothing expected
            }

            var fields = new YamlFields(node, "a test", diagnostics);
            var test = new RuleTest
            {
                Name = fields.Scalar("name")?.Text ?? "",
                Interval = Duration(fields, "interval"),
                Series = Series(fields),
                ExternalLabels = new LabelSet(Map(fields, "external_labels")),
                ExternalUrl = fields.Scalar("external_url")?.Text ?? "",
                Alerts = [.. fields.List("alert_rule_test").Select(Alert)],
                Exprs = [.. fields.List("promql_expr_test").Select(Expression).OfType<ExprExpectation>()],
                At = node.At with { Length = 1 },
            };
            fields.RejectOthers();
            return test;
        }

        private List<GivenSeries> Series(YamlFields fields)
        {
            var all = new List<GivenSeries>();
            YamlScalar? cut = null;
            foreach (YamlNode node in fields.List("input_series"))
            {
                var series = new YamlFields(node, "a series", diagnostics);
                YamlScalar? name = series.RequireScalar("series", "series: up{job=\"web\"}");
                YamlScalar? values = series.Scalar("values");
                series.RejectOthers();
                if (cut is not null)
                {
                    diagnostics.Add(new Diagnostic("RUL017", cut.At,
                        "the values end with a line break, after which promtool reads no further series",
                        "write the values in one line without one", Severity.Warning));
                    break;
                }

                if (name is null)
                {
                    continue;
                }

                Parsed<LabelSet> labels = SeriesText.Labels(name.Text, (o, n) => YamlPlace.Of(name, o, n));
                if (Take(labels) is { Count: 0 })
                {
                    series.Report("RUL011", name.At, "a series needs a name or a label", "write for example up");
                }

                Parsed<IReadOnlyList<double?>> numbers =
                    SeriesText.Values(values?.Text ?? "", (o, n) => YamlPlace.Of(values!, o, n));
                if (values?.Text.TrimEnd().Contains('\n', StringComparison.Ordinal) == true)
                {
                    series.Report("RUL010", values.At, "the values must be in one line", "join the lines");
                }

                cut = values?.Text.EndsWith('\n') == true ? values : null;
                all.Add(new GivenSeries(labels.TryGet(out LabelSet? set) ? set : LabelSet.Empty, Take(numbers) ?? []));
            }

            return all;
        }

        private AlertExpectation Alert(YamlNode node)
        {
            var fields = new YamlFields(node, "an alert test", diagnostics);
            YamlScalar? name = fields.Scalar("alertname");
            if (name is null or { Text.Length: 0 })
            {
                fields.Report("RUL012", name?.At ?? node.At with { Length = 1 }, "an alert test needs 'alertname'",
                    "write the name of an alert rule");
            }

            TimeSpan time = Duration(fields, "eval_time");
            var alerts = fields.List("exp_alerts").Select(a => Expected(a, name?.Text ?? "")).ToList();
            fields.RejectOthers();
            return new AlertExpectation(name?.Text ?? "", time, alerts, name?.At ?? node.At with { Length = 1 });
        }

        private ExpectedAlert Expected(YamlNode node, string alertName)
        {
            var fields = new YamlFields(node, "an expected alert", diagnostics);
            List<KeyValuePair<string, string>> labels = Map(fields, "exp_labels");
            var annotations = LabelSet.OfAnnotations(Map(fields, "exp_annotations"));
            fields.RejectOthers();
            bool canBe = labels.TrueForAll(l => l.Value.Length > 0 || l.Key == "alertname");
            return new ExpectedAlert(new LabelSet(labels).With("alertname", alertName), annotations, canBe);
        }

        private ExprExpectation? Expression(YamlNode node)
        {
            var fields = new YamlFields(node, "an expression test", diagnostics);
            YamlScalar? text = fields.RequireScalar("expr", "expr: up");
            TimeSpan time = Duration(fields, "eval_time");
            var samples = fields.List("exp_samples").Select(Sample).OfType<ExpectedSample>().ToList();
            fields.RejectOthers();
            if (text is null)
            {
                return null;
            }

            Parsed<Expr> parsed = PromQlParser.Parse(text.Text, text.At with { Column = 0 });
            diagnostics.AddRange(parsed.Diagnostics.Select(d => d with
            {
                At = YamlPlace.Of(text, d.At.Column, d.At.Length),
            }));
            if (!parsed.TryGet(out Expr? expr))
            {
                return null;
            }

            if (expr.Type is not (ExprType.Scalar or ExprType.InstantVector))
            {
                fields.Report("RUL015", text.At, "the answer of this expression is neither samples nor a number",
                    "for a range write for example count_over_time(metric[5m])");
            }

            return new ExprExpectation(text.Text, expr, time, samples, text.At);
        }

        private ExpectedSample? Sample(YamlNode node)
        {
            var fields = new YamlFields(node, "an expected sample", diagnostics);
            YamlScalar? labels = fields.Scalar("labels");
            YamlScalar? value = fields.Scalar("value");
            fields.RejectOthers();
            double? number = value is null ? 0 : YamlNumber.Of(value);
            if (number is null)
            {
                fields.Report("RUL013", value!.At, $"'{value.Text}' is not a number in YAML",
                    "write for example 1.5, 1e3, .inf or -.inf, without quotes");
            }

            LabelSet? set = labels is null
                ? LabelSet.Empty
                : Take(SeriesText.Labels(labels.Text, (o, n) => YamlPlace.Of(labels, o, n)));
            return set is null || number is null ? null : new ExpectedSample(set, number.Value);
        }

        private TimeSpan Duration(YamlFields fields, string key)
        {
            if (fields.Scalar(key) is not { } text)
            {
                return TimeSpan.Zero;
            }

            return Take(PrometheusDuration.Parse(text.Text, YamlPlace.Of(text, 0, 1)));
        }

        private static List<YamlScalar> Texts(YamlFields fields, string key)
        {
            var texts = new List<YamlScalar>();
            foreach (YamlNode node in fields.List(key))
            {
                if (node is YamlScalar text)
                {
                    texts.Add(text);
                }
                else
                {
                    fields.Report("CAP012", node.At, $"an entry of '{key}' must be a text, but this is {node.Kind}",
                        "write '- text'");
                }
            }

            return texts;
        }

        private static List<KeyValuePair<string, string>> Map(YamlFields fields, string key)
        {
            var pairs = new List<KeyValuePair<string, string>>();
            switch (fields.Take(key))
            {
                case null:
                    break;
                case YamlMap map:
                    foreach (YamlEntry entry in map.Entries)
                    {
                        if (entry.Value is YamlScalar value)
                        {
                            pairs.Add(new(entry.Key.Text, value.IsNull ? "" : value.Text));
                        }
                        else
                        {
                            fields.Report("CAP012", entry.Value.At, $"'{entry.Key.Text}' must be a single value",
                                "write 'name: value'");
                        }
                    }

                    break;
                case { } other:
                    fields.Report("CAP012", other.At, $"'{key}' must be a map, but this is {other.Kind}",
                        "write 'name: value' pairs");
                    break;
            }

            return pairs;
        }

        private T? Take<T>(Parsed<T> parsed)
            where T : notnull
        {
            diagnostics.AddRange(parsed.Diagnostics);
            return parsed.TryGet(out T? value) ? value : default;
        }
    }
}
