namespace Capacity.Model;

/// <summary>Reads how replicas serve and what their callers do.</summary>
internal sealed class ServiceReader(List<Diagnostic> diagnostics)
{
    /// <summary>The balancers by name, in the order of <see cref="Balancer"/>.</summary>
    public static readonly IReadOnlyList<string> Balancers =
        ["round-robin", "random", "least-connections", "power-of-two", "connections"];

    private readonly Quantity _quantity = new(diagnostics);
    private readonly ServiceLawReader _laws = new(diagnostics);
    private readonly RotationReader _rotation = new(diagnostics);
    private readonly ResilienceReader _resilience = new(diagnostics);

    /// <summary>Reads <c>service</c>.</summary>
    public ServiceModel Read(YamlNode node)
    {
        var fields = new YamlFields(node, "the service", diagnostics);
        YamlScalar? workers = fields.Scalar("workers");
        YamlScalar? cores = fields.Scalar("cores");
        YamlScalar? queue = fields.Scalar("queue");
        YamlNode? patience = fields.Take("queue_timeout");
        (string? balancer, RotationModel? rotation) = _rotation.Read(fields.Take("balancer"));
        int? connections = _quantity.Count(fields.Scalar("connections"), "connections", 1, 1_000_000);
        int? count = workers is null or { Text: "unlimited" }
            ? null
            : _quantity.Count(workers, "workers", 1, 100_000);
        var breaks = new FaultReader(diagnostics);
        WarmUp? warmUp = breaks.WarmUp(fields.Take("warm_up"));
        RandomCrashes? crash = breaks.Crashes(fields.Take("crash"));
        ServiceLaw? startup = _laws.Read(fields.Take("startup"), "the start-up time");
        double? grace = _quantity.Duration(fields.Scalar("stop_grace"));
        double? cpu = _quantity.Duration(fields.Scalar("cpu_per_request"));
        YamlNode? proxyNode = fields.Take("proxy");
        ProxyModel? proxy = proxyNode is null ? null : _resilience.Proxy(proxyNode);
        DependencyModel? dependency = fields.Take("dependency") is { } d ? _resilience.Dependency(d) : null;
        fields.RejectOthers();
        if (cores is not null && workers is not null)
        {
            fields.Report("CAP013", cores.At, "'cores' and 'workers' are two ways to serve: write one of them",
                "cores are shared by all requests at once, a worker serves one request at a time");
        }

        if (queue is not null && count is null)
        {
            fields.Report("CAP013", queue.At, "'queue' limits the requests that wait for a worker",
                "write also for example workers: 8");
        }

        ServiceLaw? queueTimeout = _laws.Read(patience, "the queue time-out");
        if (queueTimeout is not null && count is null)
        {
            fields.Report("CAP013", patience!.At with { Length = 1 },
                "'queue_timeout' limits the wait for a worker", "write also for example workers: 8");
        }
        else if (queueTimeout is not (null or ServiceLaw.Constant) && (queue is not null || balancer == "power-of-two"))
        {
            fields.Report("CAP013", patience!.At with { Length = 1 },
                "with 'queue' or power-of-two all requests must wait equally long", "write one duration: 500ms");
        }

        if (proxy?.PerReplica is not null && balancer == "connections")
        {
            fields.Report("CAP115", proxyNode!.At with { Length = 1 },
                "'maxconn' needs a proxy that chooses a replica for each request, not for each connection",
                "choose another balancer, for example least-connections");
        }

        var model = new ServiceModel
        {
            Rotation = rotation,
            Proxy = proxy,
            Dependency = dependency,
            Workers = count,
            Cores = _quantity.Count(cores, "cores", 1, 10_000),
            Queue = _quantity.Count(queue, "the queue", 0, 10_000_000),
            QueueTimeout = queueTimeout,
            Balancer = balancer is null ? Balancer.RoundRobin : (Balancer)Balancers.Index().First(
                b => b.Item == balancer).Index,
            StopGrace = grace,
            CpuPerRequest = cpu ?? 0,
            WarmUp = warmUp,
            Crash = crash,
        };
        model = connections is { } c ? model with { Connections = c } : model;
        return startup is null ? model : model with { Startup = startup };
    }

    /// <summary>Reads <c>client</c>.</summary>
    public ClientModel ReadClient(YamlNode node)
    {
        var fields = new YamlFields(node, "the client", diagnostics);
        double? timeout = _quantity.Duration(fields.Scalar("timeout"), positive: true);
        RetryModel? retry = fields.Take("retry") is { } r ? Retry(r) : null;
        BreakerModel? breaker = fields.Take("breaker") is { } b ? _resilience.Breaker(b) : null;
        fields.RejectOthers();
        return new ClientModel { Timeout = timeout, Retry = retry, Breaker = breaker };
    }

    private RetryModel? Retry(YamlNode node)
    {
        var fields = new YamlFields(node, "the retry", diagnostics);
        int? attempts = _quantity.Count(fields.RequireScalar("attempts", "attempts: 3"), "attempts", 1, 100);
        YamlScalar? pause = fields.RequireScalar("backoff", "backoff: 100ms");
        double? backoff = _quantity.Duration(pause, positive: true);
        double? max = _quantity.Duration(fields.Scalar("max"), positive: true);
        double? budget = _quantity.Share(fields.Scalar("budget"), 10);
        fields.RejectOthers();
        if (backoff < 0.001)
        {
            fields.Report("CAP023", pause!.At, "the back-off must be at least 1ms", "write for example 100ms");
        }

        return attempts is { } a && backoff is { } b
            ? new RetryModel(a, b, Math.Max(b, max ?? 30), budget)
            : null;
    }
}
