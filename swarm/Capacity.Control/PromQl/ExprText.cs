using System.Diagnostics;
using System.Text;
using Capacity.Model;

namespace Capacity.Control.PromQl;

/// <summary>Prints expressions as canonical PromQL.</summary>
internal static class ExprText
{
    public static string Print(Expr expr)
    {
        var text = new StringBuilder();
        Print(text, expr);
        return text.ToString();
    }

    private static void Print(StringBuilder text, Expr expr)
    {
        switch (expr)
        {
            case Expr.Number number:
                // "+Inf ^ 2" would read back as the sign of a power.
                text.Append(double.IsPositiveInfinity(number.Value) ? "Inf" : GoText.Number(number.Value));
                break;
            case Expr.Text literal:
                text.Append(GoText.Quote(literal.Value));
                break;
            case Expr.Selector selector:
                PrintSelector(text, selector);
                PrintShift(text, selector.Shift);
                break;
            case Expr.Range range:
                PrintSelector(text, range.Of);
                text.Append('[').Append(PrometheusDuration.Format(range.Length)).Append(']');
                PrintShift(text, range.Of.Shift);
                break;
            case Expr.Subquery subquery:
                Print(text, subquery.Of);
                string step = subquery.Step is { } given ? PrometheusDuration.Format(given) : "";
                string length = PrometheusDuration.Format(subquery.Length);
                text.Append('[').Append(length).Append(':').Append(step).Append(']');
                PrintShift(text, subquery.Shift);
                break;
            case Expr.Unary unary:
                text.Append(unary.Negative ? '-' : '+');
                Print(text, unary.Of);
                break;
            case Expr.Paren paren:
                text.Append('(');
                Print(text, paren.Of);
                text.Append(')');
                break;
            case Expr.Binary binary:
                PrintBinary(text, binary);
                break;
            case Expr.Aggregate aggregate:
                PrintAggregate(text, aggregate);
                break;
            case Expr.Call call:
                text.Append(call.Function).Append('(');
                PrintList(text, call.Arguments, Print);
                text.Append(')');
                break;
            default:
                throw new UnreachableException($"No text for {expr.GetType()}.");
        }
    }

    private static void PrintSelector(StringBuilder text, Expr.Selector selector)
    {
        bool quoted = selector.Name.Length > 0 && !IsMetricName(selector.Name);
        text.Append(quoted ? "" : selector.Name);
        if (selector.Matchers.Count > 0 || selector.Name.Length == 0 || quoted)
        {
            text.Append('{').Append(quoted ? GoText.Quote(selector.Name) : "");
            text.Append(quoted && selector.Matchers.Count > 0 ? ", " : "");
            PrintList(text, selector.Matchers, (t, m) => t.Append(m));
            text.Append('}');
        }
    }

    private static void PrintShift(StringBuilder text, TimeShift shift)
    {
        text.Append(shift.At switch
        {
            null => "",
            { Anchor: PinAnchor.Start } => " @ start()",
            { Anchor: PinAnchor.End } => " @ end()",
            { Milliseconds: var ms } => " @ " + GoText.Decimals(ms / 1000.0, 3),
        });
        if (shift.Offset != TimeSpan.Zero)
        {
            text.Append(" offset ").Append(shift.Offset < TimeSpan.Zero ? "-" : "")
                .Append(PrometheusDuration.Format(shift.Offset.Duration()));
        }
    }

    private static void PrintBinary(StringBuilder text, Expr.Binary binary)
    {
        Print(text, binary.Left);
        text.Append(' ').Append(binary.Operator.Text());
        if (binary.ReturnsBool)
        {
            text.Append(" bool");
        }

        VectorMatching matching = binary.Matching;
        if (matching != VectorMatching.Default)
        {
            text.Append(matching.On ? " on (" : " ignoring (");
            PrintList(text, matching.Labels, (t, l) => t.Append(Label(l)));
            text.Append(')');
        }

        if (matching.Group != GroupSide.None)
        {
            text.Append(matching.Group == GroupSide.Left ? " group_left (" : " group_right (");
            PrintList(text, matching.Include, (t, l) => t.Append(Label(l)));
            text.Append(')');
        }

        text.Append(' ');
        Print(text, binary.Right);
    }

    private static void PrintAggregate(StringBuilder text, Expr.Aggregate aggregate)
    {
        text.Append(aggregate.Operator.Text());
        if (aggregate.Without || aggregate.Labels.Count > 0)
        {
            text.Append(aggregate.Without ? " without (" : " by (");
            PrintList(text, aggregate.Labels, (t, l) => t.Append(Label(l)));
            text.Append(") ");
        }

        text.Append('(');
        if (aggregate.Parameter is not null)
        {
            Print(text, aggregate.Parameter);
            text.Append(", ");
        }

        Print(text, aggregate.Of);
        text.Append(')');
    }

    private static void PrintList<T>(StringBuilder text, IReadOnlyList<T> items, Action<StringBuilder, T> print)
    {
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            print(text, items[i]);
        }
    }

    /// <summary>A label's name, in quotes if it needs them, which only Prometheus 3 takes.</summary>
    public static string Label(string name) => Engine.LabelFunctions.IsLabelName(name) ? name : GoText.Quote(name);

    // Infinity and "not a number" are numbers, whatever stands around them.
    private static bool IsMetricName(string name) =>
        Engine.LabelFunctions.IsLabelName(name.Replace(':', '_'))
        && !name.Equals("inf", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("nan", StringComparison.OrdinalIgnoreCase);
}
