using System.Diagnostics;

namespace Capacity.Control.PromQl.Engine;

/// <summary>Operators on two numbers.</summary>
internal static class Arithmetic
{
    /// <summary>Applies an operator. Comparisons say in <c>keep</c> whether they hold; others always keep.</summary>
    /// <returns>The result of arithmetic, or the left operand of a comparison.</returns>
    public static double Apply(BinaryOperator op, double left, double right, out bool keep)
    {
        keep = true;
        switch (op)
        {
            case BinaryOperator.Add: return left + right;
            case BinaryOperator.Subtract: return left - right;
            case BinaryOperator.Multiply: return left * right;
            case BinaryOperator.Divide: return left / right;
            case BinaryOperator.Modulo: return left % right;
            case BinaryOperator.Power: return Math.Pow(left, right);
            case BinaryOperator.Atan2: return Math.Atan2(left, right);
            case BinaryOperator.Equal: keep = left == right; return left;
            case BinaryOperator.NotEqual: keep = left != right; return left;
            case BinaryOperator.Less: keep = left < right; return left;
            case BinaryOperator.LessOrEqual: keep = left <= right; return left;
            case BinaryOperator.Greater: keep = left > right; return left;
            case BinaryOperator.GreaterOrEqual: keep = left >= right; return left;
            default: throw new UnreachableException($"No arithmetic for {op}.");
        }
    }

    /// <summary>Whether the result is no longer what the metric's name says.</summary>
    /// <remarks>Prometheus 2.42 forgot <c>atan2</c>; 3.x did not.</remarks>
    public static bool DropsName(BinaryOperator op, bool prometheus3) =>
        op <= (prometheus3 ? BinaryOperator.Atan2 : BinaryOperator.Power);
}
