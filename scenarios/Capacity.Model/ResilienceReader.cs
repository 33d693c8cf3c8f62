namespace Capacity.Model;

/// <summary>Reads what protects a service from too many requests, and what stands behind it.</summary>
internal sealed class ResilienceReader(List<Diagnostic> diagnostics)
{
    private const double ShortestBreak = 0.001;

    private readonly Quantity _quantity = new(diagnostics);
    private readonly ServiceLawReader _laws = new(diagnostics);

    /// <summary>Reads <c>service.proxy</c>.</summary>
    /// <returns>Null with CAP116 when it limits nothing that it could.</returns>
    public ProxyModel? Proxy(YamlNode node)
    {
        var fields = new YamlFields(node, "the proxy", diagnostics);
        YamlScalar? perReplica = fields.Scalar("maxconn");
        YamlScalar? queue = fields.Scalar("queue");
        YamlScalar? patience = fields.Scalar("queue_timeout");
        YamlScalar? total = fields.Scalar("total_maxconn");
        fields.RejectOthers();
        if (perReplica is null && total is null)
        {
            fields.Report("CAP116", fields.At with { Length = 1 }, "this proxy limits nothing",
                "write for example maxconn: 8 (requests that one replica gets at once), or total_maxconn: 2000");
            return null;
        }

        if (perReplica is null && (queue ?? patience) is { } wait)
        {
            fields.Report("CAP116", wait.At, "nothing waits at a proxy that gives replicas any number of requests",
                "write also for example maxconn: 8");
        }

        return new ProxyModel
        {
            PerReplica = _quantity.Count(perReplica, "maxconn", 1, 1_000_000),
            Queue = _quantity.Count(queue, "the queue", 0, 10_000_000),
            QueueTimeout = _quantity.Duration(patience, positive: true),
            Total = _quantity.Count(total, "total_maxconn", 1, 100_000_000),
        };
    }

    /// <summary>Reads <c>service.dependency</c>.</summary>
    public DependencyModel? Dependency(YamlNode node)
    {
        var fields = new YamlFields(node, "the dependency", diagnostics);
        YamlScalar? name = fields.Scalar("name");
        int? pool = _quantity.Count(fields.RequireScalar("pool", "pool: 20"), "the pool", 1, 1_000_000);
        ServiceLaw? law = _laws.Read(fields.Require("service_time", "service_time: 5ms"), "the service time");
        double? timeout = _quantity.Duration(fields.Scalar("timeout"), positive: true);
        fields.RejectOthers();
        return pool is { } connections && law is not null
            ? new DependencyModel(name?.Text ?? "dependency", connections, law, timeout)
            : null;
    }

    /// <summary>Reads <c>client.breaker</c>.</summary>
    /// <returns>Null with CAP117 when it does not say when to open, or says it twice.</returns>
    public BreakerModel? Breaker(YamlNode node)
    {
        var fields = new YamlFields(node, "the circuit breaker", diagnostics);
        var usual = new BreakerModel();
        YamlScalar? failures = fields.Scalar("failures");
        YamlScalar? ratio = fields.Scalar("failure_ratio");
        YamlScalar? sampling = fields.Scalar("sampling");
        YamlScalar? minimum = fields.Scalar("minimum");
        YamlScalar? pause = fields.Scalar("break");
        fields.RejectOthers();
        if (failures is null == ratio is null)
        {
            fields.Report("CAP117", fields.At with { Length = 1 },
                failures is null
                    ? "nothing says when this circuit breaker opens"
                    : "'failures' and 'failure_ratio' are two ways to open a circuit breaker: write one of them",
                "write failures: 5 (in a row), or failure_ratio: 50% with sampling: 10s and minimum: 20");
            return null;
        }

        if (failures is not null && (sampling ?? minimum) is { } ofRatio)
        {
            fields.Report("CAP117", ofRatio.At, "'sampling' and 'minimum' belong to 'failure_ratio'",
                "leave them out, or write failure_ratio instead of failures");
        }

        double? share = _quantity.Share(ratio, 1);
        double? length = _quantity.Duration(pause, positive: true);
        if (share == 0 || length < ShortestBreak)
        {
            fields.Report("CAP023", (share == 0 ? ratio : pause)!.At,
                share == 0 ? "a ratio of 0% is always reached" : "the break must be at least 1ms",
                share == 0 ? "write for example 50%" : "write for example 5s");
        }

        return new BreakerModel
        {
            Failures = _quantity.Count(failures, "failures", 1, 1_000_000),
            FailureRatio = share ?? usual.FailureRatio,
            Sampling = _quantity.Duration(sampling, positive: true) ?? usual.Sampling,
            Minimum = _quantity.Count(minimum, "the minimum", 1, 1_000_000) ?? usual.Minimum,
            Break = length ?? usual.Break,
        };
    }
}
