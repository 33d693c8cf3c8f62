using System.Diagnostics;
using Capacity.Control;
using Capacity.Model;

namespace Capacity.Swarm.Embedded;

/// <summary>How the cluster is doing.</summary>
/// <param name="Desired">Replicas wanted.</param>
/// <param name="Ready">Replicas in rotation.</param>
/// <param name="Firing">Names of the alerts that fire.</param>
public sealed record ClusterStatus(int Desired, int Ready, IReadOnlyList<string> Firing);

/// <summary>
/// A service that scales itself, in this process and under the real clock: real replicas on loopback ports behind a
/// real balancer, scraped and health-checked over HTTP, and the control loop that reads the user's own files.
/// </summary>
/// <remarks>Start it, warm it up, call <see cref="Begin"/> with the start that the load engine gets too.</remarks>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private readonly LoopSettings _settings;
    private readonly LoadBalancer _balancer;
    private readonly ReplicaSet _replicas;
    private Agenda? _agenda;
    private Scraper? _scraper;
    private ControlLoop? _loop;
    private ClusterRecord? _record;

    private EmbeddedCluster(LoopSettings settings, ServiceModel service, ulong seed, LoadBalancer balancer)
    {
        _settings = settings;
        _balancer = balancer;
        _replicas = new ReplicaSet(settings, service, seed, balancer) { Noted = Note };
    }

    /// <summary>Where the balancer listens.</summary>
    public Uri Address => _balancer.Address;

    /// <summary>How it is doing now.</summary>
    public ClusterStatus Status
    {
        get
        {
            if (_agenda is null)
            {
                return new ClusterStatus(_settings.InitialReplicas, _replicas.InRotation, []);
            }

            lock (_agenda.Gate)
            {
                return new ClusterStatus(_loop!.Desired, _replicas.InRotation, _record!.Firing);
            }
        }
    }

    /// <summary>Starts the balancer and the first replicas; the control loop waits for <see cref="Begin"/>.</summary>
    /// <param name="settings">From the user's files; a rehearsal's are <see cref="LoopSettings.Faster"/>.</param>
    /// <param name="service">How one replica serves, starts and stops.</param>
    /// <param name="seed">Seed of the start-up times and of the demo service's random errors.</param>
    /// <param name="port">Port of the balancer on loopback; 0 takes any free one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">The port cannot be used.</exception>
    public static async Task<EmbeddedCluster> StartAsync(
        LoopSettings settings, ServiceModel service, ulong seed, int port = 0,
        CancellationToken cancellationToken = default)
    {
        LoadBalancer balancer = await LoadBalancer.StartAsync(port, cancellationToken);
        var cluster = new EmbeddedCluster(settings, service, seed, balancer);
        try
        {
            await cluster._replicas.StartFirstAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The run begins: counters are zero, and scrapes, rules and health checks run from here.</summary>
    /// <param name="start">The <see cref="Stopwatch"/> timestamp that is second 0; may lie a little ahead.</param>
    public void Begin(long start)
    {
        TimeSpan since = TimeSpan.FromSeconds((double)(Stopwatch.GetTimestamp() - start) / Stopwatch.Frequency);
        Instant now = Instant.FromMilliseconds(Instant.From(TimeProvider.System.GetUtcNow() - since).Milliseconds);
        _loop = new ControlLoop(_settings, now);
        _record = new ClusterRecord(now);
        _agenda = new Agenda(start, now, _loop, Apply);
        _record.Desired(now, _loop.Desired);
        _record.Ready(now, _replicas.InRotation);
        _scraper = new Scraper(_settings, _loop, _replicas, _agenda)
        {
            Failed = (at, replica) => _record.Note(at, "scrape", $"replica {replica.Number} cannot be scraped"),
        };
        _replicas.Begin(_agenda);
        _agenda.Begin();
    }

    /// <summary>Adds replicas, alerts and scale actions to what the load engine measured.</summary>
    /// <param name="measured">A run with the start that <see cref="Begin"/> got; nothing after its end is
    /// added.</param>
    public RunResult Complete(RunResult measured)
    {
        if (_agenda is null)
        {
            throw new InvalidOperationException("the run has not begun");
        }

        if (_agenda.Failure is { } failure)
        {
            throw new InvalidOperationException("the control loop ended before the run did", failure);
        }

        lock (_agenda.Gate)
        {
            return _record!.Complete(measured, _replicas);
        }
    }

    /// <summary>What was of note so far, from a number on: for a live view.</summary>
    /// <param name="from">How many events are known already.</param>
    public IReadOnlyList<RunEvent> EventsFrom(int from)
    {
        if (_agenda is null)
        {
            return [];
        }

        lock (_agenda.Gate)
        {
            return [.. _record!.Events.Skip(from)];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _agenda?.Dispose();
        _scraper?.Dispose();
        await _balancer.DisposeAsync();
        await _replicas.DisposeAsync();
        await Task.Yield(); // leaves the sockets' own thread, on which nothing may block
    }

    private void Note(Instant at, LiveReplica replica, string what)
    {
        _record!.Note(at, "replica", $"replica {replica.Number} {what}");
        _record.Ready(at, _replicas.InRotation);
    }

    private void Apply(IReadOnlyList<LoopEvent> events, Instant now)
    {
        foreach (LoopEvent happened in events)
        {
            IReadOnlyList<LiveReplica> changed = [];
            if (happened is LoopEvent.Scaled scaled && scaled.To != scaled.From)
            {
                changed = scaled.To > scaled.From
                    ? _replicas.Grow(scaled.To - scaled.From, now)
                    : _replicas.Shrink(scaled.From - scaled.To, now);
            }

            _record!.Add(happened, changed, now);
        }
    }
}
