namespace Capacity.Swarm.Live;

/// <summary>Looks at the alerts that are active, for Prometheus writes no series of them at its first two
/// evaluations.</summary>
/// <param name="history">Asks Prometheus.</param>
internal sealed class AlertWatch(PrometheusHistory history)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<(string Alert, DateTimeOffset Since), bool> _seen = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _labels = new(StringComparer.Ordinal);

    /// <summary>Looks until it is cancelled; then it ends without an exception.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            foreach ((IReadOnlyDictionary<string, string> labels, bool fires, DateTimeOffset since) in
                await history.ActiveAsync(end))
            {
                _labels[Identity(labels)] = labels;
                _seen.TryAdd((Identity(labels), since), fires); // as it was when it was seen first
            }

            await Task.Delay(Pause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Every evaluation at which an alert is known to have been active.</summary>
    /// <param name="series">The series ALERTS.</param>
    /// <param name="seconds">An instant in seconds since the start of the run.</param>
    public IReadOnlyList<AlertSamples> Samples(
        IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, DateTimeOffset[] At)> series,
        Func<DateTimeOffset, double> seconds)
    {
        var found = new List<(string Alert, bool Fires, DateTimeOffset At)>();
        foreach ((IReadOnlyDictionary<string, string> labels, DateTimeOffset[] at) in series)
        {
            _labels[Identity(labels)] = labels;
            bool fires = labels.GetValueOrDefault("alertstate") == "firing";
            found.AddRange(at.Select(t => (Identity(labels), fires, t)));
        }

        found.AddRange(_seen.Select(s => (s.Key.Alert, s.Value, s.Key.Since)));
        return
        [
            .. found.GroupBy(f => f.Alert, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g =>
            {
                IReadOnlyDictionary<string, string> labels = _labels[g.Key];
                string scale = labels.GetValueOrDefault("scale", "");
                double[] At(bool fires) =>
                    [.. g.Where(f => f.Fires == fires).Select(f => Math.Round(seconds(f.At), 3)).Distinct().Order()];
                return new AlertSamples(labels.GetValueOrDefault("alertname", ""),
                    labels.GetValueOrDefault("severity", scale), scale, At(false), At(true));
            }),
        ];
    }

    private static string Identity(IReadOnlyDictionary<string, string> labels) => string.Join(',', labels
        .Where(l => l.Key is not ("alertstate" or "__name__"))
        .OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
}
