namespace Capacity.Control.Samples;

/// <summary>One series' samples, oldest first, in one contiguous stretch, so that a window is a span.</summary>
/// <remarks>A sliding buffer: when the array is full, live samples move to its front or to a larger array.</remarks>
internal sealed class SampleSeries(LabelSet labels)
{
    private const int SmallestCapacity = 16;

    private long[] _times = [];
    private double[] _values = [];
    private int _from;
    private int _to;

    public LabelSet Labels { get; } = labels;

    /// <summary>Without samples inside the retention: selectors have forgotten this series.</summary>
    public bool IsDormant { get; set; }

    /// <summary>How many of the kept samples are stale markers (an upper bound once old ones were dropped).</summary>
    public bool HasMarkers => _markers > 0;

    private int _markers;

    public int Count => _to - _from;

    public long LastTime => _to > _from ? _times[_to - 1] : long.MinValue;

    public ReadOnlySpan<long> Times => _times.AsSpan(_from, _to - _from);

    public ReadOnlySpan<double> Values => _values.AsSpan(_from, _to - _from);

    /// <summary>Appends unless the time is not after the newest sample.</summary>
    public bool Append(long time, double value, long retention)
    {
        if (_to > _from && time <= _times[_to - 1])
        {
            return false;
        }

        if (_to == _times.Length)
        {
            DropBefore(time - retention); // only now: looking at the oldest sample each time costs more
            MakeRoom();
        }

        _times[_to] = time;
        _values[_to] = value;
        _to++;
        if (StaleMarker.Is(value))
        {
            _markers++;
        }

        return true;
    }

    /// <summary>Forgets all samples and gives the memory back.</summary>
    public void Release()
    {
        _times = [];
        _values = [];
        _from = 0;
        _to = 0;
        _markers = 0;
    }

    /// <summary>Index of the first kept sample at or after a time; <see cref="Count"/> when there is none.</summary>
    public int FirstAtOrAfter(long time)
    {
        int low = _from;
        int high = _to;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_times[middle] < time)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - _from;
    }

    /// <summary>The newest sample at or before a time.</summary>
    public bool TryNewest(long atOrBefore, out long time, out double value)
    {
        int index = LastTime <= atOrBefore ? Count - 1 : FirstAtOrAfter(atOrBefore + 1) - 1;
        if (index < 0)
        {
            time = 0;
            value = 0;
            return false;
        }

        time = _times[_from + index];
        value = _values[_from + index];
        return true;
    }

    private void DropBefore(long oldest)
    {
        while (_from < _to && _times[_from] < oldest)
        {
            if (StaleMarker.Is(_values[_from]))
            {
                _markers--;
            }

            _from++;
        }
    }

    private void MakeRoom()
    {
        int count = _to - _from;
        bool slide = _from > _times.Length / 2;
        long[] times = slide ? _times : new long[Math.Max(SmallestCapacity, _times.Length * 2)];
        double[] values = slide ? _values : new double[times.Length];
        Array.Copy(_times, _from, times, 0, count);
        Array.Copy(_values, _from, values, 0, count);
        (_times, _values, _from, _to) = (times, values, 0, count);
    }
}
