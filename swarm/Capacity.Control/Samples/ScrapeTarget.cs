using Capacity.Model;

namespace Capacity.Control.Samples;

/// <summary>Turns scrapes of one target into samples, <c>up</c> and stale markers, as Prometheus does.</summary>
/// <remarks>
/// Source: Prometheus, scrape/scrape.go. Samples are written when the scrape ends, stamped with its beginning.
/// Per scrape: <see cref="Begin"/>, <see cref="Sample"/> for each series, <see cref="End"/>.
/// </remarks>
public sealed class ScrapeTarget
{
    private const double RemovalWait = 1.1; // intervals between the next would-be scrape and the writing of markers

    private readonly SampleStore _store;
    private readonly LabelSet _targetLabels;
    private readonly TimeSpan _interval;
    private readonly int _up;
    private readonly List<double> _values = [];
    private List<int> _now = [];
    private List<int> _before = [];
    private Instant? _last;
    private Instant _removalStamp;

    /// <summary>Creates a target that has not been scraped yet.</summary>
    /// <param name="store">Where the samples go.</param>
    /// <param name="targetLabels">Labels that every series gets: <c>job</c>, <c>instance</c>, others.</param>
    /// <param name="interval">Scrape interval, &gt; 0.</param>
    public ScrapeTarget(SampleStore store, LabelSet targetLabels, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        _store = store;
        _targetLabels = targetLabels;
        _interval = interval;
        _up = store.GetOrAdd(targetLabels.With(LabelSet.MetricName, "up"));
    }

    /// <summary>The series that an exposed metric is stored as.</summary>
    /// <param name="exposed">As the target shows it, <c>__name__</c> among the labels. A label that the target's own
    /// labels have too is kept as <c>exported_…</c> (<c>honor_labels: false</c>).</param>
    /// <returns>A series number of the store; the same for the same labels.</returns>
    public int Series(LabelSet exposed)
    {
        var merged = new List<KeyValuePair<string, string>>(exposed.Count + _targetLabels.Count);
        foreach ((string name, string value) in exposed.Labels)
        {
            bool taken = _targetLabels[name].Length > 0;
            merged.Add(new(taken ? ExportedName(name, exposed) : name, value));
        }

        merged.AddRange(_targetLabels.Labels);
        return _store.GetOrAdd(new LabelSet(merged));
    }

    /// <summary>A scrape begins: the instant with which its samples are stamped.</summary>
    public void Begin(Instant at)
    {
        _last = at;
        _now.Clear();
        _values.Clear();
    }

    /// <summary>One sample of the scrape that is under way.</summary>
    public void Sample(int series, double value)
    {
        _now.Add(series);
        _values.Add(value);
    }

    /// <summary>The scrape ends: its samples become visible, series that vanished get a stale marker.</summary>
    /// <param name="succeeded">False discards the samples, ends every series and writes <c>up</c> = 0.</param>
    public void End(bool succeeded)
    {
        if (_last is not { } at)
        {
            return;
        }

        long time = at.Milliseconds;
        if (!succeeded)
        {
            _now.Clear();
        }

        for (int i = 0; i < _now.Count; i++)
        {
            _store.Append(_now[i], time, _values[i]);
        }

        MarkVanished(time);
        _store.Append(_up, time, succeeded ? 1 : 0);
        (_before, _now) = (_now, _before);
    }

    /// <summary>The target was removed from discovery: no scrape follows.</summary>
    /// <returns>When <see cref="WriteRemovalMarkers"/> is to be called: 1.1 intervals after the next would-be scrape,
    /// with which the markers are stamped. <see cref="Instant.Never"/> when the target was never scraped.</returns>
    public Instant Remove(Instant removedAt)
    {
        if (_last is not { } last)
        {
            return Instant.Never;
        }

        long missed = Math.Max(0, (removedAt - last).Ticks / _interval.Ticks);
        _removalStamp = last + ((missed + 1) * _interval);
        return _removalStamp + (RemovalWait * _interval);
    }

    /// <summary>Ends all series of the removed target, <c>up</c> too, unless written again since.</summary>
    public void WriteRemovalMarkers()
    {
        long time = _removalStamp.Milliseconds;
        foreach (int series in _before)
        {
            _store.MarkStale(series, time);
        }

        _store.MarkStale(_up, time);
        _before.Clear();
    }

    private static string ExportedName(string name, LabelSet exposed)
    {
        string renamed = "exported_" + name;
        while (exposed[renamed].Length > 0)
        {
            renamed = "exported_" + renamed;
        }

        return renamed;
    }

    private void MarkVanished(long time)
    {
        if (SameSeries())
        {
            return;
        }

        var present = new HashSet<int>(_now);
        foreach (int series in _before)
        {
            if (!present.Contains(series))
            {
                _store.MarkStale(series, time);
            }
        }
    }

    // Nearly every scrape shows the series of the one before, in the same order.
    private bool SameSeries() => _before.Count <= _now.Count
        && System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_before)
            .SequenceEqual(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_now)[.._before.Count]);
}
