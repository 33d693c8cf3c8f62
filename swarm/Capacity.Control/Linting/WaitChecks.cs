using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Times that an alert's condition must hold.</summary>
internal static class WaitChecks
{
    /// <summary><c>for</c> that the evaluation interval rounds up.</summary>
    public static IEnumerable<Diagnostic> Rounded(LintContext context)
    {
        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert && r.For > TimeSpan.Zero))
        {
            if (context.EvaluationInterval(rule) is not { } interval || rule.For.Ticks % interval.Ticks == 0)
            {
                continue;
            }

            long rounds = (rule.For.Ticks / interval.Ticks) + 1;
            string real = PrometheusDuration.Format(rounds * interval);
            yield return new Diagnostic("RUL108", rule.ForAt,
                $"'{rule.Name}' waits {real}, not {PrometheusDuration.Format(rule.For)}: it is evaluated each "
                + PrometheusDuration.Format(interval), $"write for: {real}, or a shorter evaluation interval",
                Severity.Warning);
        }
    }

    /// <summary><c>for</c> that is longer than one event stays in the window.</summary>
    public static IEnumerable<Diagnostic> TooLong(LintContext context)
    {
        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert && r.For > TimeSpan.Zero))
        {
            if (ExprShape.Strip(rule.Expr) is not Expr.Binary { Operator: BinaryOperator.Greater } compared
                || ExprShape.Constant(compared.Right) is not 0 || Event(compared.Left) is not { } window
                || window > rule.For)
            {
                continue;
            }

            string seen = PrometheusDuration.Format(window);
            yield return new Diagnostic("RUL109", rule.ForAt,
                $"one event stays in the window for {seen}, so '{rule.Name}' fires only when they keep coming for "
                + PrometheusDuration.Format(rule.For), "make 'for' shorter than the window, or leave it out",
                Severity.Warning);
        }
    }

    private static TimeSpan? Event(Expr expr) => ExprShape.Strip(expr) switch
    {
        Expr.Call { Function: "increase" or "changes" or "resets", Arguments: [Expr.Range range] } => range.Length,
        Expr.Aggregate { Operator: AggregateOperator.Sum } sum => Event(sum.Of),
        _ => null,
    };
}
