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
    private readonly Instant _start;
    private readonly TimeSpan _orchestrator;
    private readonly RotationTimes _rotation;
    private readonly List<Replica> _all = [];

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
        _orchestrator = TimeSpan.FromSeconds(input.Loop.Delays.Orchestrator);
        _rotation = new RotationTimes(
            input.Service.Rotation, TimeSpan.FromSeconds(input.Loop.Delays.Rotation), start, seed);
        if (input.FreshDeployment)
        {
            Grow(input.Loop.InitialReplicas, start);
        }

        for (int i = _all.Count; i < input.Loop.InitialReplicas; i++)
        {
            Replica replica = Create();
            replica.StartsAt = replica.ListensAt = replica.ReadyAt = replica.JoinsAt = start;
            Begin(replica);
            Join(replica);
        }
    }

    /// <summary>All replicas there ever were, in the order of their numbers.</summary>
    public IReadOnlyList<Replica> All => _all;

    /// <summary>Decides to start replicas.</summary>
    /// <returns>The new ones.</returns>
    public IReadOnlyList<Replica> Grow(int count, Instant now)
    {
        var added = new List<Replica>();
        for (int i = 0; i < count; i++)
        {
            Replica replica = Create();
            double startup = _input.Service.Startup.Quantile(_startups.NextUnit());
            replica.StartsAt = now + _orchestrator;
            replica.ListensAt = replica.StartsAt + TimeSpan.FromSeconds(startup);
            replica.ReadyAt = replica.FirstGoodCheck(_input.Loop.HealthCheckInterval);
            replica.JoinsAt = _rotation.Joins(replica.ReadyAt);
            _timeline.Add(replica.StartsAt, Change.Starts, replica);
            _timeline.Add(replica.ReadyAt, Change.Ready, replica);
            _changes.Add(replica.JoinsAt, Change.Joins, replica);
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
                replica.LeavesAt = _rotation.Leaves(now);
                _changes.Add(replica.LeavesAt, Change.Leaves, replica);
                removed.Add(replica);
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
    public bool Join(Replica replica)
    {
        if (replica.Stopping)
        {
            return false;
        }

        replica.InRotation = true;
        _engine.Join(replica.Index);
        return true;
    }

    /// <summary>A replica leaves the rotation and finishes what it has.</summary>
    public bool Leave(Replica replica, Instant now)
    {
        if (!replica.Started)
        {
            return false;
        }

        replica.InRotation = false;
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
        _timeline.Add(replica.GoneAt, Change.Gone, replica);
    }

    /// <summary>The instant of a replica's next scrape.</summary>
    public Instant ScrapeAt(Replica replica) =>
        _start + _input.Loop.ScrapePhase(replica.Address) + (replica.NextScrape * _input.Loop.ScrapeInterval);

    /// <summary>Replica-hours up to an instant: from each task's start until it was gone.</summary>
    public double Hours(Instant until) => _all.Where(r => r.Started).Sum(
        r => Math.Max(0, (Instant.Min(until, r.GoneAt) - r.StartsAt).TotalHours));

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
