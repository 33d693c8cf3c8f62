using Capacity.Control.PromQl;

namespace Capacity.Control.Linting;

/// <summary>What must hold of one expression for an alert to fire.</summary>
/// <param name="Subject">The expression.</param>
/// <param name="Values">The values that it may have.</param>
/// <param name="MayBeAbsent">Whether the condition also holds when there is no value.</param>
internal sealed record Demand(Expr Subject, ValueSet Values, bool MayBeAbsent)
{
    public string Key { get; } = Subject.ToString();
}

/// <summary>An alert's expression as alternatives, each a list of demands on expressions that all must hold.</summary>
/// <remarks>Which series meet which is left out: labels are taken to agree.</remarks>
internal sealed class AlertCondition
{
    private const int AlternativesMax = 32;

    private AlertCondition(IReadOnlyList<IReadOnlyList<Demand>> alternatives, bool compares)
    {
        Alternatives = alternatives;
        Compares = compares;
    }

    public IReadOnlyList<IReadOnlyList<Demand>> Alternatives { get; }

    /// <summary>Whether anything is compared at all.</summary>
    public bool Compares { get; }

    public static AlertCondition Of(Expr expr)
    {
        expr = ExprShape.Strip(expr);
        if (expr is not Expr.Binary { ReturnsBool: false } b)
        {
            return Opaque(expr, compares: false);
        }

        switch (b.Operator)
        {
            case BinaryOperator.And:
                return Of(b.Left).And(Of(b.Right));
            case BinaryOperator.Or:
                (AlertCondition left, AlertCondition right) = (Of(b.Left), Of(b.Right));
                return new AlertCondition([.. left.Alternatives.Concat(right.Alternatives).Take(AlternativesMax)],
                    left.Compares && right.Compares);
            case BinaryOperator.Unless:
                return Of(b.Left).And(Of(b.Right).Not());
            case var op when op.IsComparison() && ExprShape.Constant(b.Right) is { } bound:
                return Compared(b.Left, op, bound);
            case var op when op.IsComparison() && ExprShape.Constant(b.Left) is { } bound:
                return Compared(b.Right, Turned(op), bound);
            default:
                return Opaque(expr, b.Operator.IsComparison());
        }
    }

    /// <summary>Both at once, demands on one expression joined.</summary>
    public AlertCondition And(AlertCondition other)
    {
        var joint = new List<IReadOnlyList<Demand>>();
        foreach (IReadOnlyList<Demand> a in Alternatives)
        {
            joint.AddRange(other.Alternatives.Select(b => Join(a.Concat(b))));
        }

        return new AlertCondition([.. joint.Take(AlternativesMax)], Compares || other.Compares);
    }

    private static List<Demand> Join(IEnumerable<Demand> demands)
    {
        var joined = new List<Demand>();
        foreach (Demand demand in demands)
        {
            int known = joined.FindIndex(d => d.Key == demand.Key);
            if (known < 0)
            {
                joined.Add(demand);
                continue;
            }

            Demand old = joined[known];
            joined[known] = new Demand(
                old.Subject, old.Values.And(demand.Values), old.MayBeAbsent && demand.MayBeAbsent);
        }

        return joined;
    }

    private static AlertCondition Opaque(Expr expr, bool compares) =>
        new([[new Demand(expr, ValueSet.All, MayBeAbsent: false)]], compares);

    private static AlertCondition Compared(Expr subject, BinaryOperator op, double bound)
    {
        const double Infinity = double.PositiveInfinity;
        ValueSet values = op switch
        {
            BinaryOperator.Less => ValueSet.Between(-Infinity, bound, highOpen: true),
            BinaryOperator.LessOrEqual => ValueSet.Between(-Infinity, bound),
            BinaryOperator.Greater => ValueSet.Between(bound, Infinity, lowOpen: true),
            BinaryOperator.GreaterOrEqual => ValueSet.Between(bound, Infinity),
            BinaryOperator.Equal => ValueSet.Of(bound),
            _ => ValueSet.Of(bound).Not(),
        };

        // "x > 1 < 2": what is filtered once is filtered again.
        var own = new AlertCondition([[new Demand(Innermost(subject), values, MayBeAbsent: false)]], compares: true);
        return IsFilter(subject) ? Of(subject).And(own) : own;
    }

    private static bool IsFilter(Expr expr) => ExprShape.Strip(expr) is Expr.Binary { ReturnsBool: false } b
        && b.Operator.IsComparison() && (ExprShape.Constant(b.Left) ?? ExprShape.Constant(b.Right)) is not null;

    private static Expr Innermost(Expr expr)
    {
        expr = ExprShape.Strip(expr);
        return !IsFilter(expr) ? expr
            : Innermost(ExprShape.Constant(((Expr.Binary)expr).Right) is not null
                ? ((Expr.Binary)expr).Left : ((Expr.Binary)expr).Right);
    }

    private AlertCondition Not()
    {
        AlertCondition all = new([[]], compares: Compares);
        foreach (IReadOnlyList<Demand> alternative in Alternatives)
        {
            IReadOnlyList<IReadOnlyList<Demand>> broken = [.. alternative
                .Select(d => d with { Values = d.Values.Not(), MayBeAbsent = true })
                .Select(d => (IReadOnlyList<Demand>)[d])];
            all = all.And(new AlertCondition(broken, Compares));
        }

        return all;
    }

    private static BinaryOperator Turned(BinaryOperator op) => op switch
    {
        BinaryOperator.Less => BinaryOperator.Greater,
        BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
        BinaryOperator.Greater => BinaryOperator.Less,
        BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
        _ => op,
    };
}
