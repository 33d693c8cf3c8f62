using System.Globalization;
using Capacity.Control;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Sim.Cluster;
using Capacity.Sim.Requests;

namespace Capacity.Sim;

/// <summary>Collects what happens in a launch and tells it as a <see cref="RunResult"/>.</summary>
internal sealed class RunRecorder(SimulationInput input, Instant start)
{
    private const int MostBreakerEvents = 1_000;

    private readonly List<StepSummary> _steps = [];
    private readonly List<int> _desired = [];
    private readonly List<int> _ready = [];
    private readonly List<RunEvent> _events = [];
    private readonly List<(LoopEvent.Scaled Action, IReadOnlyList<Replica> Replicas)> _actions = [];
    private readonly List<AlertSpan> _alerts = [];
    private readonly List<RunEvent> _breaker = [];
    private readonly Dictionary<LabelSet, int> _open = []; // the span of each alert that holds now

    /// <summary>Steps that have ended.</summary>
    public int StepCount => _steps.Count;

    /// <summary>Notes something.</summary>
    public void Note(Instant at, string kind, FormattableString text) =>
        _events.Add(new RunEvent(Seconds(at), kind, text.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The callers' circuit breaker has changed its state.</summary>
    public void NoteBreaker(double at, BreakerState state, int failures, int all)
    {
        if (_breaker.Count <= MostBreakerEvents)
        {
            string text = _breaker.Count == MostBreakerEvents ? "further changes are not listed"
                : state == BreakerState.Closed ? "the circuit breaker closes"
                : state == BreakerState.HalfOpen ? "the circuit breaker lets one request try"
                : string.Create(
                    CultureInfo.InvariantCulture, $"the circuit breaker opens after {failures} failures of {all}");
            _breaker.Add(new RunEvent(at, "breaker", text));
        }
    }

    /// <summary>A step has ended.</summary>
    public void EndStep(StepSummary answers, int desired, int ready)
    {
        _steps.Add(answers);
        _desired.Add(desired);
        _ready.Add(ready);
    }

    /// <summary>The control loop did something.</summary>
    /// <param name="happened">What.</param>
    /// <param name="replicas">Replicas that come or go because of it.</param>
    /// <param name="scalingOff">Whether the scaler is only listened to.</param>
    public void Add(LoopEvent happened, IReadOnlyList<Replica> replicas, bool scalingOff)
    {
        switch (happened)
        {
            case LoopEvent.AlertChanged change:
                Note(change.At, "alert", $"{change.Name} is {change.To.ToString().ToLowerInvariant()}");
                Follow(change);
                break;
            case LoopEvent.Notified sent:
                Note(sent.At, "notification", $"{sent.Receiver}: {sent.Alerts} {sent.Status}");
                break;
            case LoopEvent.Scaled scaled:
                Note(scaled.At, "scale", $"{scaled.Message}");
                if (scaled.To != scaled.From && !scalingOff)
                {
                    _actions.Add((scaled, replicas));
                }

                break;
            case LoopEvent.PartChanged part:
                Note(part.At, "fault",
                    $"{part.Part.ToString().ToLowerInvariant()} {(part.IsDown ? "is down" : "is back")}");
                if (part is { Part: LoopPart.Prometheus, IsDown: true })
                {
                    Forget(part.At);
                }

                break;
            case LoopEvent.RuleFailed failed:
                Note(failed.At, "alert", $"{failed.Message}");
                break;
            default:
                break;
        }
    }

    /// <summary>The run is over.</summary>
    /// <param name="seed">Its seed.</param>
    /// <param name="until">Seconds that were simulated.</param>
    /// <param name="partial">Whether it was interrupted.</param>
    /// <param name="engine">Its requests, all finished.</param>
    /// <param name="replicas">Its replicas.</param>
    public RunResult Result(ulong seed, double until, bool partial, RequestEngine engine, ReplicaSet replicas)
    {
        KindResult[] kinds = [.. input.Kinds.Select((kind, i) => Kind(kind.Name, i, engine))];
        return new RunResult
        {
            Provenance = Provenance.Simulated,
            Scenario = input.Scenario,
            Seed = seed,
            Duration = until,
            Step = input.Step,
            Series = Series(engine, until),
            Totals = new RequestCounts(
                engine.Offered.Sum(), kinds.Sum(k => k.Counts.Ok), kinds.Sum(k => k.Counts.Failed), 0),
            Kinds = kinds,
            ScaleActions = [.. _actions.Select(a => Action(a.Action, a.Replicas, until, engine))],
            Alerts = [.. _alerts.Select(a => double.IsNaN(a.End) ? a with { End = until } : a)],
            ReplicaHours = replicas.Hours(start + TimeSpan.FromSeconds(until)),
            Events = _breaker.Count == 0 ? _events : [.. _events.Concat(_breaker).OrderBy(e => e.At)],
            Clients = Clients(engine, until),
            Phases = input.Plan.Phases,
            StartupSeconds =
            [
                .. replicas.All.Where(r => r.IsReady && r.ListensAt > r.StartsAt)
                    .Select(r => (r.ListensAt - r.StartsAt).TotalSeconds),
            ],
            Partial = partial,
        };
    }

    /// <summary>Alerts end with the Prometheus that had them.</summary>
    private void Forget(Instant at)
    {
        foreach (int place in _open.Values.Order())
        {
            _alerts[place] = _alerts[place] with { End = Seconds(at) };
        }

        _open.Clear();
    }

    private void Follow(LoopEvent.AlertChanged change)
    {
        double at = Seconds(change.At);
        if (_open.TryGetValue(change.Labels, out int place))
        {
            if (change.To == AlertState.Firing)
            {
                _alerts[place] = _alerts[place] with { Firing = at };
            }
            else if (change.To == AlertState.Inactive)
            {
                _alerts[place] = _alerts[place] with { End = at };
                _open.Remove(change.Labels);
            }

            return;
        }

        if (change.To != AlertState.Inactive)
        {
            string severity = change.Labels["severity"];
            _open[change.Labels] = _alerts.Count;
            _alerts.Add(new AlertSpan(
                change.Name, at, change.To == AlertState.Firing ? at : double.NaN, double.NaN,
                severity.Length > 0 ? severity : change.Labels["scale"]));
        }
    }

    private ScaleAction Action(
        LoopEvent.Scaled scaled, IReadOnlyList<Replica> replicas, double until, RequestEngine engine)
    {
        bool up = scaled.To > scaled.From;
        double Last(Func<Replica, Instant> what) // unknown while one of them has not got there
        {
            Instant last = replicas.Max(what);
            return last < Instant.Never && Seconds(last) <= until ? Seconds(last) : double.NaN;
        }

        return new ScaleAction(Seconds(scaled.At), scaled.From, scaled.To, scaled.Alert, scaled.Message, new ScaleChain
        {
            Scraped = Seconds(scaled.Scraped),
            Active = Seconds(scaled.Active),
            Fired = Seconds(scaled.Fired),
            Flushed = Seconds(scaled.Flushed),
            Delivered = Seconds(scaled.At),
            Started = up ? Last(r => r.Started ? r.StartsAt : Instant.Never) : double.NaN, // all start together
            Ready = up ? Last(r => r.IsReady ? r.ReadyAt : Instant.Never) : double.NaN,
            FirstServed = up && input.NotesFirstRequests ? FirstServed(replicas, until, engine) : null,
            InRotation = Last(
                r => !up ? r.LeavesAt : r.Stopping && r.LeavesAt <= r.JoinsAt ? Instant.Never : r.JoinsAt),
        });
    }

    private static double? FirstServed(IReadOnlyList<Replica> replicas, double until, RequestEngine engine)
    {
        double first = replicas.Select(r => engine.FirstFinish(r.Index)).Where(f => f <= until)
            .DefaultIfEmpty(double.NaN).Min();
        return double.IsNaN(first) ? null : first;
    }

    /// <summary>Null where clients only wait for their answers.</summary>
    private ClientCounts? Clients(RequestEngine engine, double until)
    {
        AttemptCounts counts = engine.Answers.Attempts;
        bool isPlain = input.Client == new ClientModel() && input.Service is { Proxy: null, Dependency: null };
        return isPlain ? null : new ClientCounts(
            engine.Retries, counts[FailureCause.TimedOut], counts[FailureCause.Refused], counts[FailureCause.CutOff],
            counts[FailureCause.Shed], counts[FailureCause.Breaker], counts[FailureCause.Dependency],
            engine.Breaker?.Opened ?? 0, engine.Breaker?.NotClosed(until) ?? 0);
    }

    private static KindResult Kind(string name, int index, RequestEngine engine)
    {
        LatencyHistogram latency = engine.Recorder.Latency[index];
        var codes = new SortedDictionary<int, long>();
        if (latency.Count > 0)
        {
            codes[200] = latency.Count;
        }

        long failed = 0;
        foreach ((int status, long count) in engine.Failures.OfKind(index))
        {
            codes[status] = count;
            failed += count;
        }

        return new KindResult(
            name, new RequestCounts(latency.Count + failed, latency.Count, failed, 0), latency,
            engine.Recorder.Service[index], codes);
    }

    private RunSeries Series(RequestEngine engine, double until)
    {
        double Length(int step) => Math.Min(input.Step, until - (step * input.Step));
        long Finished(int step) => _steps[step].Count + engine.Failures.BySteps[step];
        int[] steps = [.. Enumerable.Range(0, _steps.Count)];
        return new RunSeries
        {
            Offered = [.. steps.Select(i => engine.Offered[i] / Length(i))],
            Completed = [.. steps.Select(i => Finished(i) / Length(i))],
            Errors = [.. steps.Select(i => Finished(i) == 0 ? 0 : (double)engine.Failures.BySteps[i] / Finished(i))],
            P50 = [.. _steps.Select(s => s.P50)],
            P95 = [.. _steps.Select(s => s.P95)],
            P99 = [.. _steps.Select(s => s.P99)],
            Desired = _desired,
            Ready = _ready,
        };
    }

    private double Seconds(Instant instant) => (instant - start).TotalSeconds;
}
