using System.Diagnostics;

namespace Capacity.Control.PromQl.Engine;

/// <summary>Turns an expression into nodes, once; they are run at every evaluation.</summary>
internal sealed class Planner(QueryContext context)
{
    private LabelTable Labels => context.Labels;

    public ScalarNode Scalar(Expr expr)
    {
        switch (expr)
        {
            case Expr.Number number:
                return new FormulaScalar(_ => number.Value);
            case Expr.Paren paren:
                return Scalar(paren.Of);
            case Expr.Unary unary:
                ScalarNode of = Scalar(unary.Of);
                return unary.Negative ? new FormulaScalar(t => -of.At(t)) : of;
            case Expr.Binary binary:
                return new ScalarBinaryNode(binary, Scalar(binary.Left), Scalar(binary.Right));
            case Expr.Call { Function: "time" }:
                return new FormulaScalar(t => t / 1000.0);
            case Expr.Call { Function: "pi" }:
                return new FormulaScalar(_ => Math.PI);
            case Expr.Call { Function: "scalar" } call:
                return new ScalarOfVectorNode(Vector(call.Arguments[0]));
            default:
                throw new UnreachableException($"Not a scalar: {expr}");
        }
    }

    public VectorNode Vector(Expr expr)
    {
        switch (expr)
        {
            case Expr.Selector selector:
                return new SelectorNode(context, selector, withTimes: false);
            case Expr.Paren paren:
                return Vector(paren.Of);
            case Expr.Unary unary:
                return unary.Negative ? Map(unary.Of, (v, _, _) => -v) : Vector(unary.Of);
            case Expr.Binary binary:
                return Binary(binary);
            case Expr.Aggregate aggregate:
                return Aggregate(aggregate);
            case Expr.Call call:
                return Call(call);
            default:
                throw new UnreachableException($"Not a vector: {expr}");
        }
    }

    public WindowSource Windows(Expr expr) => expr switch
    {
        Expr.Range range => new SelectorWindows(context, range),
        Expr.Subquery subquery => new SubqueryWindows(context, subquery, Vector(subquery.Of)),
        Expr.Paren paren => Windows(paren.Of),
        _ => throw new UnreachableException($"Not a range: {expr}"),
    };

    public static string Text(Expr expr) => expr switch
    {
        Expr.Text text => text.Value,
        Expr.Paren paren => Text(paren.Of),
        _ => throw new UnreachableException($"Not a text: {expr}"),
    };

    private MapNode Map(Expr of, Func<double, double, double, double> f, ScalarNode? a = null, ScalarNode? b = null) =>
        new(context, Vector(of), f, a, b);

    private VectorNode Binary(Expr.Binary binary)
    {
        bool scalarIsLeft = binary.Left.Type == ExprType.Scalar;
        if (scalarIsLeft || binary.Right.Type == ExprType.Scalar)
        {
            VectorNode vector = Vector(scalarIsLeft ? binary.Right : binary.Left);
            ScalarNode scalar = Scalar(scalarIsLeft ? binary.Left : binary.Right);
            return new VectorScalarNode(context, binary, vector, scalar, scalarIsLeft);
        }

        VectorNode left = Vector(binary.Left);
        VectorNode right = Vector(binary.Right);
        return binary.Operator.IsSet()
            ? new SetNode(context, binary, left, right)
            : new VectorBinaryNode(context, binary, left, right);
    }

    private VectorNode Aggregate(Expr.Aggregate aggregate)
    {
        VectorNode of = Vector(aggregate.Of);
        return aggregate.Operator switch
        {
            AggregateOperator.Top or AggregateOperator.Bottom =>
                new TopNode(context, aggregate, of, Scalar(aggregate.Parameter!)),
            AggregateOperator.Quantile => new QuantileNode(context, aggregate, of, Scalar(aggregate.Parameter!)),
            AggregateOperator.CountValues => new CountValuesNode(context, aggregate, of, Text(aggregate.Parameter!)),
            _ => new AggregateNode(context, aggregate, of),
        };
    }

    private VectorNode Call(Expr.Call call)
    {
        Sequence<Expr> arguments = call.Arguments;
        switch (call.Function)
        {
            case "vector":
                return new VectorOfScalarNode(context, Scalar(arguments[0]));
            case "timestamp":
                return Timestamp(arguments[0]);
            case "absent":
                return Absent(arguments[0]);
            case "absent_over_time":
                return new AbsentOverTimeNode(Windows(arguments[0]), Labels.Number(LabelsWhenAbsent(arguments[0])));
            case "histogram_quantile":
                return new HistogramQuantileNode(context, Scalar(arguments[0]), Vector(arguments[1]));
            case "sort" or "sort_desc":
                return Sorted(arguments[0], descending: call.Function == "sort_desc");
            case "label_replace":
                return Relabelled(arguments[0], LabelFunctions.Replace(Text(arguments[1]), Text(arguments[2]),
                    Text(arguments[3]), Text(arguments[4]), context.IsPrometheus3));
            case "label_join":
                return Relabelled(arguments[0], LabelFunctions.Join(Text(arguments[1]), Text(arguments[2]),
                    [.. arguments.Skip(3).Select(Text)], context.IsPrometheus3));
            case "clamp":
                return Clamp(arguments);
            default:
                return Numeric(call);
        }
    }

    private VectorNode Numeric(Expr.Call call)
    {
        List<ScalarNode> scalars = [.. call.Arguments.Where(a => a.Type == ExprType.Scalar).Select(Scalar)];
        ScalarNode? a = scalars.Count > 0 ? scalars[0] : null;
        ScalarNode? b = scalars.Count > 1 ? scalars[1] : null;
        if (RangeFunctions.Find(call.Function, context.IsPrometheus3) is { } range)
        {
            Expr windows = call.Arguments.First(x => x.Type == ExprType.RangeVector);
            bool keepsName = call.Function is "last_over_time" or "first_over_time";
            return new RangeNode(context, Windows(windows), range, keepsName, a, b);
        }

        if (NumberFunctions.Find(call.Function) is not { } number)
        {
            // histogram_count and its kin answer for native histograms only, which no sample here is.
            return new ProcedureNode(Vector(call.Arguments[^1]), (_, _, _) => { });
        }

        if (call.Arguments.Count == 0)
        {
            // hour() is hour(vector(time()))
            var now = new VectorOfScalarNode(context, new FormulaScalar(t => t / 1000.0));
            return new MapNode(context, now, number, null, null);
        }

        a ??= call.Function == "round" ? new FormulaScalar(_ => 1) : null;
        return Map(call.Arguments[0], number, a, b);
    }

    private ProcedureNode Clamp(Sequence<Expr> arguments)
    {
        ScalarNode low = Scalar(arguments[1]);
        ScalarNode high = Scalar(arguments[2]);
        MapNode clamped = Map(arguments[0], NumberFunctions.Find("clamp")!, low, high);
        return new ProcedureNode(clamped, (input, output, time) =>
        {
            if (!(high.At(time) < low.At(time)))
            {
                Copy(input, output);
            }
        });
    }

    private MapNode Timestamp(Expr of)
    {
        Expr inner = of;
        while (inner is Expr.Paren paren)
        {
            inner = paren.Of;
        }

        if (inner is Expr.Selector selector)
        {
            var times = new SelectorNode(context, selector, withTimes: true);
            return new MapNode(context, times, (v, _, _) => v, null, null);
        }

        return new MapNode(context, Vector(of), (_, now, _) => now, new FormulaScalar(t => t / 1000.0), null);
    }

    private ProcedureNode Absent(Expr of)
    {
        int labels = Labels.Number(LabelsWhenAbsent(of));
        return new ProcedureNode(Vector(of), (input, output, _) =>
        {
            if (input.Count == 0)
            {
                output.Add(labels, 1);
            }
        });
    }

    /// <summary>The labels that the missing series would surely have: those matched by equality, once.</summary>
    private static LabelSet LabelsWhenAbsent(Expr of)
    {
        Sequence<LabelMatcher>? matchers = of switch
        {
            Expr.Selector s => s.Matchers,
            Expr.Range r => r.Of.Matchers,
            _ => null,
        };
        LabelSet labels = LabelSet.Empty;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (LabelMatcher matcher in matchers ?? Sequence<LabelMatcher>.Empty)
        {
            if (matcher.Label != LabelSet.MetricName)
            {
                bool sure = matcher.Operator == MatchOperator.Equal && seen.Add(matcher.Label);
                labels = labels.With(matcher.Label, sure ? matcher.Value : "");
            }
        }

        return labels;
    }

    private ProcedureNode Sorted(Expr of, bool descending) => new(Vector(of), (input, output, _) =>
    {
        double[] values = input.Values;
        IEnumerable<int> order = Enumerable.Range(0, input.Count)
            .OrderBy(i => double.IsNaN(values[i]) ? 1 : 0).ThenBy(i => descending ? -values[i] : values[i]);
        foreach (int i in order)
        {
            output.Add(input.Labels[i], values[i]);
        }
    });

    private ProcedureNode Relabelled(Expr of, Func<LabelSet, LabelSet> transform)
    {
        var map = new LabelMap(Labels, transform);
        var duplicates = new DuplicateCheck();
        return new ProcedureNode(Vector(of), (input, output, _) =>
        {
            for (int i = 0; i < input.Count; i++)
            {
                output.Add(map.Of(input.Labels[i]), input.Values[i]);
            }

            duplicates.Verify(output);
        });
    }

    private static void Copy(Vector input, Vector output)
    {
        for (int i = 0; i < input.Count; i++)
        {
            output.Add(input.Labels[i], input.Values[i]);
        }
    }
}
