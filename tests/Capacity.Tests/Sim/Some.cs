using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests;

/// <summary>Test data.</summary>
internal static class Some
{
    /// <summary>Alertmanager's part of the tutorial, with times that suit short runs.</summary>
    public const string AlertmanagerYaml =
        """
        route:
          receiver: 'slack'
          group_by: [service, scale, type]
          group_wait: 5s
          group_interval: 30s
          repeat_interval: 30s
          routes:
          - match_re:
              scale: up|down
              type: service
            receiver: 'scale'
        receivers:
          - name: 'slack'
          - name: 'scale'
            webhook_configs:
              - send_resolved: false
                url: 'http://scaler:8080/v1/scale-service'
        """;

    /// <summary>A loop that scales by the share of requests within 250 ms.</summary>
    public static LoopSettings Loop(int replicas = 2, params IEnumerable<Rule> rules) => new()
    {
        Service = "go-demo_main",
        InitialReplicas = replicas,
        ServiceLabels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["com.df.scaleMin"] = "2",
            ["com.df.scaleMax"] = "8",
            ["com.df.scaleUpBy"] = "2",
            ["com.df.scaleDownBy"] = "1",
        },
        ScrapeInterval = TimeSpan.FromSeconds(5),
        EvaluationInterval = TimeSpan.FromSeconds(10),
        HealthCheckInterval = TimeSpan.FromSeconds(5),
        StopGrace = TimeSpan.FromSeconds(10),
        DiscoveryRefresh = TimeSpan.FromSeconds(10),
        Groups = [new RuleGroup("alert.rules", null, 0, [.. rules])],
        Alertmanager = Alertmanager(AlertmanagerYaml),
        PhaseSeed = 1,
    };

    /// <summary>An alert that asks the scaler for replicas.</summary>
    public static AlertRule Scaling(string name, string expression, string direction)
    {
        Assert.True(PromQlParser.Parse(expression).TryGet(out Expr? expr));
        return new AlertRule(
            name, expr, TimeSpan.Zero, TimeSpan.Zero,
            LabelSet.Of(("receiver", "system"), ("scale", direction), ("service", "go-demo_main"), ("type", "service")),
            LabelSet.Empty);
    }

    /// <summary>The share of requests that took no longer than a bound.</summary>
    public static string FastShare(string bound, string window) =>
        $"sum(rate(http_server_resp_time_bucket{{job=\"go-demo_main\", le=\"{bound}\"}}[{window}])) / "
        + $"sum(rate(http_server_resp_time_count{{job=\"go-demo_main\"}}[{window}]))";

    /// <summary>Reads an Alertmanager configuration that has no errors.</summary>
    public static AlertmanagerConfig Alertmanager(string yaml)
    {
        var source = new SourceText("alertmanager.yml", yaml);
        Assert.True(AlertmanagerConfigReader.Read(source).TryGet(out AlertmanagerConfig? config));
        return config;
    }

    /// <summary>A simulation without alerts.</summary>
    public static SimulationInput Input(LoadPlan plan, params IReadOnlyList<RequestKind> kinds) => new()
    {
        Plan = plan,
        Kinds = kinds,
        WorkerLaws = [.. kinds.Select(k => k.ServiceTime)],
        Service = new ServiceModel { Workers = 8 },
        Loop = Loop(),
        Step = Steps.Choose(plan.Duration),
        Scenario = "some",
    };

    /// <summary>A spike that needs more than the first replicas, and rules that add and remove them.</summary>
    public static SimulationInput Spike()
    {
        LoadPlan plan = LoadPlan.Of(
        [
            new LoadStage.Open("calm", 40, 0, 120), new LoadStage.Open("spike", 200, 30, 300),
            new LoadStage.Open("after", 20, 10, 300),
        ]);
        SimulationInput input = Input(
            plan,
            new RequestKind("read", 0.9, "GET", "/demo/hello?delay={service_time_ms}",
                new ServiceLaw.Lognormal(0.05, 0.6)),
            new RequestKind("write", 0.1, "PUT", "/demo/person", new ServiceLaw.Exponential(0.1)));
        return input with
        {
            Loop = Loop(
                2,
                Scaling("slow", FastShare("0.25", "1m") + " < 0.9", "up"),
                Scaling("fast", FastShare("0.25", "1m") + " > 0.97", "down")),
            Service = new ServiceModel { Workers = 4, Startup = new ServiceLaw.Uniform(1, 3) },
            Overhead = new ServiceLaw.Exponential(0.001),
        };
    }
}
