using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Drills;

/// <summary>Looks at the swarm five times a second, and remembers what changed.</summary>
internal sealed class DrillWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(1),
    };

    private readonly EngineClient _engine;
    private readonly Uri _prometheus;
    private readonly long _start;
    private readonly Action<DrillEvent> _say;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<DrillEvent> _events = [];
    private readonly SortedDictionary<string, string> _last = new(StringComparer.Ordinal);
    private readonly List<(double At, int Wanted)> _wanted = [];
    private readonly Task _looking;
    private SwarmSight _sight = new(0, 0, AllRun: false, CallsForMore: null);

    /// <summary>Begins to look.</summary>
    public DrillWatch(EngineAddress engine, Uri prometheus, long start, Action<DrillEvent> say)
    {
        _engine = new EngineClient(engine, new EngineOptions { Timeout = TimeSpan.FromSeconds(3) });
        (_prometheus, _start, _say) = (prometheus, start, say);
        _looking = Task.Run(LookAsync);
    }

    /// <summary>What was seen last.</summary>
    public SwarmSight Sight => Volatile.Read(ref _sight);

    /// <summary>What changed, in order.</summary>
    public IReadOnlyList<DrillEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The wanted replicas from an instant on: what was wanted then, and each change.</summary>
    public IReadOnlyList<DrillStep> CurveFrom(double at)
    {
        lock (_gate)
        {
            return
            [
                .. _wanted.Where(w => w.At <= at).TakeLast(1).Select(w => new DrillStep(0, w.Wanted)),
                .. _wanted.Where(w => w.At > at).Select(w => new DrillStep(w.At - at, w.Wanted)),
            ];
        }
    }

    /// <summary>Seconds since the start.</summary>
    public double Now => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Remembers something.</summary>
    public void Note(string text)
    {
        var happened = new DrillEvent(Now, text);
        lock (_gate)
        {
            _events.Add(happened);
        }

        _say(happened);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _engine.Dispose();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task LookAsync()
    {
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            try
            {
                await LookOnceAsync(withAlerts: i % 5 == 0);
            }
            catch (EngineException)
            {
                Changed("engine", "away");
                Volatile.Write(ref _sight, Sight with { AllRun = false });
            }
            catch (OperationCanceledException)
            {
                // asked to end
            }

            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookOnceAsync(bool withAlerts)
    {
        IReadOnlyList<EngineService> services =
            await _engine.ServicesAsync($"com.docker.stack.namespace={LiveSwarm.StackName}", _stop.Token);
        IReadOnlyList<EngineTask> tasks = await _engine.TasksAsync(DrillFaults.Service, _stop.Token);
        HashSet<string> ready = [.. (await _engine.NodesAsync(_stop.Token))
            .Where(n => n.Status.State == "ready").Select(n => n.Id)];
        Changed("engine", "there");
        EngineService? main = services.FirstOrDefault(s => s.Spec.Name == DrillFaults.Service);
        int wanted = (int)(main?.Spec.Mode.Replicated?.Replicas ?? 0);
        int running = tasks.Count(t => t.Status.State == "running" && t.DesiredState == "running"
            && ready.Contains(t.NodeId));
        Changed("replicas", string.Create(CultureInfo.InvariantCulture, $"{running} of {wanted} run"));
        Changed("ready nodes", ready.Count.ToString(CultureInfo.InvariantCulture));
        foreach (EngineService service in services.Where(s => s.Spec.Name != DrillFaults.Service))
        {
            EngineServiceStatus status = service.ServiceStatus ?? new EngineServiceStatus(0, 0);
            Changed(service.Spec.Name,
                string.Create(CultureInfo.InvariantCulture, $"{status.RunningTasks} of {status.DesiredTasks} run"));
        }

        bool all = services.Count > 0 && running == wanted && services.All(s =>
            s.ServiceStatus is { } t && t.RunningTasks >= t.DesiredTasks && t.DesiredTasks > 0);
        bool? more = Sight.CallsForMore;
        if (withAlerts && await FiringAsync() is { } firing)
        {
            Changed("firing alerts", firing.Names);
            more = firing.CallsForMore;
        }

        lock (_gate)
        {
            if (_wanted.Count == 0 || _wanted[^1].Wanted != wanted)
            {
                _wanted.Add((Now, wanted));
            }
        }

        Volatile.Write(ref _sight, new SwarmSight(wanted, running, all, more));
    }

    private async Task<(string Names, bool CallsForMore)?> FiringAsync()
    {
        try
        {
            JsonNode? answer = JsonNode.Parse(await _http.GetStringAsync(
                new Uri(_prometheus, "/api/v1/alerts"), _stop.Token));
            JsonNode[] firing = [.. answer!["data"]!["alerts"]!.AsArray()
                .Where(a => (string?)a!["state"] == "firing").Select(a => a!["labels"]!)];
            IEnumerable<string> names =
                firing.Select(l => (string?)l["alertname"] ?? "").Order(StringComparer.Ordinal);
            return (firing.Length == 0 ? "none" : string.Join(", ", names),
                Array.Exists(firing, l => (string?)l["scale"] == "up"));
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    private void Changed(string what, string state)
    {
        string before = _last.GetValueOrDefault(what, "");
        if (before != state)
        {
            _last[what] = state;
            Note(before.Length == 0 ? $"{what}: {state}" : $"{what}: {state} (was: {before})");
        }
    }
}

/// <summary>What is seen of the swarm at one instant.</summary>
/// <param name="Wanted">Desired replicas of the demo service.</param>
/// <param name="Running">Those that run on a node that answers.</param>
/// <param name="AllRun">Whether all services of the stack run as desired.</param>
/// <param name="CallsForMore">Whether an alert fires that asks for replicas; null before Prometheus has
/// answered.</param>
internal sealed record SwarmSight(int Wanted, int Running, bool AllRun, bool? CallsForMore);
