using Capacity.Control.Labels;
using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Alerts that scale: when they contradict each other, stay silent, or cannot scale at all.</summary>
internal static class ScalingChecks
{
    private const string ServiceLabel = "service";
    private const string ScaleLabel = "scale";

    /// <summary>Up and down of one service at the same time.</summary>
    public static IEnumerable<Diagnostic> Opposites(LintContext context)
    {
        var feasibility = new Feasibility(context);
        foreach (LintRule down in context.Rules.Where(r => r.IsAlert && r.Labels[ScaleLabel] == "down"))
        {
            foreach (LintRule up in context.Rules.Where(r => r.IsAlert && r.Labels[ScaleLabel] == "up"
                && r.Labels[ServiceLabel] == down.Labels[ServiceLabel] && r.Labels["type"] == down.Labels["type"]))
            {
                AlertCondition both = AlertCondition.Of(up.Expr).And(AlertCondition.Of(down.Expr));
                if (feasibility.Example(both) is { } example)
                {
                    yield return new Diagnostic("RUL106", down.At,
                        $"'{down.Name}' (down) and '{up.Name}' (up) can fire together, {When(example)}",
                        "let the down alert's condition begin where the up alert's ends: "
                        + $"'… unless {up.Expr}'", Severity.Warning);
                }
            }
        }
    }

    /// <summary>Ratios that are not a number without traffic.</summary>
    public static IEnumerable<Diagnostic> Idle(LintContext context)
    {
        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert && r.Labels[ScaleLabel] != "up"))
        {
            bool down = rule.Labels[ScaleLabel] == "down";
            bool guarded = ExprShape.Parts(rule.Expr).OfType<Expr.Binary>().Any(b => b.Operator == BinaryOperator.Or);
            Demand? ratio = AlertCondition.Of(rule.Expr).Alternatives.SelectMany(a => a)
                .FirstOrDefault(d => !d.MayBeAbsent && ExprShape.DividesByRate(d.Subject)
                    && (down || !d.Values.And(ValueSet.Between(double.NegativeInfinity, 0)).IsEmpty));
            if (ratio is null || guarded)
            {
                continue;
            }

            string traffic = ExprShape.Strip(((Expr.Binary)ExprShape.Strip(ratio.Subject)).Right).ToString();
            yield return new Diagnostic("RUL105", rule.Place(ratio.Key),
                $"without traffic this is 0/0, which no comparison lets through: '{rule.Name}' does not fire"
                + (down ? ", and an idle service is never scaled down" : " when requests stop altogether"),
                $"add 'or {traffic} == 0'", Severity.Warning);
        }
    }

    /// <summary>Labels without which docker-scaler does nothing.</summary>
    public static IEnumerable<Diagnostic> Labels(LintContext context)
    {
        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert))
        {
            string scale = rule.Labels[ScaleLabel];
            string shortcut = rule.Shortcut;
            bool compound = shortcut.StartsWith('@') && scale.Length == 0
                && (shortcut.Contains("_unless_@", StringComparison.Ordinal)
                    || shortcut.Contains("_and_@", StringComparison.Ordinal)
                    || shortcut.Contains("_or_@", StringComparison.Ordinal));
            if (compound)
            {
                yield return new Diagnostic("RUL112", rule.At,
                    $"joined shortcuts get no labels of their own, so '{rule.Name}' never reaches the scaler",
                    "add com.df.alertLabels=receiver=system,service=…,scale=down,type=service with the same number",
                    Severity.Warning);
            }
            else if (scale is not ("" or "up" or "down") && !scale.Contains("{{", StringComparison.Ordinal))
            {
                yield return new Diagnostic("RUL112", rule.At,
                    $"'{rule.Name}' has scale={scale}, which docker-scaler refuses with 400", "write up or down");
            }
            else if (scale.Length > 0 && rule.Labels[ServiceLabel].Length == 0 && !KeepsService(rule.Expr))
            {
                yield return new Diagnostic("RUL112", rule.At,
                    $"'{rule.Name}' scales, but says no service: docker-scaler refuses it with 400",
                    "add the label service, with the service's full name");
            }
        }
    }

    /// <summary>Bounds between which nothing can change.</summary>
    public static IEnumerable<Diagnostic> Bounds(LintContext context)
    {
        foreach (StackService service in context.Stack?.Services ?? [])
        {
            StackLabel? min = service.Labels.LastOrDefault(l => l.Key == "com.df.scaleMin");
            StackLabel? max = service.Labels.LastOrDefault(l => l.Key == "com.df.scaleMax");
            if (min is not null && max is not null && ServiceSettingsReader.Read(service).TryGet(out ServiceSettings? s)
                && s.ScaleMin == s.ScaleMax)
            {
                yield return new Diagnostic("RUL113", max.At,
                    $"scaleMin and scaleMax of '{service.Name}' are both {s.ScaleMax}: it never scales",
                    "write a larger scaleMax, or remove both labels", Severity.Warning);
            }
        }
    }

    // A label of the series, when nothing aggregates it away.
    private static bool KeepsService(Expr expr) => !ExprShape.Parts(expr).OfType<Expr.Aggregate>().Any(a =>
        a.Without == a.Labels.Contains(ServiceLabel, StringComparer.Ordinal));

    private static string When(IReadOnlyList<Demand> example)
    {
        string[] said = [.. example.Where(d => !d.Values.IsEmpty && !d.Values.Not().IsEmpty)
            .Select(d => d.Values.Text(Short(d)))];
        return said.Length == 0 ? "since nothing keeps them apart" : "namely when " + string.Join(" and ", said);
    }

    private static string Short(Demand demand) => ExprShape.ShareOf(demand.Subject) is { Bound: var bound }
        && double.IsFinite(bound) ? string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"share(le={bound})") : demand.Key;
}
