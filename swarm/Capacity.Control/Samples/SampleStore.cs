namespace Capacity.Control.Samples;

/// <summary>Samples of all series, in memory, for as long as queries look back. One thread at a time.</summary>
/// <remarks>
/// A series keeps its number for ever. Series without a sample within the retention lose their samples and are
/// skipped by selectors until they are appended to again, so a day of coming and going replicas stays cheap.
/// </remarks>
/// <param name="retention">How long a sample is kept, counted back from its series' newest; &gt; 0.
/// At least the furthest look-back of all queries: see <see cref="PromQl.ExprDurations.Longest"/>.</param>
public sealed class SampleStore(TimeSpan retention)
{
    private static readonly TimeSpan RetentionMax = TimeSpan.FromDays(365_000);

    private readonly long _retention = (long)(retention < RetentionMax ? retention : RetentionMax).TotalMilliseconds;
    private readonly Dictionary<LabelSet, int> _numbers = [];
    private readonly List<SampleSeries> _series = [];
    private readonly List<int> _awakened = [];
    private long _nextSweep = long.MinValue;

    /// <summary>How many series were ever added.</summary>
    public int SeriesCount => _series.Count;

    /// <summary>How often series were put to rest; selectors compare it to know when to forget.</summary>
    internal int Sweeps { get; private set; }

    /// <summary>Numbers of series in the order in which they were created or woken: the selectors' journal.</summary>
    internal IReadOnlyList<int> Awakened => _awakened;

    /// <summary>The number of the series with these labels, which is added when it is new.</summary>
    public int GetOrAdd(LabelSet labels)
    {
        if (!_numbers.TryGetValue(labels, out int number))
        {
            number = _series.Count;
            _numbers.Add(labels, number);
            _series.Add(new SampleSeries(labels));
            _awakened.Add(number);
        }

        return number;
    }

    /// <summary>The labels of a series.</summary>
    public LabelSet LabelsOf(int series) => _series[series].Labels;

    /// <summary>Appends a sample. Times at or before the series' newest are ignored, as Prometheus does.</summary>
    /// <param name="series">A number from <see cref="GetOrAdd"/>.</param>
    /// <param name="milliseconds">Since the Unix epoch.</param>
    /// <param name="value">Any double.</param>
    public void Append(int series, long milliseconds, double value)
    {
        SampleSeries target = _series[series];
        if (!target.Append(milliseconds, value, _retention))
        {
            return;
        }

        if (target.IsDormant)
        {
            target.IsDormant = false;
            _awakened.Add(series);
        }

        if (milliseconds >= _nextSweep)
        {
            Sweep(milliseconds);
        }
    }

    /// <summary>Ends a series until its next sample.</summary>
    public void MarkStale(int series, long milliseconds) => Append(series, milliseconds, StaleMarker.Value);

    internal SampleSeries SeriesAt(int number) => _series[number];

    private void Sweep(long now)
    {
        long oldest = now - _retention;
        bool anyDormant = false;
        if (_nextSweep != long.MinValue)
        {
            foreach (SampleSeries series in _series)
            {
                if (!series.IsDormant && series.Count > 0 && series.LastTime < oldest)
                {
                    series.Release();
                    series.IsDormant = true;
                    anyDormant = true;
                }
            }
        }

        Sweeps += anyDormant ? 1 : 0;
        _nextSweep = now + Math.Max(1, _retention / 2);
    }
}
