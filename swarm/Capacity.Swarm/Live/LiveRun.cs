using System.Diagnostics;
using Capacity.Model;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Live;

/// <summary>Addresses of the live stack on this machine.</summary>
/// <param name="Proxy">Requests of users go here.</param>
/// <param name="Statistics">The proxy's statistics as CSV.</param>
/// <param name="Prometheus">Prometheus.</param>
public sealed record LiveAddresses(Uri Proxy, Uri Statistics, Uri Prometheus)
{
    /// <summary>The addresses that a swarm was started with.</summary>
    public static LiveAddresses Of(SwarmState state)
    {
        Uri Local(string variable, string path = "") =>
            new($"http://127.0.0.1:{StackPorts.Of(state.Variables, variable)}{path}");
        return new LiveAddresses(Local("PROXY_PORT"), Local("STATS_PORT", "/stats;csv"), Local("PROMETHEUS_PORT"));
    }
}

/// <summary>A run on the live stack: starts its control loop at second 0, and writes down what all parts of it
/// do.</summary>
public sealed class LiveRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http =
        new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    private readonly CancellationTokenSource _end = new();
    private readonly EngineClient _engine;
    private readonly LiveAddresses _addresses;
    private readonly string _tokenFile;
    private readonly int _replicas;
    private readonly TimeSpan _evaluation;
    private DateTimeOffset _start;
    private readonly PrometheusHistory _history;
    private EngineWatch? _watch;
    private AlertWatch? _alerts;
    private ProxyWatch? _proxy;
    private Task _watching = Task.CompletedTask;

    /// <summary>Prepares a run; nothing happens before <see cref="PrepareAsync"/>.</summary>
    /// <param name="folder">Of the swarm that is up.</param>
    /// <param name="replicas">Replicas at the start.</param>
    /// <param name="evaluation">Time between evaluations: the run begins at a multiple of it on the Unix clock.</param>
    public LiveRun(SwarmFolder folder, int replicas, TimeSpan evaluation)
    {
        SwarmState state = folder.Read() ?? throw new ClusterException($"no swarm is up in {folder.Path}",
            "start one: capacity swarm up");
        _tokenFile = folder.TokenFile;
        _engine = new EngineClient(state.Address);
        _addresses = LiveAddresses.Of(state);
        _history = new PrometheusHistory(_http, _addresses.Prometheus);
        (_replicas, _evaluation) = (replicas, evaluation);
    }

    /// <summary>Where requests go.</summary>
    public Uri Target => _addresses.Proxy;

    /// <summary>Replicas wanted and serving now.</summary>
    public (int Desired, int Serving) Now =>
        (_watch?.Updates is [.., var last] ? last.To : _replicas, _proxy?.Serving ?? 0);

    /// <summary>Waits until the proxy has all replicas, and chooses second 0.</summary>
    /// <returns>The <see cref="Stopwatch"/> timestamp of second 0, some seconds ahead.</returns>
    /// <exception cref="ClusterException">The replicas do not serve.</exception>
    public async Task<long> PrepareAsync(CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        var look = new ProxyWatch(_addresses.Statistics, "main", () => Stopwatch.GetElapsedTime(began).TotalSeconds);
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            Task looking = look.RunAsync(_http, enough.Token);
            while (look.Serving < _replicas && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(100, stop);
            }

            await enough.CancelAsync();
            await looking;
        }

        if (look.Serving < _replicas)
        {
            throw new ClusterException($"only {look.Serving} of {_replicas} replicas serve through the proxy after "
                + $"{Patience.TotalSeconds} s", "see: capacity swarm status, and the logs of the containers");
        }

        await WarmUpAsync(stop);
        DateTimeOffset earliest = TimeProvider.System.GetUtcNow() + LiveLoop.Lead + TimeSpan.FromSeconds(0.5);
        long intervals = ((earliest.Ticks - DateTimeOffset.UnixEpoch.Ticks) / _evaluation.Ticks) + 1;
        _start = DateTimeOffset.UnixEpoch + (intervals * _evaluation);
        return Stopwatch.GetTimestamp()
            + (long)((_start - TimeProvider.System.GetUtcNow()).TotalSeconds * Stopwatch.Frequency);
    }

    // A service that has been running for a day has met every kind of request before.
    private async Task WarmUpAsync(CancellationToken stop)
    {
        const int Requests = 40;
        await Parallel.ForAsync(0, Requests * _replicas, new ParallelOptions
        {
            MaxDegreeOfParallelism = 2 * _replicas,
            CancellationToken = stop,
        }, async (_, cancellation) => (await _http.GetAsync(
            new Uri(_addresses.Proxy, "/demo/hello?delay=1"), cancellation)).Dispose());
        using var nobody = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_addresses.Proxy, "/scaler/v1/scale-service"));
        nobody.Headers.Add("Authorization", $"Bearer {await File.ReadAllTextAsync(_tokenFile, stop)}");
        nobody.Content = new StringContent("{\"groupLabels\":{\"scale\":\"up\",\"service\":\"nobody\"}}");
        (await _http.SendAsync(nobody, stop)).Dispose();
    }

    /// <summary>Starts Prometheus and Alertmanager shortly before second 0, and writes down what happens. It returns
    /// before second 0.</summary>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task BeginAsync(CancellationToken stop)
    {
        _watch = new EngineWatch(_engine, LiveStackFiles.Main, Seconds);
        _proxy = new ProxyWatch(_addresses.Statistics, "main", () => Seconds(TimeProvider.System.GetUtcNow()));
        _alerts = new AlertWatch(_history);
        _watching = Task.WhenAll(_watch.RunAsync(_end.Token), _proxy.RunAsync(_http, _end.Token),
            _alerts.RunAsync(_end.Token));
        TimeSpan wait = _start - LiveLoop.Lead - TimeProvider.System.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, stop);
        }

        await Task.WhenAll(
            _engine.ScaleAsync($"{LiveSwarm.StackName}_alertmanager", 1, stop),
            _engine.ScaleAsync($"{LiveSwarm.StackName}_prometheus", 1, stop));
    }

    /// <summary>Adds replicas, alerts and scale actions to what the load engine measured.</summary>
    /// <param name="measured">A run that began at second 0.</param>
    /// <param name="service">Full name of the service: the job of its series.</param>
    /// <exception cref="ClusterException">Prometheus does not tell what it did.</exception>
    public async Task<RunResult> CompleteAsync(RunResult measured, string service)
    {
        await _end.CancelAsync();
        await _watching;
        CancellationToken patience = CancellationToken.None; // each call has a time-out of its own
        DateTimeOffset to = _start + TimeSpan.FromSeconds(measured.Duration);
        var scrapes = await _history.ReadAsync($"up{{job=\"{service}\"}}", _start, to, patience);
        var alerts = await _history.ReadAsync("ALERTS", _start, to, patience);
        return new LiveRecord(new LiveObservations
        {
            Containers = _watch!.Containers,
            Updates = _watch.Updates,
            Proxy = _proxy!.States,
            Answers = ServiceLogReader.Answers(await ScalerLogAsync(patience), Seconds),
            Alerts = _alerts!.Samples(alerts, Seconds),
            Scrapes = [.. scrapes.Select(s => new TargetSamples(
                s.Labels.GetValueOrDefault("instance", "").Split(':')[0], [.. s.At.Select(Seconds)]))],
            InitialReplicas = _replicas,
            EvaluationInterval = _evaluation.TotalSeconds,
        }).Complete(measured);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _engine.Dispose();
        _http.Dispose();
        _end.Dispose();
    }

    private async Task<IReadOnlyList<LoggedLine>> ScalerLogAsync(CancellationToken cancellationToken)
    {
        var lines = new List<LoggedLine>();
        foreach (EngineTask task in await _engine.TasksAsync($"{LiveSwarm.StackName}_scaler", cancellationToken))
        {
            if (task.Status.ContainerStatus?.ContainerId is { Length: > 0 } id)
            {
                lines.AddRange(ServiceLogReader.Read(await _engine.LogsAsync(id, cancellationToken)));
            }
        }

        return [.. lines.Where(l => l.At >= _start).OrderBy(l => l.At)];
    }

    private double Seconds(DateTimeOffset at) => (at - _start).TotalSeconds;
}
