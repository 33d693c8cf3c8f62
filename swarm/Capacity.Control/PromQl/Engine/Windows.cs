using Capacity.Control.Samples;

namespace Capacity.Control.PromQl.Engine;

/// <summary>One series' points inside a range, with what range functions need to know besides.</summary>
internal ref struct Window
{
    /// <summary>Ascending, ms; at least one.</summary>
    public ReadOnlySpan<long> Times;

    /// <summary>As many as times; no stale markers.</summary>
    public ReadOnlySpan<double> Values;

    /// <summary>Where the range begins, ms.</summary>
    public long Start;

    /// <summary>Where the range ends, ms.</summary>
    public long End;

    /// <summary>The instant of the evaluation, which offsets do not move, ms.</summary>
    public long EvaluatedAt;

    /// <summary>First scalar argument.</summary>
    public double A;

    /// <summary>Second scalar argument.</summary>
    public double B;

    public readonly double RangeSeconds => (End - Start) / 1000.0;
}

/// <summary>Hands out windows: of a selector's samples or of a subquery's results.</summary>
internal abstract class WindowSource(QueryContext context, TimeSpan length, TimeShift shift)
{
    protected QueryContext Context { get; } = context;

    protected ShiftPlan Shift { get; } = new(context, shift);

    protected long Length { get; } = (long)length.TotalMilliseconds;

    /// <summary>Windows of older versions include the sample at their very beginning.</summary>
    protected long FirstIncluded { get; } = context.HasOpenWindows ? 1 : 0;

    /// <summary>Prepares the windows that end at an instant.</summary>
    /// <returns>How many there are at most.</returns>
    public abstract int Load(long time, ref Window window);

    /// <summary>Fills in one window.</summary>
    /// <returns>False when it has no points.</returns>
    public abstract bool TryGet(int index, ref Window window, out int labels);

    protected void SetBounds(long time, ref Window window)
    {
        window.EvaluatedAt = time;
        window.End = Shift.Of(time);
        window.Start = window.End - Length;
    }
}

/// <summary>Windows of samples, without copying them.</summary>
internal sealed class SelectorWindows(QueryContext context, Expr.Range range)
    : WindowSource(context, range.Length, range.Of.Shift)
{
    private readonly SeriesSelection _selection = new(context, range.Of);
    private long[] _times = [];
    private double[] _values = [];

    public override int Load(long time, ref Window window)
    {
        _selection.Refresh();
        SetBounds(time, ref window);
        return _selection.Count;
    }

    public override bool TryGet(int index, ref Window window, out int labels)
    {
        SampleSeries series = _selection.Series(index);
        labels = _selection.Labels(index);
        long first = window.Start + FirstIncluded;
        if (series.LastTime < first)
        {
            return false;
        }

        int from = series.FirstAtOrAfter(first);
        int to = series.LastTime <= window.End ? series.Count : series.FirstAtOrAfter(window.End + 1);
        window.Times = series.Times[from..to];
        window.Values = series.Values[from..to];
        if (series.HasMarkers)
        {
            SkipMarkers(ref window);
        }

        return window.Times.Length > 0;
    }

    private void SkipMarkers(ref Window window)
    {
        if (_times.Length < window.Times.Length)
        {
            _times = new long[window.Times.Length * 2];
            _values = new double[_times.Length];
        }

        int kept = 0;
        for (int i = 0; i < window.Times.Length; i++)
        {
            if (!StaleMarker.Is(window.Values[i]))
            {
                _times[kept] = window.Times[i];
                _values[kept] = window.Values[i];
                kept++;
            }
        }

        window.Times = _times.AsSpan(0, kept);
        window.Values = _values.AsSpan(0, kept);
    }
}

/// <summary>Windows of an expression evaluated step by step; steps are multiples of the step since the epoch.</summary>
internal sealed class SubqueryWindows(QueryContext context, Expr.Subquery subquery, VectorNode of)
    : WindowSource(context, subquery.Length, subquery.Shift)
{
    private readonly long _step =
        Math.Max(1, (long)(subquery.Step ?? context.Options.DefaultSubqueryStep).TotalMilliseconds);

    private readonly SlotTable _slots = new();
    private readonly List<(List<long> Times, List<double> Values)> _points = [];
    private readonly List<int> _labels = [];

    public override int Load(long time, ref Window window)
    {
        SetBounds(time, ref window);
        _slots.Begin();
        _labels.Clear();
        long first = window.Start + FirstIncluded;
        long at = _step * (first / _step);
        at += at < first ? _step : 0;
        for (; at <= window.End; at += _step)
        {
            Context.CountStep();
            of.Run(at);
            for (int i = 0; i < of.Out.Count; i++)
            {
                Add(of.Out.Labels[i], at, of.Out.Values[i]);
            }
        }

        return _slots.Count;
    }

    public override bool TryGet(int index, ref Window window, out int labels)
    {
        (List<long> times, List<double> values) = _points[index];
        window.Times = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(times);
        window.Values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values);
        labels = _labels[index];
        return times.Count > 0;
    }

    private void Add(int labels, long time, double value)
    {
        int slot = _slots.GetOrAdd(labels);
        if (slot == _labels.Count)
        {
            _labels.Add(labels);
            if (slot == _points.Count)
            {
                _points.Add(([], []));
            }

            _points[slot].Times.Clear();
            _points[slot].Values.Clear();
        }

        _points[slot].Times.Add(time);
        _points[slot].Values.Add(value);
    }
}

/// <summary>A number from one window.</summary>
/// <returns>False when the window has too few points.</returns>
internal delegate bool RangeFunction(in Window window, out double value);

/// <summary>A function of ranges: one value per window.</summary>
internal sealed class RangeNode(
    QueryContext context, WindowSource source, RangeFunction function, bool keepsName, ScalarNode? a, ScalarNode? b)
    : VectorNode
{
    private readonly LabelMap? _dropName = keepsName ? null : LabelMap.DropName(context.Labels);
    private readonly DuplicateCheck _duplicates = new();

    public override void Run(long time)
    {
        Out.Clear();
        Window window = default;
        window.A = a?.At(time) ?? 0;
        window.B = b?.At(time) ?? 0;
        int count = source.Load(time, ref window);
        for (int i = 0; i < count; i++)
        {
            if (source.TryGet(i, ref window, out int labels) && function(in window, out double value))
            {
                Out.Add(_dropName?.Of(labels) ?? labels, value);
            }
        }

        _duplicates.Verify(Out);
    }
}
