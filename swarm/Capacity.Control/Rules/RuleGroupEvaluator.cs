using Capacity.Control.PromQl.Engine;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>Evaluates the rules of one group in order, at one instant after the other.</summary>
/// <remarks>
/// Source: Prometheus 2.42, rules/manager.go. Each rule sees what the rules before it wrote at the same instant.
/// The host decides when: at k·interval + phase (<see cref="RulePhase"/>).
/// </remarks>
public sealed class RuleGroupEvaluator
{
    private readonly List<IRuleRunner> _runners = [];
    private readonly RuleOutput _output = new();
    private readonly RuleOptions _options;
    private int _evaluations;

    /// <summary>Prepares a group.</summary>
    /// <param name="group">What is evaluated.</param>
    /// <param name="interval">Between evaluations; only the posts' end depends on it.</param>
    /// <param name="store">What expressions read, and where results are written.</param>
    /// <param name="options">How to evaluate and post.</param>
    public RuleGroupEvaluator(RuleGroup group, TimeSpan interval, SampleStore store, RuleOptions options)
    {
        _options = options;
        Interval = interval;
        foreach (Rule rule in group.Rules)
        {
            _runners.Add(rule is AlertRule alert
                ? new AlertRuleRunner(alert, group.Limit, interval, store, options)
                : new RecordingRuleRunner((RecordingRule)rule, group.Limit, store, options));
        }
    }

    /// <summary>Between evaluations.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Evaluates all rules at an instant; instants must ascend.</summary>
    public RuleEvaluation Evaluate(Instant at)
    {
        _evaluations++;
        RuleOutput output = _output;
        output.WritesAlertSeries = _evaluations > _options.SilentEvaluations;
        foreach (IRuleRunner runner in _runners)
        {
            try
            {
                runner.Run(at, output);
            }
            catch (QueryFailureException failure)
            {
                output.Error($"rule '{runner.Name}': {failure.Message}");
            }
        }

        return output.Take();
    }
}

/// <summary>One rule's memory between evaluations.</summary>
internal interface IRuleRunner
{
    /// <summary>The rule's name.</summary>
    string Name { get; }

    /// <summary>Evaluates the rule.</summary>
    /// <exception cref="QueryFailureException">The rule produces nothing this time.</exception>
    void Run(Instant at, RuleOutput output);
}

/// <summary>Collects what the rules of one evaluation do; allocates only when there is something.</summary>
internal sealed class RuleOutput
{
    private List<AlertPost>? _posts;
    private List<AlertChange>? _changes;
    private List<string>? _errors;

    public bool WritesAlertSeries { get; set; }

    public void Post(AlertPost post) => (_posts ??= []).Add(post);

    public void Change(AlertChange change) => (_changes ??= []).Add(change);

    public IReadOnlyList<string> Errors => _errors ?? [];

    public void Error(string message) => (_errors ??= []).Add(message);

    /// <summary>What was collected; the next evaluation begins with nothing.</summary>
    public RuleEvaluation Take()
    {
        if (_posts is null && _changes is null && _errors is null)
        {
            return RuleEvaluation.Nothing;
        }

        var evaluation = new RuleEvaluation(_posts ?? [], _changes ?? [], _errors ?? []);
        _posts = null;
        _changes = null;
        _errors = null;
        return evaluation;
    }
}

/// <summary>The series that a rule writes: those it wrote last time and not now get a stale marker.</summary>
internal sealed class RuleSeries(SampleStore store)
{
    private List<int> _now = [];
    private List<int> _before = [];
    private bool _refused;

    public void Write(int series, long time, double value)
    {
        _refused |= store.SeriesAt(series) is var known && known.LastTime >= time
            && (known.LastTime > time || BitConverter.DoubleToInt64Bits(known.Values[^1])
                != BitConverter.DoubleToInt64Bits(value));
        store.Append(series, time, value);
        _now.Add(series);
    }

    /// <summary>Ends what vanished, and reports a sample that another rule or a target has already written.</summary>
    public void Finish(long time, string rule, RuleOutput output)
    {
        if (_refused)
        {
            output.Error($"rule '{rule}': duplicate sample for timestamp");
            _refused = false;
        }

        if (!_before.SequenceEqual(_now))
        {
            var written = new HashSet<int>(_now);
            foreach (int series in _before.Where(s => !written.Contains(s)))
            {
                store.MarkStale(series, time);
            }
        }

        (_before, _now) = (_now, _before);
        _now.Clear();
    }
}
