using Capacity.Control.PromQl.Engine;

namespace Capacity.Control.Rules;

/// <summary>The labels and annotations of a rule's alerts; expands templates only where there are some.</summary>
internal sealed class AlertLabels
{
    private readonly LabelTable _table;
    private readonly LabelSet _external;
    private readonly string _externalUrl;
    private readonly LabelSet _fixedLabels;
    private readonly LabelSet _fixedAnnotations;
    private readonly List<(string Name, GoTemplate Template)> _labels;
    private readonly List<(string Name, GoTemplate Template)> _annotations;
    private readonly LabelMap _withoutValue;

    public AlertLabels(AlertRule rule, RuleOptions options, LabelTable table)
    {
        _table = table;
        _external = options.ExternalLabels;
        _externalUrl = options.ExternalUrl;
        _labels = Templates(rule.Labels);
        _annotations = Templates(rule.Annotations);
        _fixedLabels = rule.Labels.Where(name => !_labels.Exists(l => l.Name == name)).With("alertname", rule.Name);
        _fixedAnnotations = rule.Annotations;
        _withoutValue = new LabelMap(table, Fixed);
    }

    /// <summary>The labels of the alert for a returned series.</summary>
    public LabelSet Of(int series, double value)
    {
        LabelSet labels = _table[_withoutValue.Of(series)];
        return _labels.Count == 0 ? labels : Expand(_labels, series, value).With(labels);
    }

    public LabelSet Annotations(int series, double value) => _annotations.Count == 0
        ? _fixedAnnotations
        : LabelSet.OfAnnotations(
        [
            .. _fixedAnnotations.Labels,
            .. _annotations.Select(a => KeyValuePair.Create(a.Name, Expand(a.Template, series, value))),
        ]);

    public LabelSet Posted(LabelSet labels) => _external.Count == 0 ? labels : _external.With(labels);

    private static List<(string Name, GoTemplate Template)> Templates(LabelSet labels) =>
        [.. labels.Labels.Where(l => GoTemplate.IsTemplate(l.Value)).Select(l => (l.Key, GoTemplate.Parse(l.Value)))];

    private LabelSet Fixed(LabelSet series) =>
        series.Where(name => name != LabelSet.MetricName && !_labels.Exists(l => l.Name == name)).With(_fixedLabels);

    // An expansion may be empty, which leaves the label out.
    private LabelSet Expand(List<(string Name, GoTemplate Template)> templates, int series, double value)
    {
        LabelSet expanded = LabelSet.Empty;
        foreach ((string name, GoTemplate template) in templates)
        {
            expanded = expanded.With(name, Expand(template, series, value));
        }

        return expanded;
    }

    private string Expand(GoTemplate template, int series, double value) =>
        template.Expand(_table[series], _external, value, _externalUrl);
}
