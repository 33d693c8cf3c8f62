using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Alerts that can never fire, or that fire whatever is measured.</summary>
internal static class ThresholdChecks
{
    public static IEnumerable<Diagnostic> Find(LintContext context)
    {
        var feasibility = new Feasibility(context);
        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert))
        {
            var condition = AlertCondition.Of(rule.Expr);
            if (feasibility.Example(condition) is null)
            {
                yield return Never(rule, condition, feasibility);
            }
            else if (AlwaysWhy(rule, condition, feasibility) is { } finding)
            {
                yield return finding;
            }
        }
    }

    private static Diagnostic Never(LintRule rule, AlertCondition condition, Feasibility feasibility)
    {
        foreach (Demand demand in condition.Alternatives.SelectMany(a => a))
        {
            ValueSet possible = feasibility.Possible(demand);
            if (!demand.MayBeAbsent && demand.Values.And(possible).IsEmpty)
            {
                string why = demand.Values.IsEmpty ? "its comparisons exclude each other"
                    : $"it asks for {demand.Values.Text("x")}, but this value always has {possible.Text("x")}";
                return new Diagnostic("RUL101", Place(rule, demand), $"alert '{rule.Name}' can never fire: {why}",
                    demand.Values.IsEmpty ? "join conditions that cannot hold at once with 'or', or move a bound"
                        : demand.Subject is Expr.Aggregate { Operator: AggregateOperator.Count } count
                        ? $"nothing is counted as nothing, not as 0: write absent({count.Of})"
                        : "move the bound into the possible range");
            }
        }

        return new Diagnostic("RUL101", rule.Place(""),
            $"alert '{rule.Name}' can never fire: its conditions exclude each other",
            "of two shares of the same requests the one with the larger le is never the smaller");
    }

    private static Diagnostic? AlwaysWhy(LintRule rule, AlertCondition condition, Feasibility feasibility)
    {
        Severity severity = rule.Labels["scale"].Length > 0 ? Severity.Error : Severity.Warning;
        Expr outer = ExprShape.Strip(rule.Expr);
        if (outer is Expr.Binary { ReturnsBool: true } b)
        {
            return new Diagnostic("RUL103", rule.Place(b.Operator.Text() + " bool"),
                $"alert '{rule.Name}' fires whatever is measured: 'bool' answers 0 instead of nothing, and 0 fires too",
                "leave out 'bool'");
        }

        if (condition.Compares)
        {
            // "always" also needs that what must not be there is not there, so alternatives with 'unless' are left out.
            Demand? empty = condition.Alternatives.Count == 1 && condition.Alternatives[0].All(d =>
                !d.MayBeAbsent && !AsksForPresence(d.Subject) && feasibility.Always(d))
                ? condition.Alternatives[0][0] : null;
            return empty is null ? null : new Diagnostic("RUL102", Place(rule, empty),
                $"alert '{rule.Name}' fires whatever is measured: {Possible(feasibility, empty)}",
                "move the bound into the possible range", severity);
        }

        return AsksForPresence(outer) ? null
            : new Diagnostic("RUL102", rule.Place(""),
                $"alert '{rule.Name}' fires for every series that this expression returns, whatever its value, also 0",
                "compare it, for example '> 0'; if it is meant to fire always, as a watchdog, this is right", severity);
    }

    private static string Possible(Feasibility feasibility, Demand demand) =>
        $"{demand.Values.Text("x")} holds for every possible value, {feasibility.Possible(demand).Text("x")}";

    // Whether there is a value at all is then what matters, as in 'count(up == 0) > 0' or 'absent(up) == 1'.
    private static bool AsksForPresence(Expr expr) => ExprShape.Parts(expr).Any(part => part switch
    {
        Expr.Call c => c.Function is "absent" or "absent_over_time" or "present_over_time" or "timestamp",
        Expr.Selector s => s.Name is "ALERTS" or "",
        Expr.Aggregate a => a.Operator is AggregateOperator.Count or AggregateOperator.Group
            or AggregateOperator.CountValues,
        Expr.Binary b => (b.Operator.IsSet() && b.Operator != BinaryOperator.Or)
            || (b.Operator.IsComparison() && !b.ReturnsBool),
        _ => false,
    });

    private static SourceSpan Place(LintRule rule, Demand demand) => rule.Place(demand.Key);
}
