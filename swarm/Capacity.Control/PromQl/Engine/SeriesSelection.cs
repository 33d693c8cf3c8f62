using Capacity.Control.Samples;

namespace Capacity.Control.PromQl.Engine;

/// <summary>The series that match, found once; later only new and woken series are looked at.</summary>
internal sealed class SeriesSelection
{
    private readonly QueryContext _context;
    private readonly (string Label, Predicate<string> Matches)[] _conditions;
    private readonly List<(int Number, SampleSeries Series, int Labels)> _members = [];
    private readonly HashSet<int> _numbers = [];
    private int _journal;
    private int _sweeps;

    public SeriesSelection(QueryContext context, Expr.Selector selector)
    {
        _context = context;
        _conditions = [.. selector.AllMatchers.Select(m => (m.Label, m.Compile(context.IsPrometheus3)))];
    }

    public int Count => _members.Count;

    public SampleSeries Series(int index) => _members[index].Series;

    public int Labels(int index) => _members[index].Labels;

    public void Refresh()
    {
        SampleStore store = _context.Store;
        if (store.Sweeps != _sweeps)
        {
            _sweeps = store.Sweeps;
            _members.RemoveAll(m => m.Series.IsDormant && _numbers.Remove(m.Number));
        }

        if (_journal < store.Awakened.Count)
        {
            ReadJournal(store);
        }
    }

    private void ReadJournal(SampleStore store)
    {
        bool sorted = true;
        for (; _journal < store.Awakened.Count; _journal++)
        {
            int number = store.Awakened[_journal];
            SampleSeries series = store.SeriesAt(number);
            if (series.IsDormant || !Matches(series.Labels) || !_numbers.Add(number))
            {
                continue;
            }

            sorted &= _members.Count == 0 || _members[^1].Number < number;
            _members.Add((number, series, _context.Labels.Number(series.Labels)));
        }

        if (!sorted)
        {
            _members.Sort((a, b) => a.Number.CompareTo(b.Number)); // sums add up in order of creation
        }
    }

    private bool Matches(LabelSet labels)
    {
        foreach ((string label, Predicate<string> matches) in _conditions)
        {
            if (!matches(labels[label]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The newest sample of each matching series.</summary>
internal sealed class SelectorNode : VectorNode
{
    private readonly SeriesSelection _selection;
    private readonly ShiftPlan _shift;
    private readonly long _lookback;
    private readonly bool _withTimes;

    /// <summary>With times, values are the samples' times in seconds instead: <c>timestamp(foo)</c>.</summary>
    public SelectorNode(QueryContext context, Expr.Selector selector, bool withTimes)
    {
        _selection = new SeriesSelection(context, selector);
        _shift = new ShiftPlan(context, selector.Shift);
        _withTimes = withTimes;
        _lookback = (long)context.Options.Lookback.TotalMilliseconds - (context.HasOpenWindows ? 1 : 0);
    }

    public override void Run(long time)
    {
        _selection.Refresh();
        Out.Clear();
        long at = _shift.Of(time);
        for (int i = 0; i < _selection.Count; i++)
        {
            if (_selection.Series(i).TryNewest(at, out long sampled, out double value)
                && sampled >= at - _lookback && !StaleMarker.Is(value))
            {
                Out.Add(_selection.Labels(i), _withTimes ? sampled / 1000.0 : value);
            }
        }
    }
}
