using System.Diagnostics;

namespace Capacity.Control.PromQl;

/// <summary>What an expression evaluates to.</summary>
public enum ExprType
{
    /// <summary>One number without labels.</summary>
    Scalar,

    /// <summary>One number per series.</summary>
    InstantVector,

    /// <summary>A stretch of samples per series; an argument of functions only.</summary>
    RangeVector,

    /// <summary>A text.</summary>
    String,
}

/// <summary>Between two operands.</summary>
public enum BinaryOperator
{
    /// <summary><c>+</c></summary>
    Add,

    /// <summary><c>-</c></summary>
    Subtract,

    /// <summary><c>*</c></summary>
    Multiply,

    /// <summary><c>/</c></summary>
    Divide,

    /// <summary><c>%</c></summary>
    Modulo,

    /// <summary><c>^</c></summary>
    Power,

    /// <summary><c>atan2</c></summary>
    Atan2,

    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>and</c></summary>
    And,

    /// <summary><c>or</c></summary>
    Or,

    /// <summary><c>unless</c></summary>
    Unless,
}

/// <summary>What becomes of a group of series.</summary>
public enum AggregateOperator
{
    /// <summary><c>sum</c></summary>
    Sum,

    /// <summary><c>avg</c></summary>
    Average,

    /// <summary><c>count</c></summary>
    Count,

    /// <summary><c>min</c></summary>
    Minimum,

    /// <summary><c>max</c></summary>
    Maximum,

    /// <summary><c>group</c></summary>
    Group,

    /// <summary><c>stddev</c></summary>
    StandardDeviation,

    /// <summary><c>stdvar</c></summary>
    Variance,

    /// <summary><c>topk</c></summary>
    Top,

    /// <summary><c>bottomk</c></summary>
    Bottom,

    /// <summary><c>count_values</c></summary>
    CountValues,

    /// <summary><c>quantile</c></summary>
    Quantile,
}

/// <summary>Spelling and precedence of operators.</summary>
internal static class Operators
{
    /// <summary>Binds tightest; the only operator that groups from the right.</summary>
    public const int PowerPrecedence = 6;

    public static string Text(this BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Power => "^",
        BinaryOperator.Atan2 => "atan2",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.And => "and",
        BinaryOperator.Or => "or",
        BinaryOperator.Unless => "unless",
        _ => throw new UnreachableException($"No text for {op}."),
    };

    public static string Text(this AggregateOperator op) => op switch
    {
        AggregateOperator.Sum => "sum",
        AggregateOperator.Average => "avg",
        AggregateOperator.Count => "count",
        AggregateOperator.Minimum => "min",
        AggregateOperator.Maximum => "max",
        AggregateOperator.Group => "group",
        AggregateOperator.StandardDeviation => "stddev",
        AggregateOperator.Variance => "stdvar",
        AggregateOperator.Top => "topk",
        AggregateOperator.Bottom => "bottomk",
        AggregateOperator.CountValues => "count_values",
        AggregateOperator.Quantile => "quantile",
        _ => throw new UnreachableException($"No text for {op}."),
    };

    public static BinaryOperator? Binary(string lowerCase) => Find<BinaryOperator>(lowerCase, Text);

    public static AggregateOperator? Aggregate(string lowerCase) => Find<AggregateOperator>(lowerCase, Text);

    public static bool IsComparison(this BinaryOperator op) =>
        op is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual;

    public static bool IsSet(this BinaryOperator op) => op >= BinaryOperator.And;

    public static int Precedence(this BinaryOperator op) => op switch
    {
        BinaryOperator.Or => 1,
        BinaryOperator.And or BinaryOperator.Unless => 2,
        BinaryOperator.Add or BinaryOperator.Subtract => 4,
        BinaryOperator.Power => PowerPrecedence,
        _ => op.IsComparison() ? 3 : 5,
    };

    private static T? Find<T>(string text, Func<T, string> textOf)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (textOf(value) == text)
            {
                return value;
            }
        }

        return null;
    }
}
