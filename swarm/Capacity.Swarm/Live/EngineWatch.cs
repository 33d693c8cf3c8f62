using System.Globalization;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Live;

/// <summary>Follows the engine's events of one service: its updates, and its containers.</summary>
/// <param name="engine">A manager of the swarm.</param>
/// <param name="service">The service's name.</param>
/// <param name="seconds">An instant in seconds since the start of the run.</param>
internal sealed class EngineWatch(EngineClient engine, string service, Func<DateTimeOffset, double> seconds)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly List<Container> _containers = [];
    private readonly List<LiveUpdate> _updates = [];
    private readonly Dictionary<string, string[]> _addresses = new(StringComparer.Ordinal); // by task
    private readonly Lock _gate = new();

    /// <summary>Changes of the wanted replicas.</summary>
    public IReadOnlyList<LiveUpdate> Updates
    {
        get
        {
            lock (_gate)
            {
                return [.. _updates];
            }
        }
    }

    /// <summary>Every container that there was.</summary>
    public IReadOnlyList<LiveContainer> Containers
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. _containers.Select(c => new LiveContainer(c.Id, _addresses.GetValueOrDefault(c.Task) ?? [],
                        c.Created, c.Started, c.Listening, c.Signalled, c.Ended)),
                ];
            }
        }
    }

    /// <summary>Notes the containers that run already, and follows from here on.</summary>
    /// <param name="end">Ends it; then it ends without an exception.</param>
    /// <returns>Ends when it was told to.</returns>
    public async Task RunAsync(CancellationToken end)
    {
        foreach (EngineTask task in await engine.TasksAsync(service, end))
        {
            if (task.Status is { State: "running", ContainerStatus.ContainerId: { Length: > 0 } id })
            {
                double at = seconds(task.Status.Timestamp);
                _containers.Add(new Container(id, task.Id) { Created = at, Started = at });
            }
        }

        await Task.WhenAll(FollowAsync(end), PollAsync(end));
    }

    /// <summary>Takes an event.</summary>
    internal void See(EngineEvent happened)
    {
        Dictionary<string, string> about = happened.Actor.Attributes;
        double at = seconds(DateTimeOffset.UnixEpoch.AddTicks(happened.TimeNano / 100));
        lock (_gate)
        {
            if (happened.Type == "service" && happened.Action == "update" && about.GetValueOrDefault("name") == service)
            {
                if (Number(about, "replicas.old") is { } from && Number(about, "replicas.new") is { } to)
                {
                    _updates.Add(new LiveUpdate(at, from, to));
                }
            }
            else if (happened.Type == "container"
                && about.GetValueOrDefault("com.docker.swarm.service.name") == service)
            {
                SeeContainer(happened, about, at);
            }
        }
    }

    private void SeeContainer(EngineEvent happened, Dictionary<string, string> about, double at)
    {
        Container? known = _containers.Find(c => c.Id == happened.Actor.Id);
        switch (happened.Action)
        {
            case "create" when known is null:
                string task = about.GetValueOrDefault("com.docker.swarm.task.id") ?? "";
                _containers.Add(new Container(happened.Actor.Id, task) { Created = at });
                break;
            case "start" when known is not null:
                known.Started = at;
                break;
            case "kill" when known is not null && double.IsNaN(known.Signalled):
                known.Signalled = at;
                break;
            case "die" when known is not null:
                known.Ended = at;
                break;
            default:
                break;
        }
    }

    private async Task FollowAsync(CancellationToken end)
    {
        try
        {
            await foreach (EngineEvent happened in engine.EventsAsync(["service", "container"], null, end))
            {
                See(happened);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    // The engine sends no events of tasks, and only tasks know their addresses; and the log goes with its container.
    private async Task PollAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await LookForListenersAsync(end);
                foreach (EngineTask task in await engine.TasksAsync(service, end))
                {
                    string[] found =
                    [
                        .. (task.NetworksAttachments ?? []).SelectMany(n => n.Addresses ?? [])
                            .Select(a => a.Split('/')[0]),
                    ];
                    if (found.Length > 0)
                    {
                        lock (_gate)
                        {
                            _addresses[task.Id] = found;
                        }
                    }
                }

                await Task.Delay(Pause, end);
            }
            catch (Exception problem) when (problem is EngineException or OperationCanceledException)
            {
                await Task.Delay(Pause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LookForListenersAsync(CancellationToken end)
    {
        Container[] unknown;
        lock (_gate)
        {
            unknown = [.. _containers.Where(c => !double.IsNaN(c.Started) && double.IsNaN(c.Listening)
                && double.IsNaN(c.Ended))];
        }

        foreach (Container container in unknown)
        {
            LoggedLine? line = ServiceLogReader.Read(await engine.LogsAsync(container.Id, end))
                .FirstOrDefault(l => l.Message.Contains("listening on", StringComparison.Ordinal));
            container.Listening = line is null ? double.NaN : seconds(line.At);
        }
    }

    private static int? Number(Dictionary<string, string> about, string key) =>
        int.TryParse(about.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? n : null;

    private sealed class Container(string id, string task)
    {
        public string Id { get; } = id;

        public string Task { get; } = task;

        public double Created { get; init; } = double.NaN;

        public double Started { get; set; } = double.NaN;

        public double Listening { get; set; } = double.NaN;

        public double Signalled { get; set; } = double.NaN;

        public double Ended { get; set; } = double.NaN;
    }
}
