using Capacity.Control.PromQl;

namespace Capacity.Control.Linting;

/// <summary>Which values an expression can have, whatever is measured. NaN is left out: comparisons drop it.</summary>
internal sealed class PossibleValues(LintContext context)
{
    private const double Infinity = double.PositiveInfinity;
    private static readonly ValueSet AtLeastZero = ValueSet.Between(0, Infinity);
    private static readonly ValueSet AtLeastOne = ValueSet.Between(1, Infinity);

    public ValueSet Of(Expr expr)
    {
        expr = ExprShape.Strip(expr);
        if (ExprShape.Constant(expr) is { } constant)
        {
            return ValueSet.Of(constant);
        }

        return expr switch
        {
            Expr.Selector s => Measured(s.Name),
            Expr.Unary u => u.Negative ? Times(Of(u.Of), ValueSet.Of(-1)) : Of(u.Of),
            Expr.Binary b => Of(b),
            Expr.Aggregate a => Of(a),
            Expr.Call c => Of(c),
            _ => ValueSet.All,
        };
    }

    private static ValueSet Measured(string name) => name is "up" ? ValueSet.Between(0, 1)
        : name.EndsWith("_total", StringComparison.Ordinal) || name.EndsWith("_count", StringComparison.Ordinal)
            || name.EndsWith("_bucket", StringComparison.Ordinal) || name.EndsWith("_bytes", StringComparison.Ordinal)
            || name.StartsWith("node_memory_", StringComparison.Ordinal)
            || name.StartsWith("node_filesystem_", StringComparison.Ordinal) ? AtLeastZero
        : name is "ALERTS" ? ValueSet.Of(1)
        : ValueSet.All;

    private ValueSet Of(Expr.Binary b)
    {
        if (b.Operator.IsComparison() || b.Operator.IsSet())
        {
            return b.ReturnsBool ? ValueSet.Between(0, 1)
                : b.Operator == BinaryOperator.Or ? Of(b.Left).Around(Of(b.Right))
                : b.Left.Type == ExprType.Scalar ? Of(b.Right) : Of(b.Left);
        }

        if (ExprShape.ShareOf(b) is not null)
        {
            return ValueSet.Between(0, 1);
        }

        (ValueSet x, ValueSet y) = (Of(b.Left), Of(b.Right));
        return b.Operator switch
        {
            BinaryOperator.Add => ValueSet.Between(Low(x.Low + y.Low), High(x.High + y.High)),
            BinaryOperator.Subtract => ValueSet.Between(Low(x.Low - y.High), High(x.High - y.Low)),
            BinaryOperator.Multiply => Times(x, y),
            BinaryOperator.Divide => Divided(b, x, y),
            _ => ValueSet.All,
        };
    }

    private static double Low(double value) => double.IsNaN(value) ? -Infinity : value;

    private static double High(double value) => double.IsNaN(value) ? Infinity : value;

    private static ValueSet Times(ValueSet x, ValueSet y)
    {
        double[] ends = [x.Low * y.Low, x.Low * y.High, x.High * y.Low, x.High * y.High];
        ends = [.. ends.Select(e => double.IsNaN(e) ? 0 : e)];
        return ValueSet.Between(ends.Min(), ends.Max());
    }

    private ValueSet Divided(Expr.Binary b, ValueSet x, ValueSet y)
    {
        if (y.Low > 0 || y.High < 0)
        {
            return Times(x, ValueSet.Between(1 / y.High, 1 / y.Low));
        }

        // (size − free) / size
        bool isRest = ExprShape.Strip(b.Left) is Expr.Binary { Operator: BinaryOperator.Subtract } difference
            && ExprShape.Strip(difference.Left).Equals(ExprShape.Strip(b.Right)) && Of(difference.Right).Low >= 0;
        double high = y.Low >= 0 && isRest ? 1 : Infinity;
        return ValueSet.Between(y.Low >= 0 && x.Low >= 0 ? 0 : -Infinity, high);
    }

    private ValueSet Of(Expr.Aggregate a)
    {
        ValueSet of = Of(a.Of);
        return a.Operator switch
        {
            AggregateOperator.Count or AggregateOperator.CountValues => AtLeastOne,
            AggregateOperator.Group => ValueSet.Of(1),
            AggregateOperator.StandardDeviation or AggregateOperator.Variance => AtLeastZero,
            AggregateOperator.Sum => of.Low >= 0 ? AtLeastZero : ValueSet.All,
            _ => of.IsEmpty ? of : ValueSet.Between(of.Low, of.High),
        };
    }

    private ValueSet Of(Expr.Call call) => call.Function switch
    {
        "rate" or "increase" or "irate" or "changes" or "resets" or "abs" or "sqrt" or "exp" or "time"
            or "stddev_over_time" or "stdvar_over_time" or "timestamp" => AtLeastZero,
        "count_over_time" => AtLeastOne,
        "absent" or "absent_over_time" or "present_over_time" => ValueSet.Of(1),
        "hour" => ValueSet.Between(0, 23),
        "minute" => ValueSet.Between(0, 59),
        "month" => ValueSet.Between(1, 12),
        "day_of_week" => ValueSet.Between(0, 6),
        "day_of_month" => ValueSet.Between(1, 31),
        "day_of_year" => ValueSet.Between(1, 366),
        "days_in_month" => ValueSet.Between(28, 31),
        "sgn" => ValueSet.Between(-1, 1),
        "scalar" or "vector" or "sort" or "sort_desc" => Of(call.Arguments[0]),
        "max_over_time" or "min_over_time" or "avg_over_time" or "last_over_time" or "quantile_over_time" =>
            Window(call.Arguments[^1]),
        "clamp_max" when ExprShape.Constant(call.Arguments[1]) is { } max =>
            ValueSet.Between(Math.Min(Of(call.Arguments[0]).Low, max), Math.Min(Of(call.Arguments[0]).High, max)),
        "clamp_min" when ExprShape.Constant(call.Arguments[1]) is { } min =>
            ValueSet.Between(Math.Max(Of(call.Arguments[0]).Low, min), Math.Max(Of(call.Arguments[0]).High, min)),
        "histogram_quantile" => Quantile(call),
        _ => ValueSet.All,
    };

    private ValueSet Window(Expr range) => range switch
    {
        Expr.Range r => Measured(r.Of.Name),
        Expr.Subquery s => Of(s.Of),
        _ => ValueSet.All,
    };

    // Beyond the last finite bound there is nothing to interpolate: the answer is that bound.
    private ValueSet Quantile(Expr.Call call)
    {
        IReadOnlyList<double>? bounds = ExprShape.Parts(call).OfType<Expr.Selector>()
            .Select(s => context.BucketsOf(s.Name)).FirstOrDefault(b => b is not null);
        return bounds is { Count: > 0 } && ExprShape.Constant(call.Arguments[0]) is >= 0 and <= 1
            ? ValueSet.Between(Math.Min(0, bounds[0]), bounds[^1])
            : ValueSet.All;
    }
}
