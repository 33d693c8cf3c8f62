using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Benchmarks;

/// <summary>What the simulator's benchmarks simulate.</summary>
internal static class Inputs
{
    public const double ServiceMean = 0.05;
    private const double Load = 0.8;

    private const string Alertmanager =
        """
        route:
          receiver: scale
          group_by: [service, scale]
          group_wait: 5s
          group_interval: 1m
          repeat_interval: 1m
        receivers:
          - name: scale
            webhook_configs:
              - send_resolved: false
                url: http://scaler:8080/v1/scale-service
        """;

    private const string Rules =
        """
        groups:
          - name: alert.rules
            rules:
              - alert: slow
                expr: >-
                  sum(rate(http_server_resp_time_bucket{job="web_main", le="0.25"}[2m]))
                  / sum(rate(http_server_resp_time_count{job="web_main"}[2m])) < 0.97
                labels: {scale: up, service: web_main}
              - alert: idle
                expr: sum(rate(http_server_resp_time_sum{job="web_main"}[5m])) / count(up{job="web_main"} == 1) < 3.6
                for: 5m
                labels: {scale: down, service: web_main}
        """;

    public static double SteadyRate(int replicas) => Load * replicas * 8 / ServiceMean;

    /// <summary>Replicas that never change, without rules.</summary>
    public static SimulationInput Steady(int replicas, double requests)
    {
        double rate = SteadyRate(replicas);
        return Input(
            Plan([new RateSegment(0, requests / rate, rate, rate)]), new ServiceLaw.Exponential(ServiceMean),
            Loop(replicas, ""));
    }

    /// <summary>A day whose rate follows the sun, 480 to 1920 requests per second, with rules that scale.</summary>
    public static SimulationInput Day(int hours = 24)
    {
        double RateAt(double second) => 1200 * (1 + (0.6 * Math.Sin(2 * Math.PI * ((second / 86_400) - 0.25))));
        RateSegment[] segments = [.. Enumerable.Range(0, hours * 60).Select(
            i => new RateSegment(i * 60, (i + 1) * 60, RateAt(i * 60), RateAt((i + 1) * 60)))];
        double sigma = Math.Sqrt(Math.Log(1 + (1.5 * 1.5)));
        var service = new ServiceLaw.Lognormal(ServiceMean * Math.Exp(-sigma * sigma / 2), sigma);
        return Input(Plan(segments), service, Loop(8, Rules)) with
        {
            Service = new ServiceModel { Workers = 8, Startup = new ServiceLaw.Constant(15) },
        };
    }

    /// <summary>45 minutes at 1,500 requests per second, with rules that scale.</summary>
    public static SimulationInput FullLaunch() =>
        Input(Plan([new RateSegment(0, 2_700, 1_500, 1_500)]), new ServiceLaw.Exponential(ServiceMean),
            Loop(12, Rules)) with
        {
            Service = new ServiceModel { Workers = 8, Startup = new ServiceLaw.Constant(15) },
        };

    /// <summary>A surge from 100 to 600 requests per second within two minutes, with rules that scale.</summary>
    public static SimulationInput Launch()
    {
        RateSegment[] segments =
            [new(0, 300, 100, 100), new(300, 420, 100, 600), new(420, 900, 600, 600), new(900, 1200, 100, 100)];
        ServiceLaw[] laws = [Measured(0.04, 0.7), Measured(0.08, 0.5), Measured(0.15, 0.5)];
        return Input(Plan(segments), laws[0], Loop(4, Rules)) with
        {
            Kinds =
            [
                new RequestKind("browse", 0.85, "GET", "/", laws[0]),
                new RequestKind("search", 0.12, "GET", "/", laws[1]),
                new RequestKind("checkout", 0.03, "GET", "/", laws[2]),
            ],
            WorkerLaws = laws,
            Service = new ServiceModel { Workers = 8, Startup = new ServiceLaw.Uniform(2, 8) },
        };
    }

    /// <summary>A law as a calibration finds it.</summary>
    private static ServiceLaw.Empirical Measured(double median, double sigma)
    {
        var law = new ServiceLaw.Lognormal(median, sigma);
        return new ServiceLaw.Empirical(
            [.. Enumerable.Range(0, 201).Select(i => (i / 200.0, law.Quantile(Math.Clamp(i / 200.0, 0.001, 0.999))))]);
    }

    private static LoadPlan Plan(RateSegment[] segments) => new(new ArrivalProfile(segments), [], [], segments[^1].To);

    private static SimulationInput Input(LoadPlan plan, ServiceLaw service, LoopSettings loop) => new()
    {
        Plan = plan,
        Kinds = [new RequestKind("all", 1, "GET", "/", service)],
        WorkerLaws = [service],
        Overhead = new ServiceLaw.Constant(0.001),
        Service = new ServiceModel { Workers = 8 },
        Loop = loop,
        Step = Steps.Choose(plan.Duration),
        Scenario = "benchmark",
    };

    private static LoopSettings Loop(int replicas, string rules) => new()
    {
        Service = "web_main",
        InitialReplicas = replicas,
        ServiceLabels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["com.df.scaleMin"] = "4",
            ["com.df.scaleMax"] = "30",
            ["com.df.scaleUpBy"] = "2",
            ["com.df.scaleDownBy"] = "1",
        },
        ScrapeInterval = TimeSpan.FromSeconds(15),
        EvaluationInterval = TimeSpan.FromSeconds(15),
        HealthCheckInterval = TimeSpan.FromSeconds(10),
        StopGrace = TimeSpan.FromSeconds(10),
        DiscoveryRefresh = TimeSpan.FromSeconds(30),
        Groups = rules.Length == 0 ? [] : Must(RuleFileReader.Read(new SourceText("rules", rules))).Groups,
        Alertmanager = Must(AlertmanagerConfigReader.Read(new SourceText("alertmanager.yml", Alertmanager))),
    };

    private static T Must<T>(Parsed<T> parsed)
        where T : notnull =>
        parsed.TryGet(out T? value) ? value
            : throw new InvalidOperationException(string.Join('\n', parsed.Diagnostics));
}
