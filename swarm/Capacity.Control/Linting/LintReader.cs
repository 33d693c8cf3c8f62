using Capacity.Control.Labels;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Rule files and stack files → <see cref="LintRule"/>s with their places.</summary>
public static class LintReader
{
    /// <summary>Whether a text is a rule file rather than a stack file, as far as one can tell.</summary>
    public static bool IsRuleFile(SourceText source) =>
        YamlText.Read(source).TryGet(out YamlNode? root) && root is YamlMap map
        && map.Find("groups") is not null && map.Find("services") is null;

    /// <summary>Reads a rule file.</summary>
    /// <returns>Its rules, or the errors of <see cref="RuleFileReader"/>.</returns>
    public static Parsed<LintContext> FromRules(SourceText source)
    {
        Parsed<RuleFile> read = RuleFileReader.Read(source);
        if (!read.TryGet(out RuleFile? file) || !YamlText.Read(source).TryGet(out YamlNode? root))
        {
            return Parsed<LintContext>.Failed(read.Diagnostics);
        }

        var rules = new List<LintRule>();
        IReadOnlyList<YamlNode> groups = Items(root, "groups");
        for (int g = 0; g < file.Groups.Count; g++)
        {
            RuleGroup group = file.Groups[g];
            IReadOnlyList<YamlNode> nodes = Items(groups[g], "rules");
            for (int r = 0; r < group.Rules.Count; r++)
            {
                rules.Add(Of(group, group.Rules[r], (YamlMap)nodes[r]));
            }
        }

        return Parsed<LintContext>.From(new LintContext { Rules = rules }, read.Diagnostics);
    }

    /// <summary>Reads a stack file's labels.</summary>
    /// <param name="source">The whole file.</param>
    /// <param name="stackName">Name that the stack is deployed with.</param>
    /// <returns>The rules that the monitor makes of them; or the errors of the stack's readers, and CAP041 for a label
    /// that becomes no valid rule.</returns>
    public static Parsed<LintContext> FromStack(SourceText source, string stackName)
    {
        Parsed<StackFile> read = StackReader.Read(source);
        if (!read.TryGet(out StackFile? stack))
        {
            return Parsed<LintContext>.Failed(read.Diagnostics);
        }

        var diagnostics = new List<Diagnostic>(read.Diagnostics);
        var rules = new List<LintRule>();
        foreach (StackService service in stack.Services)
        {
            Parsed<IReadOnlyList<MonitorAlert>> alerts = MonitorRules.FromService(service, stackName);
            diagnostics.AddRange(alerts.Diagnostics);
            diagnostics.AddRange(ServiceSettingsReader.Read(service).Diagnostics);
            foreach (MonitorAlert alert in alerts.TryGet(out IReadOnlyList<MonitorAlert>? some) ? some : [])
            {
                if (Of(alert, service, diagnostics) is { } rule)
                {
                    rules.Add(rule);
                }
            }
        }

        var context = new LintContext { Rules = rules, Stack = stack, StackName = stackName };
        return Parsed<LintContext>.From(context, diagnostics);
    }

    private static IReadOnlyList<YamlNode> Items(YamlNode node, string key) =>
        node is YamlMap map && map.Find(key) is YamlList list ? list.Items : [];

    private static LintRule Of(RuleGroup group, Rule rule, YamlMap node)
    {
        var expr = node.Find("expr") as YamlScalar;
        YamlNode name = node.Find("alert") ?? node.Find("record") ?? node;
        var alert = rule as AlertRule;
        return new LintRule(rule.Name, rule.Expr, rule.Labels, group.Name)
        {
            IsAlert = alert is not null,
            For = alert?.For ?? TimeSpan.Zero,
            Interval = group.Interval,
            At = name.At,
            ForAt = node.Find("for")?.At ?? name.At,
            Places = fragment => expr is null ? name.At : PlaceIn(expr, fragment),
        };
    }

    private static SourceSpan PlaceIn(YamlScalar expr, string fragment)
    {
        int at = fragment.Length == 0 ? -1 : expr.Text.IndexOf(fragment, StringComparison.Ordinal);
        int firstLine = expr.Text.AsSpan().IndexOfAny('\r', '\n');
        return at >= 0 ? YamlPlace.Of(expr, at, fragment.Length)
            : YamlPlace.Of(expr, 0, firstLine < 0 ? expr.Text.Length : firstLine);
    }

    private static LintRule? Of(MonitorAlert alert, StackService service, List<Diagnostic> diagnostics)
    {
        Parsed<Expr> parsed = PromQlParser.Parse(alert.Expr);
        if (!parsed.TryGet(out Expr? expr))
        {
            diagnostics.Add(new Diagnostic("CAP041", alert.At,
                $"the rule '{alert.Name}' that this label becomes is not valid PromQL: {parsed.Diagnostics[0].Message}",
                $"Prometheus would refuse: {alert.Expr}"));
            return null;
        }

        StackLabel? condition = service.Labels.FirstOrDefault(l => l.At == alert.At);
        StackLabel? wait = condition is null ? null
            : service.Labels.FirstOrDefault(l => l.Key == condition.Key.Replace("alertIf", "alertFor",
                StringComparison.Ordinal));
        PrometheusDuration.Parse(alert.For.Length == 0 ? "0" : alert.For).TryGet(out TimeSpan holds);
        return new LintRule(alert.Name, expr, new LabelSet(alert.Labels), MonitorRuleFile.GroupName)
        {
            For = holds,
            Shortcut = condition?.Value ?? "",
            At = alert.At,
            ForAt = wait?.At ?? alert.At,
            Places = fragment => InLine(alert.At, fragment),
        };
    }

    private static SourceSpan InLine(SourceSpan at, string fragment)
    {
        string line = at.Source?.Line(at.Line) ?? "";
        int from = Math.Clamp(at.Column - 1, 0, line.Length);
        int found = fragment.Length == 0 ? -1 : line.IndexOf(fragment, from, StringComparison.Ordinal);
        return found < 0 ? at : at with { Column = found + 1, Length = fragment.Length };
    }
}
