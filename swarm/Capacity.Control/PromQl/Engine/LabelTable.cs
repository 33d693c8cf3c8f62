namespace Capacity.Control.PromQl.Engine;

/// <summary>Gives label sets small numbers, so that operators compare and map numbers instead of texts.</summary>
internal sealed class LabelTable
{
    private readonly Dictionary<LabelSet, int> _numbers = [];
    private readonly List<LabelSet> _sets = [];

    public int Count => _sets.Count;

    public LabelSet this[int number] => _sets[number];

    public int Number(LabelSet labels)
    {
        if (!_numbers.TryGetValue(labels, out int number))
        {
            number = _sets.Count;
            _numbers.Add(labels, number);
            _sets.Add(labels);
        }

        return number;
    }
}

/// <summary>A remembered function from label sets to label sets.</summary>
internal sealed class LabelMap(LabelTable table, Func<LabelSet, LabelSet> transform)
{
    private int[] _known = []; // the answer's number + 1; 0 is unknown

    public int Of(int labels)
    {
        int known = labels < _known.Length ? _known[labels] : 0;
        return known != 0 ? known - 1 : Learn(labels);
    }

    public static LabelMap DropName(LabelTable table) =>
        new(table, labels => labels.Where(name => name != LabelSet.MetricName));

    private int Learn(int labels)
    {
        int answer = table.Number(transform(table[labels]));
        if (labels >= _known.Length)
        {
            Array.Resize(ref _known, Math.Max(table.Count, 16));
        }

        _known[labels] = answer + 1;
        return answer;
    }
}

/// <summary>Assigns consecutive slots to the label sets of one evaluation; forgetting them costs nothing.</summary>
internal sealed class SlotTable
{
    private long[] _slots = []; // epoch in the high half, slot in the low half
    private int _epoch;

    public int Count { get; private set; }

    public void Begin()
    {
        _epoch++;
        Count = 0;
    }

    /// <summary>The slot of a label set, or −1.</summary>
    public int Find(int labels) => labels < _slots.Length && (int)(_slots[labels] >> 32) == _epoch
        ? (int)(_slots[labels] & int.MaxValue)
        : -1;

    /// <summary>The slot of a label set, which gets the next one when it has none.</summary>
    public int GetOrAdd(int labels)
    {
        int slot = Find(labels);
        if (slot >= 0)
        {
            return slot;
        }

        if (labels >= _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(16, (labels + 1) * 2));
        }

        _slots[labels] = ((long)_epoch << 32) | (uint)Count;
        return Count++;
    }
}
