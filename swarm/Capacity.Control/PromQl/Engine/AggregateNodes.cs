using System.Diagnostics;

namespace Capacity.Control.PromQl.Engine;

/// <summary>Which series fall into one group, and under which labels the group appears.</summary>
internal static class Grouping
{
    public static LabelMap Map(LabelTable table, Expr.Aggregate aggregate, string? alsoKept = null)
    {
        string[] labels = [.. aggregate.Labels];
        return aggregate.Without
            ? new LabelMap(table, set => set.Where(
                n => n == alsoKept || (n != LabelSet.MetricName && !labels.Contains(n, StringComparer.Ordinal))))
            : new LabelMap(table, set => set.Where(n => n == alsoKept || labels.Contains(n, StringComparer.Ordinal)));
    }
}

/// <summary>sum, avg, count, min, max, group, stddev, stdvar: one pass, groups in order of appearance.</summary>
internal sealed class AggregateNode(QueryContext context, Expr.Aggregate aggregate, VectorNode of) : VectorNode
{
    private readonly LabelMap _group = Grouping.Map(context.Labels, aggregate);
    private readonly SlotTable _slots = new();
    private Accumulator[] _groups = new Accumulator[4];
    private int[] _labels = new int[4];

    public override void Run(long time)
    {
        of.Run(time);
        _slots.Begin();
        Vector input = of.Out;
        for (int i = 0; i < input.Count; i++)
        {
            int labels = _group.Of(input.Labels[i]);
            int before = _slots.Count;
            int slot = _slots.GetOrAdd(labels);
            if (_slots.Count != before)
            {
                First(slot, labels, input.Values[i]);
            }
            else
            {
                Add(ref _groups[slot], input.Values[i]);
            }
        }

        Out.Clear();
        for (int slot = 0; slot < _slots.Count; slot++)
        {
            Out.Add(_labels[slot], Result(in _groups[slot]));
        }
    }

    private void First(int slot, int labels, double value)
    {
        if (slot == _groups.Length)
        {
            Array.Resize(ref _groups, slot * 2);
            Array.Resize(ref _labels, slot * 2);
        }

        _labels[slot] = labels;
        _groups[slot] = new Accumulator { Count = 1, Sum = new Kahan(value), Mean = value };
        bool spread = aggregate.Operator is AggregateOperator.Variance or AggregateOperator.StandardDeviation;
        _groups[slot].Squares = context.IsPrometheus3 && spread && !double.IsFinite(value) ? double.NaN : 0;
    }

    private void Add(ref Accumulator group, double value)
    {
        group.Count++;
        switch (aggregate.Operator)
        {
            case AggregateOperator.Sum when context.IsPrometheus3:
                group.Sum.Add(value);
                break;
            case AggregateOperator.Sum:
                group.Sum.Sum += value;
                break;
            case AggregateOperator.Average when context.IsPrometheus3:
                AddToAverage3(ref group, value);
                break;
            case AggregateOperator.Average:
                MoveMean(ref group.Mean, group.Count, value);
                break;
            case AggregateOperator.Minimum:
                group.Mean = value < group.Mean || double.IsNaN(group.Mean) ? value : group.Mean;
                break;
            case AggregateOperator.Maximum:
                group.Mean = value > group.Mean || double.IsNaN(group.Mean) ? value : group.Mean;
                break;
            case AggregateOperator.Variance or AggregateOperator.StandardDeviation:
                double delta = value - group.Mean;
                group.Mean += delta / group.Count;
                group.Squares += delta * (value - group.Mean);
                break;
            default:
                break; // count and group only count
        }
    }

    private static void MoveMean(ref double mean, int count, double value)
    {
        if (!Statistics.StaysInfinite(mean, value))
        {
            mean += (value / count) - (mean / count);
        }
    }

    // A sum, as long as it is finite; from there on a mean that is moved by each value.
    private static void AddToAverage3(ref Accumulator group, double value)
    {
        if (!group.MovesMean)
        {
            Kahan sum = group.Sum;
            sum.Add(value);
            if (!double.IsInfinity(sum.Sum))
            {
                group.Sum = sum;
                return;
            }

            group.MovesMean = true;
            group.Sum = new Kahan(group.Sum.Sum / (group.Count - 1)) { Lost = group.Sum.Lost / (group.Count - 1) };
        }

        if (!Statistics.StaysInfinite(group.Sum.Sum, value))
        {
            double q = (group.Count - 1) / (double)group.Count;
            Kahan scaled = new(q * group.Sum.Sum) { Lost = q * group.Sum.Lost };
            scaled.Add(value / group.Count);
            group.Sum = scaled;
        }
    }

    private double Result(in Accumulator group) => aggregate.Operator switch
    {
        AggregateOperator.Sum => context.IsPrometheus3 ? group.Sum.Total : group.Sum.Sum,
        AggregateOperator.Average when !context.IsPrometheus3 => group.Mean,
        AggregateOperator.Average when group.MovesMean => group.Sum.Total,
        AggregateOperator.Average => (group.Sum.Sum / group.Count) + (group.Sum.Lost / group.Count),
        AggregateOperator.Count => group.Count,
        AggregateOperator.Group => 1,
        AggregateOperator.Minimum or AggregateOperator.Maximum => group.Mean,
        AggregateOperator.Variance => group.Squares / group.Count,
        AggregateOperator.StandardDeviation => Math.Sqrt(group.Squares / group.Count),
        _ => throw new UnreachableException($"{aggregate.Operator} is not computed in one pass."),
    };

    private struct Accumulator
    {
        public int Count;
        public Kahan Sum;
        public double Mean;
        public double Squares;
        public bool MovesMean;
    }
}

/// <summary>topk and bottomk: whole series, the best of each group first.</summary>
internal sealed class TopNode(QueryContext context, Expr.Aggregate aggregate, VectorNode of, ScalarNode k) : VectorNode
{
    private readonly LabelMap _group = Grouping.Map(context.Labels, aggregate);
    private readonly SlotTable _slots = new();
    private readonly bool _bottom = aggregate.Operator == AggregateOperator.Bottom;

    public override void Run(long time)
    {
        of.Run(time);
        Out.Clear();
        double wanted = k.At(time);
        if (double.IsNaN(wanted) || wanted >= 9.2e18)
        {
            throw new QueryFailureException($"Scalar value {GoText.Number(wanted)} overflows int64");
        }

        if (wanted < 1)
        {
            return;
        }

        _slots.Begin();
        var groups = new List<List<int>>();
        for (int i = 0; i < of.Out.Count; i++)
        {
            int slot = _slots.GetOrAdd(_group.Of(of.Out.Labels[i]));
            if (slot == groups.Count)
            {
                groups.Add([]);
            }

            groups[slot].Add(i);
        }

        double[] values = of.Out.Values;
        foreach (List<int> members in groups)
        {
            IEnumerable<int> best = members.OrderBy(i => double.IsNaN(values[i]) ? 1 : 0)
                .ThenBy(i => _bottom ? values[i] : -values[i]);
            foreach (int i in best.Take((int)Math.Min(wanted, members.Count)))
            {
                Out.Add(of.Out.Labels[i], values[i]);
            }
        }
    }
}

/// <summary>quantile: of each group's values.</summary>
internal sealed class QuantileNode(QueryContext context, Expr.Aggregate aggregate, VectorNode of, ScalarNode q)
    : VectorNode
{
    private readonly LabelMap _group = Grouping.Map(context.Labels, aggregate);
    private readonly SlotTable _slots = new();

    public override void Run(long time)
    {
        of.Run(time);
        Out.Clear();
        _slots.Begin();
        var groups = new List<(int Labels, List<double> Values)>();
        for (int i = 0; i < of.Out.Count; i++)
        {
            int labels = _group.Of(of.Out.Labels[i]);
            int slot = _slots.GetOrAdd(labels);
            if (slot == groups.Count)
            {
                groups.Add((labels, []));
            }

            groups[slot].Values.Add(of.Out.Values[i]);
        }

        double quantile = q.At(time);
        foreach ((int labels, List<double> values) in groups)
        {
            Out.Add(labels, Statistics.Quantile(quantile, [.. values]));
        }
    }
}

/// <summary>count_values: how many series have each value, which becomes a label.</summary>
internal sealed class CountValuesNode : VectorNode
{
    private readonly QueryContext _context;
    private readonly VectorNode _of;
    private readonly string _label;
    private readonly LabelMap _group;
    private readonly SlotTable _slots = new();
    private readonly Dictionary<(int Labels, long Bits), int> _valued = [];

    public CountValuesNode(QueryContext context, Expr.Aggregate aggregate, VectorNode of, string label)
    {
        if (!LabelFunctions.IsLabelName(label))
        {
            throw new QueryFailureException($"invalid label name {GoText.Quote(label)}");
        }

        _context = context;
        _of = of;
        _label = label;
        _group = Grouping.Map(context.Labels, aggregate, alsoKept: label);
    }

    public override void Run(long time)
    {
        _of.Run(time);
        Out.Clear();
        _slots.Begin();
        for (int i = 0; i < _of.Out.Count; i++)
        {
            int labels = _group.Of(WithValue(_of.Out.Labels[i], _of.Out.Values[i]));
            int slot = _slots.GetOrAdd(labels);
            if (slot == Out.Count)
            {
                Out.Add(labels, 0);
            }

            Out.Values[slot]++;
        }
    }

    private int WithValue(int labels, double value)
    {
        (int, long) key = (labels, BitConverter.DoubleToInt64Bits(value));
        if (!_valued.TryGetValue(key, out int valued))
        {
            valued = _context.Labels.Number(_context.Labels[labels].With(_label, GoText.Fixed(value)));
            _valued.Add(key, valued);
        }

        return valued;
    }
}
