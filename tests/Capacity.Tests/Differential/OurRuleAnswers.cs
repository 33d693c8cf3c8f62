using Capacity.Control;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Tests.Differential;

/// <summary>What our engine says of a random file.</summary>
internal sealed class OurRuleAnswers
{
    private readonly RandomRuleCase _case;
    private readonly Dictionary<int, IReadOnlyList<AlertPost>> _firing = [];
    private readonly SampleStore _store = new(TimeSpan.MaxValue);

    public OurRuleAnswers(RandomRuleCase one)
    {
        _case = one;
        Parsed<RuleFile> read = RuleFileReader.Read(new SourceText("rules.yml", one.Rules));
        Assert.True(read.TryGet(out RuleFile? file), string.Join('\n', read.Diagnostics) + one.Rules);
        TimeSpan interval = TimeSpan.FromSeconds(one.Evaluation);
        Query = new PromQlOptions { DefaultSubqueryStep = interval };
        var options = new RuleOptions { ResendDelay = TimeSpan.Zero, Query = Query };
        List<RuleGroupEvaluator> groups =
            [.. file.Groups.Select(g => new RuleGroupEvaluator(g, interval, _store, options))];
        int loaded = 0;
        for (int time = 0; time <= one.End && Failure is null; time += one.Evaluation)
        {
            for (; loaded * one.Step <= time && loaded < one.Series[0].Values.Count; loaded++)
            {
                Load(loaded);
            }

            Instant at = Instant.FromSeconds(time);
            var results = groups.Select(g => g.Evaluate(at)).ToList();
            // The end of a post lies in the future while its alert fires.
            _firing[time] = [.. results.SelectMany(r => r.Posts).Where(p => p.EndsAt > at)];
            List<string> errors = [.. results.SelectMany(r => r.Errors)];
            if (errors.Count > 0)
            {
                Failure = $"{time}s: {string.Join(", ", errors.Select(e => e.Split('\'')[1]))}";
                FailureText = string.Join('\n', errors);
            }
        }
    }

    public PromQlOptions Query { get; }

    /// <summary>The first evaluation that failed, and which rules; null when none did.</summary>
    public string? Failure { get; }

    public string FailureText { get; } = "";

    /// <summary>The firing alerts of a rule at the last evaluation before a second, or at it.</summary>
    public IReadOnlyList<AlertPost> Firing(string alert, int second) =>
        _firing.TryGetValue(second / _case.Evaluation * _case.Evaluation, out IReadOnlyList<AlertPost>? all)
            ? [.. all.Where(p => p.Labels["alertname"] == alert)]
            : [];

    /// <summary>The samples of an expression, or null when it has an error.</summary>
    public IReadOnlyList<(LabelSet Labels, double Value)>? Ask(string expression, int second, out string error)
    {
        Parsed<Expr> parsed = PromQlParser.Parse(expression);
        if (!parsed.TryGet(out Expr? expr))
        {
            error = string.Join('\n', parsed.Diagnostics);
            return null;
        }

        QueryResult result = new PromQuery(expr, _store, Query).At(Instant.FromSeconds(second));
        error = result is QueryError failed ? failed.Message : "";
        return result switch
        {
            ScalarResult scalar => [(LabelSet.Empty, scalar.Value)],
            VectorResult vector => vector.Samples,
            _ => null,
        };
    }

    private void Load(int index)
    {
        foreach (RandomSeries series in _case.Series)
        {
            if (series.Values[index] is { } value)
            {
                _store.Append(_store.GetOrAdd(series.Labels), index * _case.Step * 1000L, value);
            }
        }
    }
}
