using System.Diagnostics;
using Capacity.Control;
using Capacity.Model;
using Capacity.Sim.Cluster;
using Capacity.Sim.Policies;
using Capacity.Sim.Requests;

namespace Capacity.Sim;

/// <summary>One launch in virtual time: requests, replicas, scrapes, and the loop that the real cluster runs.</summary>
/// <remarks>
/// The run goes from one instant at which the cluster may change to the next. In between, all requests of the stretch
/// are served at once; scrapes, health checks and steps of the result that lie in it are then read off.
/// </remarks>
public static class LaunchSimulation
{
    /// <summary>Where virtual time begins.</summary>
    public static Instant Epoch { get; } = Instant.From(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Simulates one launch.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="seed">The same seed gives the same result, bit for bit.</param>
    /// <param name="stop">Ends the run early; the result is then <see cref="RunResult.Partial"/>.</param>
    public static RunResult Run(SimulationInput input, ulong seed, CancellationToken stop) =>
        new LaunchRun(input, seed).Run(stop);
}

/// <summary>The state of one launch.</summary>
internal sealed class LaunchRun
{
    private readonly SimulationInput _input;
    private readonly ulong _seed;
    private readonly Instant _start = LaunchSimulation.Epoch;
    private readonly Instant _end;
    private readonly TimeSpan _longestStretch;
    private readonly RequestEngine _engine;
    private readonly Timeline _timeline = new();
    private readonly Timeline _rotation = new();
    private readonly ReplicaSet _replicas;
    private readonly ControlLoop _loop;
    private readonly Scraper _scraper;
    private readonly RunRecorder _recorder;
    private readonly FaultInjection _faults;
    private readonly PolicyLoop? _policy;
    private Instant _nextLookUp;
    private readonly List<LoopEvent> _events = [];

    public LaunchRun(SimulationInput input, ulong seed)
    {
        _input = input;
        _seed = seed;
        _end = _start + TimeSpan.FromSeconds(input.Plan.Duration);
        _longestStretch = input.Loop.ScrapeInterval;
        (Scraper.Endpoint[] endpoints, int[] endpointOfKind, int[]? errorsOfKind) =
            Scraper.Endpoints(input.Kinds, fail: input.Service.Dependency?.Timeout is not null);
        double stopGrace = input.Service.StopGrace ?? input.Loop.StopGrace.TotalSeconds;
        var settings = new EngineSettings(
            input.Service, stopGrace, endpointOfKind, endpoints.Length,
            input.Loop.ScrapeInterval.TotalSeconds, input.Step, input.Plan.Duration)
        {
            Client = input.Client,
            ErrorSeriesOfKind = errorsOfKind,
            ReplicasBreak = input.Breaks,
            Seed = seed,
            MeasuresLoads = input.Policy.Metric is not null || input.NotesFirstRequests,
        };
        var services = new DurationTables(input.WorkerLaws);
        IRequestSource source = input.Trace is { } trace
            ? new RecordedRequests(trace, input.Overhead, seed)
            : new PlannedRequests(input, services, seed);
        UserPopulation? users = input.Plan.Users.Count > 0 && input.Trace is null
            ? new UserPopulation(input, services, seed)
            : null;
        var usersOverhead = new OverheadTimes(input.Overhead, RandomSource.SeedOf(seed, "users"));
        _engine = new RequestEngine(settings, source, users, usersOverhead);
        _loop = new ControlLoop(input.Loop with { Outages = Outages(input.Faults) }, _start);
        _scraper = new Scraper(input, endpoints, _loop, _engine.Counters, _timeline);
        _recorder = new RunRecorder(input, _start);
        if (_engine.Breaker is { } breaker)
        {
            breaker.Changed = _recorder.NoteBreaker;
        }

        _replicas = new ReplicaSet(input, _timeline, _rotation, _engine, _start, seed)
        {
            Note = (at, replica, what) => Note(true, at, replica, what),
        };
        foreach (Replica waits in _replicas.All.Where(r => r.StartsAt == Instant.Never))
        {
            Note(true, _start, waits, "waits for room on a node");
        }

        _faults = new FaultInjection(input, _rotation, _engine, _replicas, _start, seed)
        {
            Note = (at, what) => _recorder.Note(at, "fault", $"{what}"),
        };
        _policy = input.Policy.Use == PolicyKind.Step ? null : new PolicyLoop(input, _engine, _start, seed);
        LookUpAt(_start + input.Loop.DiscoveryPhase);
        _timeline.Add(StepEnd(1), Change.StepEnd);
    }

    public RunResult Run(CancellationToken stop)
    {
        Instant now = _start;
        while (now < _end && !stop.IsCancellationRequested)
        {
            now = Instant.Min(Instant.Min(_loop.NextDue, _rotation.Next), Instant.Min(now + _longestStretch, _end));
            now = _policy is null ? now : Instant.Min(now, _policy.NextDue);
            _engine.AdvanceTo(Seconds(now));
            _replicas.NoteGone();
            while (_rotation.Next < now) // who had nothing left in between
            {
                ReadOff(_timeline, _rotation.Next);
                ReadOff(_rotation, _rotation.Next);
            }

            ReadOff(_timeline, now);
            ReadOff(_rotation, now);
            Decide(now);
            if (_policy?.Advance(now, _replicas.All) is { } decision)
            {
                Follow(decision);
            }

            ReadOff(_timeline, now); // what was decided and takes no time
            ReadOff(_rotation, now);
        }

        _engine.Complete();
        return _recorder.Result(_seed, Seconds(now), partial: now < _end, _engine, _replicas);
    }

    private void ReadOff(Timeline timeline, Instant now)
    {
        while (timeline.TryTake(now, out Instant at, out Change change, out Replica? replica))
        {
            Apply(at, change, replica);
        }
    }

    private void Apply(Instant at, Change change, Replica? replica)
    {
        switch (change)
        {
            case Change.Fault:
                _faults.Apply(at);
                break;
            case Change.Crashes:
                _replicas.Crash(
                    replica!, at, TimeSpan.FromSeconds(_input.Service.Crash!.Restart ?? _input.Loop.Delays.Restart));
                break;
            case Change.Replaces:
                _replicas.Place(replica!, at);
                break;
            case Change.Starts:
                Note(_replicas.Begin(replica!), at, replica!, "starts");
                break;
            case Change.Ready:
                replica!.IsReady = !replica.Stopping;
                Note(replica.IsReady, at, replica, "is ready");
                if (replica.IsReady)
                {
                    Scraper.TakeOver(replica);
                }

                break;
            case Change.Joins:
                Note(_replicas.Join(replica!, at), at, replica!, "is in rotation");
                break;
            case Change.Leaves:
                Note(_replicas.Leave(replica!, at), at, replica!, "leaves the rotation");
                break;
            case Change.Gone:
                Note(_replicas.End(replica!, at), at, replica!, "is gone");
                break;
            case Change.LookUp when _loop.IsDown(LoopPart.Prometheus, at):
                break; // it looks up when it is back
            case Change.LookUp when at == _nextLookUp:
                _scraper.LookUp(_replicas.All);
                _timeline.Add(at + _input.DiscoveryDelay, Change.Discovery);
                LookUpAt(at + _input.Loop.DiscoveryRefresh);
                break;
            case Change.LookUp:
                break; // was to come before Prometheus began anew
            case Change.Discovery:
                _scraper.Discover(_replicas.All, at);
                break;
            case Change.Forgotten when _loop.IsDown(LoopPart.Prometheus, at):
                break;
            case Change.Forgotten:
                replica!.Forgetting?.WriteRemovalMarkers();
                break;
            case Change.Scrape:
                Scrape(replica!, at);
                break;
            case Change.StepEnd:
                int desired = _input.ScalingOff ? _input.Loop.InitialReplicas : _policy?.Desired ?? _loop.Desired;
                _recorder.EndStep(_engine.Recorder.Fold(), desired, _engine.Queues.InRotation);
                if (_recorder.StepCount * _input.Step < _input.Plan.Duration)
                {
                    _timeline.Add(StepEnd(_recorder.StepCount + 1), Change.StepEnd);
                }

                break;
            default:
                throw new UnreachableException($"No rule for {change}.");
        }
    }

    private void LookUpAt(Instant at)
    {
        _nextLookUp = at;
        _timeline.Add(at, Change.LookUp);
    }

    private void Note(bool happened, Instant at, Replica replica, string what)
    {
        if (happened)
        {
            _recorder.Note(at, "replica", $"replica {replica.Number} {what}");
        }
    }

    private void Scrape(Replica replica, Instant at)
    {
        _scraper.Scrape(replica, at);
        replica.NextScrape++;
        if (at < replica.GoneAt || replica.Target is not null)
        {
            _timeline.Add(_replicas.ScrapeAt(replica), Change.Scrape, replica);
        }
    }

    private void Decide(Instant now)
    {
        if (_loop.NextDue > now)
        {
            return;
        }

        _events.Clear();
        _loop.Advance(now, _events);
        foreach (LoopEvent happened in _events)
        {
            if (happened is LoopEvent.PartChanged { Part: LoopPart.Prometheus, IsDown: false } back)
            {
                _scraper.Restart(_replicas.All);
                LookUpAt(back.At);
            }

            if (happened is LoopEvent.Scaled scaled)
            {
                if (_policy is null)
                {
                    Follow(scaled);
                }
            }
            else
            {
                _recorder.Add(happened, [], _input.ScalingOff);
            }
        }
    }

    private void Follow(LoopEvent.Scaled scaled)
    {
        IReadOnlyList<Replica> changed = [];
        if (scaled.To != scaled.From && !_input.ScalingOff)
        {
            if (_input.ReloadAfterChange is { } reload)
            {
                LookUpAt(scaled.At + reload);
            }

            changed = scaled.To > scaled.From
                ? _replicas.Grow(scaled.To - scaled.From, scaled.At)
                : _replicas.Shrink(scaled.From - scaled.To, scaled.At);
        }

        _recorder.Add(scaled, changed, _input.ScalingOff);
    }

    private static IReadOnlyList<LoopOutage> Outages(IReadOnlyList<Fault> faults) =>
    [
        .. faults.OfType<Fault.Outage>().Select(o => new LoopOutage(
            o.Part, TimeSpan.FromSeconds(o.At), TimeSpan.FromSeconds(o.At + o.For))),
    ];

    private double Seconds(Instant instant) => (instant - _start).TotalSeconds;

    private Instant StepEnd(int steps) =>
        _start + TimeSpan.FromSeconds(Math.Min(steps * _input.Step, _input.Plan.Duration));
}
