using Capacity.Control.PromQl;
using Capacity.Control.PromQl.Engine;
using Capacity.Control.Samples;
using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>Keeps the alerts of one rule: pending, firing, resolved and not yet forgotten.</summary>
/// <remarks>Source: Prometheus 2.42, rules/alerting.go and sendAlerts in rules/manager.go.</remarks>
internal sealed class AlertRuleRunner : IRuleRunner
{
    private readonly AlertRule _rule;
    private readonly int _limit;
    private readonly SampleStore _store;
    private readonly RuleOptions _options;
    private readonly TimeSpan _endsAfter;
    private readonly PromQuery _query;
    private readonly AlertLabels _labels;
    private readonly RuleSeries _series;
    private readonly Dictionary<LabelSet, ActiveAlert> _known = [];
    private readonly List<ActiveAlert> _alerts = []; // in order of appearance
    private readonly List<(LabelSet Labels, int Source, double Value)> _returned = [];
    private readonly HashSet<LabelSet> _identities = [];
    private int _evaluation;

    public AlertRuleRunner(AlertRule rule, int limit, TimeSpan interval, SampleStore store, RuleOptions options)
    {
        _rule = rule;
        _limit = limit;
        _store = store;
        _options = options;
        _endsAfter = options.EndsAtFactor * (interval > options.ResendDelay ? interval : options.ResendDelay);
        _query = new PromQuery(rule.Expr, store, options.Query);
        _labels = new AlertLabels(rule, options, _query.Labels);
        _series = new RuleSeries(store);
    }

    public string Name => _rule.Name;

    /// <summary>The alerts that fire, as the last evaluation left them.</summary>
    public IEnumerable<(LabelSet Labels, LabelSet Annotations)> Firing => _alerts
        .Where(a => a.State == AlertState.Firing).Select(a => (a.Labels, _labels.Annotations(a.Source, a.Value)));

    public void Run(Instant at, RuleOutput output)
    {
        Vector result = _query.Evaluate(at);
        if (result.Count == 0 && _alerts.Count == 0)
        {
            _series.Finish(at.Milliseconds, Name, output);
            return;
        }

        _evaluation++;
        TakeReturned(result, at);
        StepAll(at, output);
        Send(at, output);
        _series.Finish(at.Milliseconds, Name, output);
    }

    private void TakeReturned(Vector result, Instant at)
    {
        _returned.Clear();
        _identities.Clear();
        for (int i = 0; i < result.Count; i++)
        {
            LabelSet labels = _labels.Of(result.Labels[i], result.Values[i]);
            if (!_identities.Add(labels))
            {
                throw new QueryFailureException(
                    "vector contains metrics with the same labelset after applying alert labels");
            }

            _returned.Add((labels, result.Labels[i], result.Values[i]));
        }

        foreach ((LabelSet labels, int source, double value) in _returned)
        {
            if (!_known.TryGetValue(labels, out ActiveAlert? alert))
            {
                alert = new ActiveAlert(labels);
                _known.Add(labels, alert);
                _alerts.Add(alert);
            }

            if (alert.State == AlertState.Inactive)
            {
                alert.Begin(at); // also when it was resolved and is still remembered
            }

            alert.Value = value;
            alert.Source = source;
            alert.ReturnedIn = _evaluation;
        }
    }

    private void StepAll(Instant at, RuleOutput output)
    {
        int active = 0;
        bool anyForgotten = false;
        foreach (ActiveAlert alert in _alerts)
        {
            alert.Step(at, alert.ReturnedIn == _evaluation, _rule, _options.ResolvedRetention);
            anyForgotten |= alert.IsForgotten;
            active += alert.State == AlertState.Inactive ? 0 : 1;
        }

        if (_limit > 0 && active > _limit)
        {
            ReportChanges(at, output, dropped: true);
            _known.Clear();
            _alerts.Clear();
            throw new QueryFailureException($"exceeded limit of {_limit} with {active} alerts");
        }

        ReportChanges(at, output, dropped: false);
        if (anyForgotten)
        {
            _alerts.RemoveAll(a => a.IsForgotten && _known.Remove(a.Labels));
        }
    }

    private void ReportChanges(Instant at, RuleOutput output, bool dropped)
    {
        foreach (ActiveAlert alert in _alerts)
        {
            AlertState to = dropped ? AlertState.Inactive : alert.State;
            if (alert.Reported != to)
            {
                output.Change(new AlertChange(
                    _rule.Name, alert.Labels, alert.Reported, to, at, alert.ActiveAt, alert.Value));
                alert.Reported = to;
            }

            if (output.WritesAlertSeries && to != AlertState.Inactive)
            {
                WriteSeries(alert, at.Milliseconds);
            }
        }
    }

    private void WriteSeries(ActiveAlert alert, long time)
    {
        bool firing = alert.State == AlertState.Firing;
        ref int state = ref firing ? ref alert.FiringSeries : ref alert.PendingSeries;
        if (state < 0)
        {
            state = _store.GetOrAdd(alert.Labels.With(LabelSet.MetricName, "ALERTS")
                .With("alertstate", firing ? "firing" : "pending"));
        }

        if (alert.SinceSeries < 0)
        {
            alert.SinceSeries = _store.GetOrAdd(alert.Labels.With(LabelSet.MetricName, "ALERTS_FOR_STATE"));
        }

        _series.Write(state, time, 1);
        _series.Write(alert.SinceSeries, time, Math.Floor(alert.ActiveAt.Seconds));
    }

    private void Send(Instant at, RuleOutput output)
    {
        foreach (ActiveAlert alert in _alerts)
        {
            if (alert.NeedsSending(at, _options.ResendDelay))
            {
                alert.SentAt = at;
                bool firing = alert.State == AlertState.Firing;
                Instant? endsAt = !firing ? alert.ResolvedAt : _options.PostsEndsAt ? at + _endsAfter : null;
                output.Post(new AlertPost(_labels.Posted(alert.Labels), _labels.Annotations(alert.Source, alert.Value),
                    alert.FiredAt, endsAt));
            }
        }
    }
}
