using Capacity.Control.PromQl;

namespace Capacity.Control.Linting;

/// <summary>The share of requests that are at most so slow: buckets of a histogram over its count.</summary>
/// <param name="Family">Equal for shares of the same requests over the same window.</param>
/// <param name="Bound">The bucket's bound in <c>le</c>; not a number for a share of another kind.</param>
internal sealed record Share(string Family, double Bound);

/// <summary>Finds shapes in expressions that say more than their parts.</summary>
internal static class ExprShape
{
    private static readonly string[] Rates = ["rate", "increase", "irate"];

    /// <summary>Without parentheses around it.</summary>
    public static Expr Strip(Expr expr) => expr is Expr.Paren paren ? Strip(paren.Of) : expr;

    /// <summary>All expressions in an expression, itself first.</summary>
    public static IEnumerable<Expr> Parts(Expr expr) => Children(expr).SelectMany(Parts).Prepend(expr);

    /// <summary>The value of an expression of numbers alone; null when there is a series or function in it.</summary>
    public static double? Constant(Expr expr) => expr switch
    {
        Expr.Number n => n.Value,
        Expr.Paren p => Constant(p.Of),
        Expr.Unary u => u.Negative ? -Constant(u.Of) : Constant(u.Of),
        Expr.Binary b when Constant(b.Left) is { } x && Constant(b.Right) is { } y => b.Operator switch
        {
            BinaryOperator.Add => x + y,
            BinaryOperator.Subtract => x - y,
            BinaryOperator.Multiply => x * y,
            BinaryOperator.Divide => x / y,
            BinaryOperator.Power => Math.Pow(x, y),
            _ => null,
        },
        _ => null,
    };

    /// <summary>Whether an expression is a part of a whole: between 0 and 1 whenever it is a number.</summary>
    /// <returns>Null when it is not known to be one.</returns>
    public static Share? ShareOf(Expr expr)
    {
        if (Strip(expr) is not Expr.Binary { Operator: BinaryOperator.Divide } ratio)
        {
            return null;
        }

        (Expr part, Expr whole) = (Strip(ratio.Left), Strip(ratio.Right));
        while (part is Expr.Aggregate { Operator: AggregateOperator.Sum } a
            && whole is Expr.Aggregate { Operator: AggregateOperator.Sum } b
            && a.Without == b.Without && a.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(b.Labels))
        {
            (part, whole) = (Strip(a.Of), Strip(b.Of));
        }

        if (part is Expr.Call { Arguments: [Expr.Range x] } f && whole is Expr.Call { Arguments: [Expr.Range y] } g
            && f.Function == g.Function && Rates.Contains(f.Function, StringComparer.Ordinal)
            && x.Length == y.Length && x.Of.Shift == y.Of.Shift)
        {
            return ShareOf(x.Of, y.Of, whole.ToString());
        }

        return null;
    }

    /// <summary>Whether an expression divides by a rate, which is zero without traffic.</summary>
    public static bool DividesByRate(Expr expr) => Strip(expr) is Expr.Binary { Operator: BinaryOperator.Divide } ratio
        && Rate(ratio.Right) && Rate(ratio.Left);

    private static bool Rate(Expr expr) => Strip(expr) switch
    {
        Expr.Call call => Rates.Contains(call.Function, StringComparer.Ordinal),
        Expr.Aggregate { Operator: AggregateOperator.Sum or AggregateOperator.Average } a => Rate(a.Of),
        _ => false,
    };

    private static Share? ShareOf(Expr.Selector part, Expr.Selector whole, string family)
    {
        HashSet<LabelMatcher> more = [.. part.AllMatchers];
        HashSet<LabelMatcher> less = [.. whole.AllMatchers];
        LabelMatcher? le = more.FirstOrDefault(m => m is { Label: "le", Operator: MatchOperator.Equal });
        string stem = part.Name.EndsWith("_bucket", StringComparison.Ordinal) ? part.Name[..^7] : "";
        if (stem.Length > 0 && le is not null && whole.Name == stem + "_count")
        {
            more.Remove(le);
            more.RemoveWhere(m => m.Label == LabelSet.MetricName);
            less.RemoveWhere(m => m.Label == LabelSet.MetricName);
        }

        bool isPart = more.IsSupersetOf(less) && part.Name.Length > 0 && (part.Name == whole.Name || stem.Length > 0);
        if (!isPart || (part.Name != whole.Name && whole.Name != stem + "_count"))
        {
            return null;
        }

        bool sameRequests = le is not null && more.SetEquals(less);
        double bound = sameRequests && GoText.TryNumber(le!.Value, out double parsed) ? parsed : double.NaN;
        return new Share(family, bound);
    }

    private static IEnumerable<Expr> Children(Expr expr) => expr switch
    {
        Expr.Range r => [r.Of],
        Expr.Subquery s => [s.Of],
        Expr.Unary u => [u.Of],
        Expr.Paren p => [p.Of],
        Expr.Binary b => [b.Left, b.Right],
        Expr.Aggregate a => a.Parameter is null ? [a.Of] : [a.Of, a.Parameter],
        Expr.Call c => c.Arguments,
        _ => [],
    };
}
