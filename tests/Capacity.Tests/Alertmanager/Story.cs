using System.Globalization;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Tests.Alertmanager;

/// <summary>A small play with Alertmanager: what happens, and what it sends, in seconds.</summary>
internal sealed class Story
{
    private readonly AlertmanagerSimulation _simulation;
    private readonly Func<Notification, (double Seconds, DeliveryOutcome Outcome)> _receiver;
    private readonly List<(Instant At, Notification Notification, DeliveryOutcome Outcome)> _underWay = [];
    private readonly List<string> _sent = [];

    public Story(string route, AlertmanagerOptions? options = null, string rest = "",
        Func<Notification, (double Seconds, DeliveryOutcome Outcome)>? receiver = null)
    {
        string yaml = $"route: {{receiver: r, {route}}}\n{rest}\n"
            + (rest.Contains("receivers:", StringComparison.Ordinal) ? ""
                : "receivers: [{name: r, webhook_configs: [{url: 'http://h/r'}]}]\n");
        _simulation = new AlertmanagerSimulation(Trace.Config(yaml), options ?? new AlertmanagerOptions(), At(0));
        _receiver = receiver ?? (_ => (0.05, DeliveryOutcome.Ok));
    }

    public AlertmanagerSimulation Simulation => _simulation;

    public List<Notification> Notifications { get; } = [];

    public static Instant At(double seconds) => Instant.FromSeconds(1_800_000_000 + seconds);

    /// <summary>An alert with the one label alertname fires, or resolves when an end is given.</summary>
    public Story Post(double at, string name, double? start = null, double? end = null)
    {
        Run(at, inclusive: false);
        _simulation.Receive(At(at), [
            new AlertPost(LabelSet.Of(("alertname", name)), LabelSet.Empty, At(start ?? at), end is { } e ? At(e)
            : null)]);
        return this;
    }

    public Story Do(double at, Action<AlertmanagerSimulation> what)
    {
        Run(at, inclusive: false);
        what(_simulation);
        return this;
    }

    /// <summary>What was sent until then: "2.0 A", "7.0 A- B" (A resolved, B fires).</summary>
    public string Until(double end)
    {
        Run(end, inclusive: true);
        return string.Join(" | ", _sent);
    }

    private void Run(double until, bool inclusive)
    {
        var due = new List<Notification>();
        while (true)
        {
            _underWay.Sort((a, b) => a.At.CompareTo(b.At));
            Instant answer = _underWay.Count > 0 ? _underWay[0].At : Instant.Never;
            Instant next = Instant.Min(answer, _simulation.NextDue);
            if (next > At(until) || (next == At(until) && !inclusive))
            {
                return;
            }

            if (answer <= _simulation.NextDue)
            {
                (_, Notification notification, DeliveryOutcome outcome) = _underWay[0];
                _underWay.RemoveAt(0);
                _simulation.Delivered(notification, answer, outcome);
                continue;
            }

            due.Clear();
            _simulation.Advance(next, due);
            due.ForEach(Send);
        }
    }

    private void Send(Notification notification)
    {
        Notifications.Add(notification);
        (double seconds, DeliveryOutcome outcome) = _receiver(notification);
        _underWay.Add((notification.At + TimeSpan.FromSeconds(seconds), notification, outcome));
        string time = (notification.At - At(0)).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        string path = notification.Url.EndsWith("/r", StringComparison.Ordinal) ? "" : notification.Url[^2..];
        IEnumerable<string> names = notification.Alerts.Select(a => a.Labels["alertname"] + (a.IsFiring ? "" : "-"));
        _sent.Add($"{time}{path} {string.Join(" ", names)}");
    }
}
