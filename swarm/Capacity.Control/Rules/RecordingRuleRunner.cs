using Capacity.Control.PromQl;
using Capacity.Control.PromQl.Engine;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>Writes an expression's result under a new name.</summary>
/// <remarks>Source: Prometheus 2.42, rules/recording.go.</remarks>
internal sealed class RecordingRuleRunner(RecordingRule rule, int limit, SampleStore store, RuleOptions options)
    : IRuleRunner
{
    private readonly PromQuery _query = new(rule.Expr, store, options.Query);
    private readonly RuleSeries _series = new(store);
    private readonly List<int> _seriesOf = []; // by the query's label number: the store's series, or −1
    private readonly HashSet<int> _targets = [];

    public string Name => rule.Name;

    public void Run(Instant at, RuleOutput output)
    {
        Vector result = _query.Evaluate(at);
        _targets.Clear();
        for (int i = 0; i < result.Count; i++)
        {
            if (!_targets.Add(SeriesOf(result.Labels[i])))
            {
                throw new QueryFailureException(
                    "vector contains metrics with the same labelset after applying rule labels");
            }
        }

        if (limit > 0 && result.Count > limit)
        {
            throw new QueryFailureException($"exceeded limit of {limit} with {result.Count} series");
        }

        for (int i = 0; i < result.Count; i++)
        {
            _series.Write(SeriesOf(result.Labels[i]), at.Milliseconds, result.Values[i]);
        }

        _series.Finish(at.Milliseconds, Name, output);
    }

    private int SeriesOf(int labels)
    {
        while (_seriesOf.Count <= labels)
        {
            _seriesOf.Add(-1);
        }

        if (_seriesOf[labels] < 0)
        {
            LabelSet named = _query.Labels[labels].With(LabelSet.MetricName, rule.Name).With(rule.Labels);
            _seriesOf[labels] = store.GetOrAdd(named);
        }

        return _seriesOf[labels];
    }
}
