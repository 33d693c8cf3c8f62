using System.Globalization;
using Capacity.Control;
using Capacity.Model;
using Capacity.Swarm.Demo;

namespace Capacity.Swarm.Embedded;

/// <summary>Starts and drains real replicas.</summary>
/// <remarks>
/// The same life as in the simulator: start after the orchestrator's delay, start-up law and then the real start of
/// the server, ready at the first good health check, in rotation after the rotation's delay; removal the newest first,
/// out of rotation, drained until idle or the stop grace is over.
/// </remarks>
internal sealed class ReplicaSet : IAsyncDisposable
{
    private static readonly TimeSpan IdleCheck = TimeSpan.FromMilliseconds(20);

    private readonly LoopSettings _settings;
    private readonly ServiceModel _service;
    private readonly ulong _seed;
    private readonly LoadBalancer _balancer;
    private readonly RandomSource _startups;
    private readonly TimeSpan _orchestrator;
    private readonly TimeSpan _rotation;
    private readonly TimeSpan _stopGrace;
    private readonly DelayTimer _timer = new();
    private readonly HealthChecker? _health;
    private readonly List<LiveReplica> _all = [];
    private Agenda? _agenda;

    public ReplicaSet(LoopSettings settings, ServiceModel service, ulong seed, LoadBalancer balancer)
    {
        _settings = settings;
        _service = service;
        _seed = seed;
        _balancer = balancer;
        _startups = new RandomSource(seed, "start-up");
        _orchestrator = TimeSpan.FromSeconds(settings.Delays.Orchestrator);
        _rotation = TimeSpan.FromSeconds(settings.Delays.Rotation);
        _stopGrace = service.StopGrace is { } own ? TimeSpan.FromSeconds(own) : settings.StopGrace;
        _health = settings.HealthCheckInterval is { } interval ? new HealthChecker(interval) : null;
    }

    /// <summary>Told what happens to a replica: "starts", "is ready", … and how many are in rotation then.</summary>
    public required Action<Instant, LiveReplica, string> Noted { get; init; }

    /// <summary>All replicas there ever were, in the order of their numbers.</summary>
    public IReadOnlyList<LiveReplica> All => _all;

    /// <summary>Replicas in rotation.</summary>
    public int InRotation => _all.Count(r => r.InRotation);

    /// <summary>Starts the first replicas and puts them into rotation.</summary>
    public async Task StartFirstAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _settings.InitialReplicas; i++)
        {
            var replica = new LiveReplica(_all.Count + 1);
            _all.Add(replica);
            Attach(replica, await StartServerAsync(replica, cancellationToken));
            replica.InRotation = true;
        }

        Rotate();
    }

    /// <summary>The run begins: the first replicas are ready, with counters at zero.</summary>
    public void Begin(Agenda agenda)
    {
        _agenda = agenda;
        foreach (LiveReplica replica in _all)
        {
            replica.StartsAt = replica.ReadyAt = replica.JoinsAt = agenda.Start;
            replica.Server!.Metrics.Clear();
            PlanHealthCheck(replica, agenda.Start);
        }
    }

    /// <summary>Decides to start replicas.</summary>
    /// <returns>The new ones.</returns>
    public IReadOnlyList<LiveReplica> Grow(int count, Instant now)
    {
        var added = new List<LiveReplica>();
        for (int i = 0; i < count; i++)
        {
            var replica = new LiveReplica(_all.Count + 1);
            var startup = TimeSpan.FromSeconds(_service.Startup.Quantile(_startups.NextUnit()));
            _all.Add(replica);
            added.Add(replica);
            _agenda!.Plan(now + _orchestrator, Turn.Replica, at => StartTask(replica, at, startup));
        }

        return added;
    }

    /// <summary>Decides to remove replicas, the newest first.</summary>
    /// <returns>Those that will go.</returns>
    public IReadOnlyList<LiveReplica> Shrink(int count, Instant now)
    {
        List<LiveReplica> removed = [.. _all.Where(r => !r.Stopping).Reverse().Take(count)];
        foreach (LiveReplica replica in removed)
        {
            replica.Stopping = true;
            _agenda!.Plan(now + _rotation, Turn.Replica, at => Leave(replica, at));
        }

        return removed;
    }

    /// <summary>Replica-hours up to an instant: from each task's start until it was gone.</summary>
    public double Hours(Instant until) => _all.Where(r => r.Started).Sum(
        r => Math.Max(0, (Instant.Min(until, r.GoneAt) - r.StartsAt).TotalHours));

    public async ValueTask DisposeAsync()
    {
        foreach (DemoServer server in _all.Select(r => r.Server).OfType<DemoServer>())
        {
            await server.DisposeAsync();
        }

        _health?.Dispose();
        _timer.Dispose();
    }

    private Task<DemoServer> StartServerAsync(LiveReplica replica, CancellationToken cancellationToken) =>
        DemoServer.StartAsync(
            new DemoSettings
            {
                Service = LoopSettingsReader.StackName(_settings.Service),
                Workers = _service.Workers,
                CpuPerRequest = _service.CpuPerRequest,
                Seed = RandomSource.SeedOf(
                    _seed, string.Create(CultureInfo.InvariantCulture, $"replica-{replica.Number}")),
            },
            _timer,
            cancellationToken);

    private static void Attach(LiveReplica replica, DemoServer server)
    {
        replica.Server = server;
        replica.Backend = new Backend(server.Address);
    }

    private void StartTask(LiveReplica replica, Instant at, TimeSpan startup)
    {
        if (replica.Stopping)
        {
            return;
        }

        replica.StartsAt = at;
        Noted(at, replica, "starts");
        PlanHealthCheck(replica, at);
        _agenda!.Plan(at + startup, Turn.Replica, _ => Listen(replica));
    }

    private void Listen(LiveReplica replica) => _ = ListenAsync(replica);

    private async Task ListenAsync(LiveReplica replica)
    {
        try
        {
            DemoServer server = await Task.Run(() => StartServerAsync(replica, CancellationToken.None));
            if (!_agenda!.Post(now => Listens(replica, server, now)))
            {
                await server.DisposeAsync(); // the run is over
            }
        }
        catch (ClusterException problem)
        {
            // As in a swarm, a task that cannot start is news, not the end.
            _agenda!.Post(now => Noted(now, replica, $"cannot start: {problem.Message}"));
        }
    }

    private void Listens(LiveReplica replica, DemoServer server, Instant now)
    {
        Attach(replica, server);
        replica.ListensAt = now;
        if (replica.LeavesAt < Instant.Never)
        {
            _ = EndAsync(replica, cut: true);
        }
        else if (_health is null)
        {
            BecomeReady(replica, now);
        }
    }

    private void PlanHealthCheck(LiveReplica replica, Instant last)
    {
        if (_health is not null)
        {
            _agenda!.Plan(last + _health.Interval, Turn.Replica, at => CheckHealth(replica, at));
        }
    }

    private void CheckHealth(LiveReplica replica, Instant at)
    {
        if (replica.LeavesAt < Instant.Never)
        {
            return;
        }

        PlanHealthCheck(replica, at);
        if (replica.Server is { } server)
        {
            _ = _health!.CheckAsync(server.Address, healthy => _agenda!.Post(_ =>
            {
                if (healthy && replica.ReadyAt == Instant.Never)
                {
                    BecomeReady(replica, at);
                }
            }));
        }
    }

    private void BecomeReady(LiveReplica replica, Instant at)
    {
        if (!replica.Stopping)
        {
            replica.ReadyAt = at;
            Noted(at, replica, "is ready");
            _agenda!.Plan(at + _rotation, Turn.Replica, joined => Join(replica, joined));
        }
    }

    private void Join(LiveReplica replica, Instant at)
    {
        if (!replica.Stopping)
        {
            replica.JoinsAt = at;
            replica.InRotation = true;
            Rotate();
            Noted(at, replica, "is in rotation");
        }
    }

    private void Leave(LiveReplica replica, Instant at)
    {
        if (!replica.Started)
        {
            return; // called off before its task began
        }

        replica.LeavesAt = at;
        replica.InRotation = false;
        Rotate();
        Noted(at, replica, "leaves the rotation");
        if (replica.Server is not null)
        {
            Drain(replica, at + _stopGrace, idleBefore: false);
        }
        else
        {
            replica.GoneAt = at;
            Noted(at, replica, "is gone");
        }
    }

    /// <summary>
    /// Looks again and again whether the replica is idle; twice in a row, as a request may be on its way.
    /// </summary>
    private void Drain(LiveReplica replica, Instant until, bool idleBefore) =>
        _agenda!.Plan(_agenda.Now + IdleCheck, Turn.Replica, at =>
        {
            bool idle = replica.Backend!.InFlight == 0;
            if ((idle && idleBefore) || at >= until)
            {
                _ = EndAsync(replica, cut: !idle);
            }
            else
            {
                Drain(replica, until, idle);
            }
        });

    private async Task EndAsync(LiveReplica replica, bool cut)
    {
        int lost = cut ? replica.Backend!.InFlight : 0;
        if (!cut)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Task.Run(() => replica.Server!.StopAsync(patience.Token), CancellationToken.None);
        }

        await replica.Server!.DisposeAsync();
        _agenda!.Post(now =>
        {
            if (replica.GoneAt == Instant.Never)
            {
                replica.GoneAt = now;
                Noted(now, replica, lost > 0 ? $"is gone; {lost} requests were cut off" : "is gone");
            }
        });
    }

    private void Rotate() => _balancer.Rotation = [.. _all.Where(r => r.InRotation).Select(r => r.Backend!)];
}
