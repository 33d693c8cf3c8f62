using Capacity.Control;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Swarm.Embedded;

/// <summary>What happened to the cluster in a run, in seconds since its start.</summary>
internal sealed class ClusterRecord(Instant start)
{
    private readonly List<(double At, int Value)> _desired = [];
    private readonly List<(double At, int Value)> _ready = [];
    private readonly List<RunEvent> _events = [];
    private readonly List<(LoopEvent.Scaled Action, Instant Now, IReadOnlyList<LiveReplica> Replicas)> _actions = [];
    private readonly List<AlertSpan> _alerts = [];
    private readonly Dictionary<LabelSet, int> _open = []; // the span of each alert that holds now
    private readonly Dictionary<Instant, Instant> _real = []; // when that which was due at an instant was really done

    /// <summary>Alerts that fire now, by name.</summary>
    public IReadOnlyList<string> Firing =>
    [
        .. _open.Values.Select(i => _alerts[i]).Where(a => !double.IsNaN(a.Firing))
            .Select(a => a.Name).Order(StringComparer.Ordinal),
    ];

    /// <summary>Everything of note so far.</summary>
    public IReadOnlyList<RunEvent> Events => _events;

    /// <summary>Notes something.</summary>
    public void Note(Instant at, string kind, string text) => _events.Add(new RunEvent(Seconds(at), kind, text));

    /// <summary>The wanted replicas are so many from now on.</summary>
    public void Desired(Instant at, int replicas) => _desired.Add((Seconds(at), replicas));

    /// <summary>So many replicas are in rotation from now on.</summary>
    public void Ready(Instant at, int replicas) => _ready.Add((Seconds(at), replicas));

    /// <summary>The control loop did something.</summary>
    /// <param name="happened">What.</param>
    /// <param name="replicas">Replicas that come or go because of it.</param>
    /// <param name="now">When it was really done: what is measured is this, not when it was due.</param>
    public void Add(LoopEvent happened, IReadOnlyList<LiveReplica> replicas, Instant now)
    {
        _real[happened.At] = now;
        switch (happened)
        {
            case LoopEvent.AlertChanged change:
                Note(now, "alert", $"{change.Name} is {change.To.ToString().ToLowerInvariant()}");
                Follow(change, now);
                break;
            case LoopEvent.Notified sent:
                Note(now, "notification", $"{sent.Receiver}: {sent.Alerts} {sent.Status}");
                break;
            case LoopEvent.Scaled scaled:
                Note(now, "scale", scaled.Message);
                if (scaled.To != scaled.From)
                {
                    Desired(now, scaled.To);
                    _actions.Add((scaled, now, replicas));
                }

                break;
            case LoopEvent.RuleFailed failed:
                Note(now, "alert", failed.Message);
                break;
            default:
                break;
        }
    }

    /// <summary>Completes what the load engine measured.</summary>
    public RunResult Complete(RunResult measured, ReplicaSet replicas)
    {
        double until = measured.Duration;
        int steps = measured.Series.Offered.Count;
        double[] ends = [.. Enumerable.Range(1, steps).Select(i => Math.Min(i * measured.Step, until))];
        return measured with
        {
            Series = measured.Series with { Desired = AtEnds(_desired, ends), Ready = AtEnds(_ready, ends) },
            ScaleActions =
            [
                .. _actions.Where(a => Seconds(a.Now) <= until).Select(a => Action(a.Action, a.Now, a.Replicas, until)),
            ],
            Alerts = [.. _alerts.Where(a => a.Pending <= until).Select(a => Until(a, until))],
            ReplicaHours = replicas.Hours(start + TimeSpan.FromSeconds(until)),
            Events = [.. _events.Concat(measured.Events).Where(e => e.At <= until).OrderBy(e => e.At)],
            StartupSeconds = [.. replicas.All.Where(r => r.ListensAt < Instant.Never && r.ListensAt > r.StartsAt)
                .Where(r => Seconds(r.ListensAt) <= until).Select(r => (r.ListensAt - r.StartsAt).TotalSeconds)],
        };
    }

    private static int[] AtEnds(List<(double At, int Value)> changes, double[] ends) =>
        [.. ends.Select(end => changes.Where(c => c.At <= end).Select(c => c.Value).LastOrDefault())];

    private static AlertSpan Until(AlertSpan alert, double until) => alert with
    {
        Firing = alert.Firing <= until ? alert.Firing : double.NaN,
        End = alert.End <= until ? alert.End : until,
    };

    private void Follow(LoopEvent.AlertChanged change, Instant now)
    {
        double at = Seconds(now);
        if (!_open.TryGetValue(change.Labels, out int place))
        {
            if (change.To != AlertState.Inactive)
            {
                string severity = change.Labels["severity"];
                _open[change.Labels] = _alerts.Count;
                _alerts.Add(new AlertSpan(change.Name, at, change.To == AlertState.Firing ? at : double.NaN, double.NaN,
                    severity.Length > 0 ? severity : change.Labels["scale"]));
            }
        }
        else if (change.To == AlertState.Firing)
        {
            _alerts[place] = _alerts[place] with { Firing = at };
        }
        else if (change.To == AlertState.Inactive)
        {
            _alerts[place] = _alerts[place] with { End = at };
            _open.Remove(change.Labels);
        }
    }

    private ScaleAction Action(
        LoopEvent.Scaled scaled, Instant now, IReadOnlyList<LiveReplica> replicas, double until)
    {
        bool up = scaled.To > scaled.From;
        double NotAfterEnd(Instant at) => at < Instant.Never && Seconds(at) <= until ? Seconds(at) : double.NaN;
        double First(Func<LiveReplica, Instant> what) => NotAfterEnd(replicas.Select(what).Min());
        double Last(Func<LiveReplica, Instant> what) => NotAfterEnd(replicas.Select(what).Max());
        return new ScaleAction(Seconds(now), scaled.From, scaled.To, scaled.Alert, scaled.Message, new ScaleChain
        {
            Scraped = Seconds(scaled.Scraped),
            Active = Real(scaled.Active),
            Fired = Real(scaled.Fired),
            Flushed = Real(scaled.Flushed),
            Delivered = Seconds(now),
            Started = up ? First(r => r.StartsAt) : double.NaN,
            Ready = up ? Last(r => r.ReadyAt) : double.NaN,
            InRotation = Last(r => up ? r.JoinsAt : r.LeavesAt),
        });
    }

    private double Real(Instant due) => Seconds(_real.GetValueOrDefault(due, due));

    private double Seconds(Instant instant) => (instant - start).TotalSeconds;
}
