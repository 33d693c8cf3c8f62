using System.Globalization;
using Capacity.Control.PromQl;
using Capacity.Control.PromQl.Engine;
using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>Prometheus' rule file → <see cref="RuleFile"/>, with every error and its place.</summary>
/// <remarks>Source: Prometheus 2.42, model/rulefmt; unknown keys are refused, as there.</remarks>
public static class RuleFileReader
{
    /// <summary>Reads a rule file.</summary>
    /// <returns>The file; or YAML00x, CAP01x (keys), DURxxx (durations), PQLxxx (expressions), RUL001 (kind of rule),
    /// RUL002 (name), RUL003 (key of the other kind of rule), RUL004 (group name twice), RUL005 (limit).
    /// RUL006 warns of a template that is not expanded here.</returns>
    public static Parsed<RuleFile> Read(SourceText source)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return Parsed<RuleFile>.Failed(yaml.Diagnostics);
        }

        var diagnostics = new List<Diagnostic>(yaml.Diagnostics);
        var fields = new YamlFields(root, "a rule file", diagnostics);
        var groups = new List<RuleGroup>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (YamlNode node in fields.List("groups"))
        {
            groups.Add(Group(node, names, diagnostics));
        }

        fields.RejectOthers();
        return Parsed<RuleFile>.From(new RuleFile(groups), diagnostics);
    }

    private static RuleGroup Group(YamlNode node, HashSet<string> names, List<Diagnostic> diagnostics)
    {
        var fields = new YamlFields(node, "a rule group", diagnostics);
        YamlScalar? name = fields.RequireScalar("name", "name: web");
        if (name is { Text.Length: 0 })
        {
            fields.Report("RUL002", name.At, "a group's name must not be empty", "write for example name: web");
        }

        if (name is not null && !names.Add(name.Text))
        {
            fields.Report("RUL004", name.At, $"group '{name.Text}' occurs twice in this file",
                "rename one, or join them");
        }

        TimeSpan? interval = Duration(fields, "interval", diagnostics);
        int limit = 0;
        if (fields.Scalar("limit") is { } text
            && (!int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)))
        {
            fields.Report("RUL005", text.At, $"limit '{text.Text}' is not a whole number", "write 0 for no limit");
        }

        var rules = new List<Rule>();
        foreach (YamlNode rule in fields.List("rules"))
        {
            if (RuleOf(rule, diagnostics) is { } read)
            {
                rules.Add(read);
            }
        }

        fields.RejectOthers();
        return new RuleGroup(name?.Text ?? "", interval == TimeSpan.Zero ? null : interval, limit, rules);
    }

    private static Rule? RuleOf(YamlNode node, List<Diagnostic> diagnostics)
    {
        var fields = new YamlFields(node, "a rule", diagnostics);
        YamlScalar? alert = fields.Scalar("alert");
        YamlScalar? record = fields.Scalar("record");
        if (alert is null == record is null)
        {
            SourceSpan at = record?.At ?? fields.At with { Length = 1 };
            string which = alert is null ? "needs 'alert' or 'record'" : "cannot be both 'alert' and 'record'";
            fields.Report("RUL001", at, $"a rule {which}", "write 'alert: Name' or 'record: metric_name'");
        }

        Expr? expr = Expression(fields, diagnostics);
        TimeSpan? holds = Duration(fields, "for", diagnostics);
        TimeSpan? keeps = Duration(fields, "keep_firing_for", diagnostics);
        LabelSet labels = Labels(fields, "labels", diagnostics, templates: alert is not null);
        LabelSet annotations = Labels(fields, "annotations", diagnostics, templates: alert is not null);
        if (record is not null && alert is null)
        {
            RejectAlertKeys(fields);
            if (!IsMetricName(record.Text))
            {
                fields.Report("RUL002", record.At, $"'{record.Text}' is not a metric name",
                    "use letters, digits, '_' and ':'");
            }
        }

        fields.RejectOthers();
        if (expr is null)
        {
            return null;
        }

        return alert is not null
            ? new AlertRule(alert.Text, expr, holds ?? TimeSpan.Zero, keeps ?? TimeSpan.Zero, labels, annotations)
            : new RecordingRule(record?.Text ?? "", expr, labels);
    }

    private static void RejectAlertKeys(YamlFields fields)
    {
        foreach (string key in (string[])["for", "keep_firing_for", "annotations"])
        {
            if (fields.Take(key) is { } node)
            {
                fields.Report("RUL003", node.At, $"'{key}' has no meaning in a recording rule",
                    "remove it, or write 'alert' for 'record'");
            }
        }
    }

    private static Expr? Expression(YamlFields fields, List<Diagnostic> diagnostics)
    {
        if (fields.RequireScalar("expr", "expr: up == 0") is not { } scalar)
        {
            return null;
        }

        Parsed<Expr> parsed = PromQlParser.Parse(scalar.Text, scalar.At with { Column = 0 });
        diagnostics.AddRange(parsed.Diagnostics.Select(d => d with
        {
            At = YamlPlace.Of(scalar, d.At.Column, d.At.Length),
        }));
        return parsed.TryGet(out Expr? expr) ? expr : null;
    }

    private static TimeSpan? Duration(YamlFields fields, string key, List<Diagnostic> diagnostics)
    {
        if (fields.Scalar(key) is not { } scalar)
        {
            return null;
        }

        Parsed<TimeSpan> parsed = PrometheusDuration.Parse(scalar.Text, YamlPlace.Of(scalar, 0, 1));
        diagnostics.AddRange(parsed.Diagnostics);
        return parsed.TryGet(out TimeSpan duration) ? duration : null;
    }

    private static LabelSet Labels(YamlFields fields, string key, List<Diagnostic> diagnostics, bool templates)
    {
        if (fields.Take(key) is not { } node)
        {
            return LabelSet.Empty;
        }

        if (node is not YamlMap map)
        {
            fields.Report("CAP012", node.At, $"'{key}' must be a map of names and values", "write 'name: value' pairs");
            return LabelSet.Empty;
        }

        var pairs = new List<KeyValuePair<string, string>>();
        foreach (YamlEntry entry in map.Entries)
        {
            bool badName = !LabelFunctions.IsLabelName(entry.Key.Text)
                || (key == "labels" && entry.Key.Text == LabelSet.MetricName);
            if (badName)
            {
                fields.Report("RUL002", entry.Key.At, $"'{entry.Key.Text}' is not a name for one of the {key}",
                    "use letters, digits and '_', not beginning with a digit");
            }
            else if (entry.Value is not YamlScalar value)
            {
                fields.Report("CAP012", entry.Value.At, $"'{entry.Key.Text}' must be a single value",
                    "write 'name: value'");
            }
            else
            {
                pairs.Add(new(entry.Key.Text, value.Text));
                CheckTemplate(value, templates, diagnostics);
            }
        }

        return key == "annotations" ? LabelSet.OfAnnotations(pairs) : new LabelSet(pairs);
    }

    private static void CheckTemplate(YamlScalar value, bool templates, List<Diagnostic> diagnostics)
    {
        if (templates && GoTemplate.IsTemplate(value.Text) && GoTemplate.Parse(value.Text).Problem is { } problem)
        {
            diagnostics.Add(new Diagnostic("RUL006", value.At, $"this template is not expanded here: {problem}",
                "the text stays as an error message in the alert", Severity.Warning));
        }
    }

    private static bool IsMetricName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':');
}
