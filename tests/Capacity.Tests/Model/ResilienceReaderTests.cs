using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class ResilienceReaderTests
{
    [Fact]
    public void Proxy_dependency_breaker_and_policies_are_read()
    {
        Scenario scenario = Read(
            """
            service:
              workers: 8
              proxy: { maxconn: 8, queue: 100, queue_timeout: 5s, total_maxconn: 2000 }
              dependency: { name: db, pool: 20, service_time: 5ms, timeout: 1s }
            client:
              breaker: { failure_ratio: 50%, sampling: 10s, minimum: 20, break: 2s }
            policy:
              use: hpa
              hpa: { utilization: 70%, min: 2, max: 9, sync: 10s, down_window: 2m }
              target: { requests: 100/s, out_cooldown: 30s }
              schedule: [ { from: 1m, until: 2m, replicas: 5 } ]
            """).Value();
        Assert.Equal(
            new ProxyModel { PerReplica = 8, Queue = 100, QueueTimeout = 5, Total = 2_000 }, scenario.Service.Proxy);
        Assert.Equal(
            new DependencyModel("db", 20, new ServiceLaw.Constant(0.005), 1), scenario.Service.Dependency);
        Assert.Equal(
            new BreakerModel { FailureRatio = 0.5, Sampling = 10, Minimum = 20, Break = 2 }, scenario.Client.Breaker);
        Assert.Equal(PolicyKind.Hpa, scenario.Policy.Use);
        Assert.Equal(
            new MetricPolicyModel { Target = 0.7, Min = 2, Max = 9, Sync = 10, DownWait = 120 }, scenario.Policy.Hpa);
        Assert.Equal(
            new MetricPolicyModel { Metric = ScalingMetric.Requests, Target = 100, UpWait = 30 },
            scenario.Policy.Target);
        Assert.Equal([new PlannedReplicas(60, 120, 5)], scenario.Policy.Schedule);
    }

    [Theory]
    [InlineData("CAP115", "service: { workers: 8, balancer: connections, proxy: { maxconn: 8 } }")]
    [InlineData("CAP116", "service: { workers: 8, proxy: {} }")]
    [InlineData("CAP116", "service: { workers: 8, proxy: { total_maxconn: 8, queue: 3 } }")]
    [InlineData("CAP117", "client: { breaker: { break: 5s } }")]
    [InlineData("CAP117", "client: { breaker: { failures: 5, failure_ratio: 50% } }")]
    [InlineData("CAP117", "client: { breaker: { failures: 5, minimum: 20 } }")]
    [InlineData("CAP023", "client: { breaker: { failure_ratio: 0% } }")]
    [InlineData("CAP118", "policy: { hpa: { min: 2 }, target: { min: 2 } }")]
    [InlineData("CAP118", "policy: schedule")]
    [InlineData("CAP118", "policy: { schedule: [ { from: 2m, until: 1m, replicas: 5 } ] }")]
    [InlineData("CAP118", "service: { workers: 8 }\npolicy: { hpa: { min: 5, max: 2 } }")]
    [InlineData("CAP119", "policy: hpa")]
    [InlineData("CAP120", "service: { balancer: { like: nginx, fall: 3 } }")]
    [InlineData("CAP120", "service: { balancer: { quiescence: [20s, 5s] } }")]
    [InlineData("CAP024", "service: { balancer: { like: magic } }")]
    [InlineData("CAP024", "policy: magic")]
    [InlineData("CAP011", "service: { dependency: { pool: 3 } }")]
    public void What_cannot_be_meant_is_reported_with_its_place(string code, string keys)
    {
        Parsed<Scenario> read = Read(keys);
        Diagnostic diagnostic = Assert.Single(read.Diagnostics, d => d.Code == code);
        Assert.InRange(diagnostic.At.Line, 6, 9);
        Assert.False(read.TryGet(out _));
    }

    [Fact]
    public void A_balancer_is_read_by_name_or_with_how_it_learns_of_replicas()
    {
        ServiceModel named = Read("service: { balancer: random }").Value().Service;
        Assert.Equal((Balancer.Random, null), (named.Balancer, named.Rotation));
        ServiceModel told = Read(
            "service: { balancer: { kind: least-connections, like: haproxy, check: 2s, fall: 3 } }").Value().Service;
        Assert.Equal(Balancer.LeastConnections, told.Balancer);
        Assert.Equal(RotationModel.Like("haproxy") with { Check = 2, Fall = 3 }, told.Rotation);
        Assert.Null(Read("service: { balancer: { kind: random } }").Value().Service.Rotation);
        Assert.Equal(
            (5.0, 30.0), Read("service: { balancer: { quiescence: [5s, 30s] } }").Value().Service.Rotation is { } r
                ? (r.QuietMin, r.QuietMax)
                : default);
    }

    [Fact]
    public void Retries_and_shared_cores_go_together() =>
        Assert.True(Read("service: { cores: 2 }\nclient: { retry: { attempts: 3, backoff: 100ms } }").TryGet(out _));

    private static Parsed<Scenario> Read(string keys) => ScenarioReader.Read(new SourceText("scenario.yaml",
        $$"""
        version: 1
        name: some
        target: { service: shop_web, stack: stack.yml, alertmanager: alertmanager.yml }
        load: [ { stage: peak, inject: 10/s, during: 5m } ]
        requests: [ { name: browse, share: 100%, service_time: 8ms } ]
        {{keys}}
        """));
}

internal static class ParsedValue
{
    /// <summary>The value; fails the test with the diagnostics when there is none.</summary>
    public static T Value<T>(this Parsed<T> parsed)
        where T : class
    {
        Assert.True(parsed.TryGet(out T? value), string.Join('\n', parsed.Diagnostics));
        return value!;
    }
}
