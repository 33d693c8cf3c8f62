using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Sim.Cluster;

/// <summary>The replicas of the service: which there are, and how they come and go.</summary>
internal sealed class ReplicaSet
{
    private readonly SimulationInput _input;
    private readonly Timeline _timeline;
    private readonly Timeline _changes;
    private readonly RequestEngine _engine;
    private readonly RandomSource _startups;
    private readonly RandomSource _crashes;
    private readonly Instant _start;
    private readonly TimeSpan _orchestrator;
    private readonly RotationTimes _rotation;
    private readonly Nodes? _nodes; // null: there is always room
    private readonly List<Replica> _all = [];
    private readonly List<Replica> _pending = []; // wait for room, in order

    /// <summary>Starts the first replicas: ready and in rotation, unless the deployment is a fresh one.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="timeline">For what does not change how requests are served.</param>
    /// <param name="rotation">For changes of the rotation.</param>
    /// <param name="engine">Serves the requests.</param>
    /// <param name="start">The start of the run.</param>
    /// <param name="seed">Seed of the run.</param>
    public ReplicaSet(
        SimulationInput input, Timeline timeline, Timeline rotation, RequestEngine engine, Instant start, ulong seed)
    {
        _input = input;
        _timeline = timeline;
        _changes = rotation;
        _engine = engine;
        _start = start;
        _startups = new RandomSource(seed, "start-up");
        _crashes = new RandomSource(seed, "crashes");
        _orchestrator = TimeSpan.FromSeconds(input.Loop.Delays.Orchestrator);
        _nodes = input.Nodes is { } pool ? new Nodes(pool) : null;
        _rotation = new RotationTimes(
            input.Service.Rotation, TimeSpan.FromSeconds(input.Loop.Delays.Rotation), start, seed);
        if (input.FreshDeployment)
        {
            Grow(input.Loop.InitialReplicas, start);
        }

        for (int i = _all.Count; i < input.Loop.InitialReplicas; i++)
        {
            Replica replica = Create();
            if (!TryPlace(replica))
            {
                replica.Startup = DrawStartup();
                continue;
            }

            replica.StartsAt = replica.ListensAt = replica.ReadyAt = replica.JoinsAt = start;
            PlanCrash(replica);
            Begin(replica);
            Enter(replica);
        }
    }

    /// <summary>All replicas there ever were, in the order of their numbers.</summary>
    public IReadOnlyList<Replica> All => _all;

    /// <summary>Nodes that are up; empty where nodes are not told apart.</summary>
    public IEnumerable<int> NodesUp => _nodes?.Up ?? [];

    /// <summary>Told of what happens to a replica, for the run's events.</summary>
    public Action<Instant, Replica, string>? Note { get; init; }

    /// <summary>Decides to start replicas.</summary>
    /// <returns>The new ones.</returns>
    public IReadOnlyList<Replica> Grow(int count, Instant now)
    {
        var added = new List<Replica>();
        for (int i = 0; i < count; i++)
        {
            Replica replica = Create();
            replica.Startup = DrawStartup();
            Place(replica, now);
            added.Add(replica);
        }

        return added;
    }

    /// <summary>Decides to remove replicas, the newest first.</summary>
    /// <returns>Those that will go.</returns>
    public IReadOnlyList<Replica> Shrink(int count, Instant now)
    {
        var removed = new List<Replica>();
        for (int i = _all.Count - 1; i >= 0 && removed.Count < count; i--)
        {
            Replica replica = _all[i];
            if (!replica.Stopping)
            {
                replica.Stopping = true;
                replica.LeavesAt = _input.Removal is { } removal ? now + removal : _rotation.Leaves(now);
                _changes.Add(replica.LeavesAt, Change.Leaves, replica);
                removed.Add(replica);
                if (!replica.Started)
                {
                    _pending.Remove(replica);
                    Free(replica, now);
                }
            }
        }

        return removed;
    }

    /// <summary>A task starts, unless it was called off before.</summary>
    public bool Begin(Replica replica)
    {
        if (replica.Stopping)
        {
            return false;
        }

        replica.Started = true;
        double phase = _input.Loop.ScrapePhase(replica.Address).TotalSeconds;
        double at = (replica.StartsAt - _start).TotalSeconds;
        _engine.AddReplica(replica.Index, phase, at);
        replica.NextScrape = Math.Max(0, (long)Math.Ceiling((at - phase) / _input.Loop.ScrapeInterval.TotalSeconds));
        _timeline.Add(ScrapeAt(replica), Change.Scrape, replica);
        return true;
    }

    /// <summary>A replica joins the rotation, unless it is to be removed.</summary>
    public bool Join(Replica replica, Instant now)
    {
        if (replica.Stopping)
        {
            return false;
        }

        if (_input.Service.WarmUp is not null)
        {
            _engine.Warm(replica.Index, (now - _start).TotalSeconds); // first: it may be given requests at once
        }

        Enter(replica);
        return true;
    }

    /// <summary>A replica leaves the rotation and finishes what it has.</summary>
    public bool Leave(Replica replica, Instant now)
    {
        if (!replica.Started || (replica.Crashed && !replica.InRotation))
        {
            return false;
        }

        replica.InRotation = false;
        if (replica.Crashed)
        {
            _engine.Leave(replica.Index);
            return true;
        }

        double gone = _engine.Drain(replica.Index, (now - _start).TotalSeconds);
        if (!double.IsNaN(gone))
        {
            Goes(replica, now, gone);
        }

        return true;
    }

    /// <summary>Takes over which of the replicas that left have had nothing left since the last call.</summary>
    public void NoteGone()
    {
        foreach ((int index, double at) in _engine.TakeGone())
        {
            Goes(_all[index], _all[index].LeavesAt, at);
        }
    }

    private void Goes(Replica replica, Instant now, double gone)
    {
        Instant ended = _start + TimeSpan.FromSeconds(gone);
        replica.GoneAt = ended < now ? now : ended; // seconds round to ticks
        // What waits for its room starts then, which changes how requests are served.
        (_nodes is null ? _timeline : _changes).Add(replica.GoneAt, Change.Gone, replica);
    }

    /// <summary>A replica that was stopped has ended; its room is free.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool End(Replica replica, Instant now)
    {
        if (replica.Crashed)
        {
            return false;
        }

        Free(replica, now);
        return true;
    }

    /// <summary>A replica ends without being asked to. What it has fails; the balancer learns of it as of any change of
    /// the rotation; another is started in its place.</summary>
    /// <param name="replica">Who.</param>
    /// <param name="now">When.</param>
    /// <param name="wait">Until the orchestrator acts.</param>
    public void Crash(Replica replica, Instant now, TimeSpan wait)
    {
        if (replica.Crashed || replica.GoneAt <= now)
        {
            return;
        }

        bool isWanted = !replica.Stopping;
        if (replica.Started)
        {
            Note?.Invoke(now, replica, "crashes");
            _engine.Crash(replica.Index, (now - _start).TotalSeconds);
            replica.GoneAt = now;
        }

        replica.Crashed = replica.Stopping = true;
        if (replica.InRotation)
        {
            replica.LeavesAt = Instant.Min(replica.LeavesAt, _rotation.Leaves(now));
            _changes.Add(replica.LeavesAt, Change.Leaves, replica);
        }

        if (isWanted)
        {
            var next = new Replica(_all.Count + 1, replica.Address)
            {
                Replaces = replica,
                StartsAt = Instant.Never,
                Startup = DrawStartup(),
            };
            _all.Add(next);
            replica.Successor = next;
            _changes.Add(now + wait, Change.Replaces, next);
        }

        Free(replica, now);
    }

    /// <summary>A node is lost, with every task on it.</summary>
    /// <param name="node">Which.</param>
    /// <param name="now">When.</param>
    /// <param name="detect">Until the orchestrator knows.</param>
    public void Lose(int node, Instant now, TimeSpan detect)
    {
        _nodes!.Lose(node);
        foreach (Replica replica in _all.Where(r => r.Node == node).ToList())
        {
            Crash(replica, now, detect);
        }
    }

    /// <summary>A node is back, empty.</summary>
    public void Return(int node, Instant now)
    {
        _nodes!.Return(node);
        PlacePending(now);
    }

    /// <summary>Finds a task a node and starts it, unless it was called off; without room it waits.</summary>
    public void Place(Replica replica, Instant now)
    {
        if (replica.Stopping)
        {
            return;
        }

        if (!TryPlace(replica))
        {
            Note?.Invoke(now, replica, "waits for room on a node");
            return;
        }

        replica.StartsAt = now + _orchestrator;
        replica.ListensAt = replica.StartsAt + replica.Startup;
        replica.ReadyAt = _input.ReadyWhenListening ? replica.ListensAt
            : replica.FirstGoodCheck(_input.Loop.HealthCheckInterval);
        replica.JoinsAt = _rotation.Joins(replica.ReadyAt);
        _timeline.Add(replica.StartsAt, Change.Starts, replica);
        _timeline.Add(replica.ReadyAt, Change.Ready, replica);
        _changes.Add(replica.JoinsAt, Change.Joins, replica);
        PlanCrash(replica);
    }

    /// <summary>The instant of a replica's next scrape.</summary>
    public Instant ScrapeAt(Replica replica) =>
        _start + _input.Loop.ScrapePhase(replica.Address) + (replica.NextScrape * _input.Loop.ScrapeInterval);

    /// <summary>Replica-hours up to an instant: from each task's start until it was gone.</summary>
    public double Hours(Instant until) => _all.Where(r => r.Started).Sum(
        r => Math.Max(0, (Instant.Min(until, r.GoneAt) - r.StartsAt).TotalHours));

    private void Enter(Replica replica)
    {
        replica.InRotation = true;
        _engine.Join(replica.Index);
    }

    private TimeSpan DrawStartup() => TimeSpan.FromSeconds(_input.Service.Startup.Quantile(_startups.NextUnit()));

    private bool TryPlace(Replica replica)
    {
        replica.Node = _nodes?.Take();
        if (_nodes is null || replica.Node is not null)
        {
            return true;
        }

        replica.StartsAt = Instant.Never;
        _pending.Add(replica);
        return false;
    }

    private void Free(Replica replica, Instant now)
    {
        if (replica.Node is { } node)
        {
            replica.Node = null;
            _nodes!.Free(node);
            PlacePending(now);
        }
    }

    private void PlacePending(Instant now)
    {
        Replica[] waiting = [.. _pending];
        _pending.Clear();
        foreach (Replica replica in waiting)
        {
            if (_pending.Count > 0)
            {
                _pending.Add(replica); // there is no room for the one before
            }
            else
            {
                Place(replica, now);
            }
        }
    }

    private void PlanCrash(Replica replica)
    {
        if (_input.Service.Crash is { } crash)
        {
            double life = crash.Every * UnitExponential.Of(1 - _crashes.NextUnit());
            _changes.Add(replica.StartsAt + TimeSpan.FromSeconds(Math.Min(life, Quantity.DurationMax)),
                Change.Crashes, replica);
        }
    }

    private Replica Create()
    {
        int number = _all.Count + 1;
        // The newest are removed first, so that those that stay have the first addresses.
        int address = _input.ReusesAddresses ? _all.Count(r => !r.Stopping) + 1 : number;
        var replica = new Replica(number, address);
        _all.Add(replica);
        return replica;
    }
}
