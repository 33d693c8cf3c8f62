using Capacity.Control.PromQl;
using Capacity.Control.PromQl.Engine;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Control.Rules.Testing;

/// <summary>Runs rule tests as <c>promtool test rules</c> does.</summary>
/// <remarks>
/// Source: Prometheus 2.42, cmd/promtool/unittest.go. All groups are evaluated at 0, interval, 2·interval … up to the
/// last instant that is asked for, whatever interval they state; samples later than the last evaluation are not there.
/// Alert tests see the alerts as the last evaluation at or before their instant left them.
/// </remarks>
public static class RuleTestRun
{
    /// <summary>Runs one test.</summary>
    /// <param name="test">What is given and expected.</param>
    /// <param name="file">The interval and the order of groups.</param>
    /// <param name="groups">Of all rule files, in the order read.</param>
    public static RuleTestResult Run(RuleTest test, RuleTestFile file, IReadOnlyList<RuleGroup> groups)
    {
        var run = new OneRun(test, file, groups);
        run.Rules();
        if (!run.RuleFailed)
        {
            run.Expressions();
        }

        return new RuleTestResult(test, run.Evaluations, run.Failures);
    }

    private sealed class OneRun
    {
        private readonly RuleTest _test;
        private readonly TimeSpan _interval;
        private readonly SampleStore _store = new(TimeSpan.MaxValue);
        private readonly RuleOptions _options;
        private readonly List<(string Name, IRuleRunner Runner)[]> _groups = [];
        private readonly List<(int Series, IReadOnlyList<double?> Values)> _given = [];
        private readonly List<AlertExpectation> _alerts;
        private int _loaded; // values of each given series that are in the store
        private int _asked;

        public OneRun(RuleTest test, RuleTestFile file, IReadOnlyList<RuleGroup> groups)
        {
            _test = test;
            _interval = file.EvaluationInterval;
            _options = new RuleOptions
            {
                ExternalLabels = test.ExternalLabels,
                ExternalUrl = test.ExternalUrl,
                Query = PromQlOptions.Default with { DefaultSubqueryStep = file.EvaluationInterval },
            };
            _alerts = [.. test.Alerts.OrderBy(a => a.EvalTime)];
            foreach (GivenSeries series in test.Series)
            {
                int number = _store.GetOrAdd(series.Labels);
                _given.RemoveAll(g => g.Series == number); // the later definition replaces the earlier
                _given.Add((number, series.Values));
            }

            var order = file.GroupOrder.Index().ToDictionary(g => g.Item, g => g.Index, StringComparer.Ordinal);
            foreach (RuleGroup group in groups.OrderBy(g => order.GetValueOrDefault(g.Name)))
            {
                _groups.Add([.. group.Rules.Select(rule => (rule.Name, Runner(rule, group.Limit)))]);
            }
        }

        public List<RuleTestFailure> Failures { get; } = [];

        public long Evaluations { get; private set; }

        public bool RuleFailed { get; private set; }

        public void Rules()
        {
            TimeSpan end = _test.End;
            for (TimeSpan time = TimeSpan.Zero; time <= end && !RuleFailed; time += _interval)
            {
                Load(time);
                foreach ((string name, IRuleRunner runner) in _groups.SelectMany(g => g))
                {
                    Evaluate(name, runner, time);
                }

                Evaluations++;
                for (; !RuleFailed && _asked < _alerts.Count && _alerts[_asked].EvalTime - time < _interval; _asked++)
                {
                    Compare(_alerts[_asked]);
                }

                if (end - time < _interval)
                {
                    break; // before the addition that could pass the longest duration
                }
            }
        }

        public void Expressions()
        {
            foreach (ExprExpectation expectation in _test.Exprs)
            {
                var query = new PromQuery(expectation.Expr, _store, _options.Query);
                QueryResult answer = query.At(Instant.FromMilliseconds(0) + expectation.EvalTime);
                IReadOnlyList<ExpectedSample>? got = answer switch
                {
                    VectorResult vector => [.. vector.Samples.Select(s => new ExpectedSample(s.Labels, s.Value))],
                    ScalarResult scalar => [new ExpectedSample(LabelSet.Empty, scalar.Value)],
                    _ => null,
                };
                var expected = expectation.Samples.OrderBy(s => s.Labels, LabelOrder.Instance).ToList();
                got = got is null ? null : [.. got.OrderBy(s => s.Labels, LabelOrder.Instance)];
                if (got is null || !Same(expected, got))
                {
                    string problem = answer is QueryError error ? error.Message
                        : got is null ? "the answer is neither samples nor a number" : "";
                    Failures.Add(new RuleTestFailure(expectation.At, expectation.Text, expectation.EvalTime, problem,
                        [.. expected.Select(s => s.ToString())], [.. (got ?? []).Select(s => s.ToString())]));
                }
            }
        }

        private static bool Same(List<ExpectedSample> expected, IReadOnlyList<ExpectedSample> got)
        {
            bool same = expected.Count == got.Count;
            for (int i = 0; same && i < got.Count; i++)
            {
                // Exactly, as promtool does: NaN equals nothing.
                same = expected[i].Value == got[i].Value && expected[i].Labels.Equals(got[i].Labels);
            }

            return same;
        }

        private IRuleRunner Runner(Rule rule, int limit) => rule is AlertRule alert
            ? new AlertRuleRunner(alert, limit, _interval, _store, _options)
            : new RecordingRuleRunner((RecordingRule)rule, limit, _store, _options);

        private void Load(TimeSpan until)
        {
            long step = (long)_test.Interval.TotalMilliseconds;
            int longest = _given.Count == 0 ? 0 : _given.Max(g => g.Values.Count);
            for (; _loaded < longest && _loaded * step <= (long)until.TotalMilliseconds; _loaded++)
            {
                foreach ((int series, IReadOnlyList<double?> values) in _given)
                {
                    if (_loaded < values.Count && values[_loaded] is { } value)
                    {
                        _store.Append(series, _loaded * step, value);
                    }
                }
            }
        }

        private void Evaluate(string name, IRuleRunner runner, TimeSpan time)
        {
            try
            {
                var output = new RuleOutput { WritesAlertSeries = true };
                runner.Run(Instant.FromMilliseconds(0) + time, output);
                foreach (string error in output.Errors)
                {
                    Fail(error[(error.IndexOf("': ", StringComparison.Ordinal) + 3)..]); // without the rule's name
                }
            }
            catch (QueryFailureException failure)
            {
                Fail(failure.Message);
            }

            void Fail(string problem)
            {
                RuleFailed = true;
                Failures.Add(new RuleTestFailure(_test.At, $"rule {name}", time, problem, [], []));
            }
        }

        private void Compare(AlertExpectation expectation)
        {
            List<ExpectedAlert> got = [.. _groups.SelectMany(g => g).Where(r => r.Name == expectation.AlertName)
                .Select(r => r.Runner).OfType<AlertRuleRunner>().SelectMany(r => r.Firing)
                .Select(f => new ExpectedAlert(f.Labels, f.Annotations))];
            string[] expected = Sorted(expectation.Alerts);
            string[] found = Sorted(got);
            if (!expectation.Alerts.All(a => a.CanBe) || !SameAlerts(expectation.Alerts, got))
            {
                Failures.Add(new RuleTestFailure(expectation.At, $"alert {expectation.AlertName}",
                    expectation.EvalTime, "", expected, found));
            }
        }

        private static bool SameAlerts(IReadOnlyList<ExpectedAlert> expected, List<ExpectedAlert> got)
        {
            var left = new List<ExpectedAlert>(got);
            return expected.Count == got.Count && expected.All(e =>
                left.FindIndex(g => g.Labels.Equals(e.Labels) && g.Annotations.Equals(e.Annotations)) is >= 0 and var i
                && RemoveAt(left, i));
        }

        private static bool RemoveAt(List<ExpectedAlert> list, int index)
        {
            list.RemoveAt(index);
            return true;
        }

        private static string[] Sorted(IEnumerable<ExpectedAlert> alerts) =>
            [.. alerts.Select(a => a.ToString()).Order(StringComparer.Ordinal)];
    }
}
