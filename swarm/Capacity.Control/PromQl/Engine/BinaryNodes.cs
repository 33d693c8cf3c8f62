namespace Capacity.Control.PromQl.Engine;

/// <summary>An operator between two scalars.</summary>
internal sealed class ScalarBinaryNode(Expr.Binary binary, ScalarNode left, ScalarNode right) : ScalarNode
{
    public override double At(long time)
    {
        double value = Arithmetic.Apply(binary.Operator, left.At(time), right.At(time), out bool keep);
        return binary.Operator.IsComparison() ? (keep ? 1 : 0) : value;
    }
}

/// <summary>An operator between each series of a vector and a scalar.</summary>
internal sealed class VectorScalarNode(
    QueryContext context, Expr.Binary binary, VectorNode vector, ScalarNode scalar, bool scalarIsLeft) : VectorNode
{
    private readonly BinaryOperator _op = binary.Operator;
    private readonly bool _compares = binary.Operator.IsComparison();
    private readonly LabelMap? _dropName =
        binary.ReturnsBool || Arithmetic.DropsName(binary.Operator, context.IsPrometheus3)
            ? LabelMap.DropName(context.Labels)
            : null;

    private readonly DuplicateCheck _duplicates = new();

    public override void Run(long time)
    {
        vector.Run(time);
        double constant = scalar.At(time);
        Out.Clear();
        Vector input = vector.Out;
        for (int i = 0; i < input.Count; i++)
        {
            double sample = input.Values[i];
            double value = scalarIsLeft
                ? Arithmetic.Apply(_op, constant, sample, out bool keep)
                : Arithmetic.Apply(_op, sample, constant, out keep);
            if (_compares)
            {
                value = binary.ReturnsBool ? (keep ? 1 : 0) : sample; // filters keep the vector's value
            }

            if (keep || binary.ReturnsBool)
            {
                Out.Add(_dropName?.Of(input.Labels[i]) ?? input.Labels[i], value);
            }
        }

        if (_dropName is not null)
        {
            _duplicates.Verify(Out);
        }
    }
}

/// <summary>What identifies a series within a binary operation.</summary>
internal static class MatchSignature
{
    public static LabelMap Map(LabelTable table, VectorMatching matching)
    {
        string[] labels = [.. matching.Labels];
        return matching.On
            ? new LabelMap(table, set => set.Where(n => labels.Contains(n, StringComparer.Ordinal)))
            : new LabelMap(table, set => set.Where(
                n => n != LabelSet.MetricName && !labels.Contains(n, StringComparer.Ordinal)));
    }
}

/// <summary>and, or, unless: which series there are, whatever their values.</summary>
internal sealed class SetNode(QueryContext context, Expr.Binary binary, VectorNode left, VectorNode right) : VectorNode
{
    private readonly LabelMap _signature = MatchSignature.Map(context.Labels, binary.Matching);
    private readonly SlotTable _known = new();
    private readonly DuplicateCheck _duplicates = new();

    public override void Run(long time)
    {
        left.Run(time);
        right.Run(time);
        Out.Clear();
        _known.Begin();
        if (binary.Operator == BinaryOperator.Or)
        {
            Mark(left.Out);
            Copy(left.Out, known: null);
            Copy(right.Out, known: false);
            _duplicates.Verify(Out);
        }
        else
        {
            Mark(right.Out);
            Copy(left.Out, known: binary.Operator == BinaryOperator.And);
        }
    }

    private void Mark(Vector vector)
    {
        for (int i = 0; i < vector.Count; i++)
        {
            _known.GetOrAdd(_signature.Of(vector.Labels[i]));
        }
    }

    private void Copy(Vector vector, bool? known)
    {
        for (int i = 0; i < vector.Count; i++)
        {
            if (known is null || _known.Find(_signature.Of(vector.Labels[i])) >= 0 == known)
            {
                Out.Add(vector.Labels[i], vector.Values[i]);
            }
        }
    }
}

/// <summary>Arithmetic and comparisons between the matching series of two vectors.</summary>
internal sealed class VectorBinaryNode : VectorNode
{
    private readonly Expr.Binary _binary;
    private readonly QueryContext _context;
    private readonly VectorNode _many;
    private readonly VectorNode _one;
    private readonly bool _swapped;
    private readonly LabelMap _signature;
    private readonly LabelMap? _oneToOneLabels;
    private readonly Dictionary<(int Many, int One), int> _groupedLabels = [];
    private readonly SlotTable _ones = new();
    private readonly SlotTable _taken = new();
    private readonly DuplicateCheck _duplicates = new();
    private int[] _indexOfOne = new int[4];

    public VectorBinaryNode(QueryContext context, Expr.Binary binary, VectorNode left, VectorNode right)
    {
        _context = context;
        _binary = binary;
        _swapped = binary.Matching.Group == GroupSide.Right;
        _many = _swapped ? right : left;
        _one = _swapped ? left : right;
        _signature = MatchSignature.Map(context.Labels, binary.Matching);
        _oneToOneLabels = binary.Matching.Group == GroupSide.None
            ? new LabelMap(context.Labels, labels => ResultLabels(labels, LabelSet.Empty))
            : null;
    }

    public override void Run(long time)
    {
        _many.Run(time);
        _one.Run(time);
        Out.Clear();
        Vector many = _many.Out;
        Vector one = _one.Out;
        if (many.Count == 0 || one.Count == 0)
        {
            return;
        }

        IndexOnes(one);
        _taken.Begin();
        for (int i = 0; i < many.Count; i++)
        {
            int signature = _signature.Of(many.Labels[i]);
            int slot = _ones.Find(signature);
            if (slot < 0)
            {
                continue;
            }

            if (_oneToOneLabels is not null && _context.IsPrometheus3)
            {
                VerifyFirst(signature); // 2.x counts only the pairs that a comparison keeps
            }

            int partner = _indexOfOne[slot];
            double left = _swapped ? one.Values[partner] : many.Values[i];
            double right = _swapped ? many.Values[i] : one.Values[partner];
            double value = Arithmetic.Apply(_binary.Operator, left, right, out bool keep);
            if (_binary.ReturnsBool)
            {
                value = keep ? 1 : 0;
            }
            else if (!keep)
            {
                continue;
            }

            int labels = _oneToOneLabels?.Of(many.Labels[i]) ?? Grouped(many.Labels[i], one.Labels[partner]);
            if (_oneToOneLabels is null || !_context.IsPrometheus3)
            {
                VerifyFirst(_oneToOneLabels is null ? labels : signature);
            }

            Out.Add(labels, value);
        }

        _duplicates.Verify(Out);
    }

    private void IndexOnes(Vector one)
    {
        _ones.Begin();
        if (_indexOfOne.Length < one.Count)
        {
            _indexOfOne = new int[one.Count * 2];
        }

        for (int i = 0; i < one.Count; i++)
        {
            int signature = _signature.Of(one.Labels[i]);
            int before = _ones.Count;
            int slot = _ones.GetOrAdd(signature);
            if (_ones.Count == before)
            {
                LabelTable table = _context.Labels;
                string side = _swapped ? "left" : "right";
                LabelSet first = table[one.Labels[_indexOfOne[slot]]];
                throw new QueryFailureException($"found duplicate series for the match group {table[signature]} on the "
                    + $"{side} hand-side of the operation: [{table[one.Labels[i]]}, {first}]"
                    + ";many-to-many matching not allowed: matching labels must be unique on one side");
            }

            _indexOfOne[slot] = i;
        }
    }

    private void VerifyFirst(int key)
    {
        int before = _taken.Count;
        _taken.GetOrAdd(key);
        if (_taken.Count == before)
        {
            throw new QueryFailureException(_oneToOneLabels is not null
                ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                : "multiple matches for labels: grouping labels must ensure unique matches");
        }
    }

    private int Grouped(int many, int one)
    {
        if (!_groupedLabels.TryGetValue((many, one), out int labels))
        {
            labels = _context.Labels.Number(ResultLabels(_context.Labels[many], _context.Labels[one]));
            _groupedLabels.Add((many, one), labels);
        }

        return labels;
    }

    private LabelSet ResultLabels(LabelSet many, LabelSet one)
    {
        VectorMatching matching = _binary.Matching;
        bool dropName = _binary.ReturnsBool || Arithmetic.DropsName(_binary.Operator, _context.IsPrometheus3);
        LabelSet labels = dropName ? many.Where(n => n != LabelSet.MetricName) : many;
        if (matching.Group == GroupSide.None)
        {
            labels = labels.Where(n => matching.Labels.Contains(n, StringComparer.Ordinal) == matching.On
                || (!matching.On && n == LabelSet.MetricName));
        }

        foreach (string include in matching.Include)
        {
            labels = labels.With(include, one[include]);
        }

        return labels;
    }
}
