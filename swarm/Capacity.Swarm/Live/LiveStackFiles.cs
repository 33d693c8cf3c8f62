using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Control;
using Capacity.Control.Labels;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Live;

/// <summary>What the live stack needs in order to run the control loop of a scenario.</summary>
/// <param name="loop">From <see cref="LiveLoop.At"/>.</param>
/// <param name="service">How one replica serves.</param>
public sealed class LiveStackFiles(LoopSettings loop, ServiceModel service)
{
    /// <summary>Name of the service of the live stack that is scaled.</summary>
    public const string Main = LiveSwarm.StackName + "_main";

    private const string Override = SwarmFolder.ScenarioStack;
    private const int LabelledAlerts = 10; // docker-flow-monitor reads no more
    private const int UnlimitedWorkers = 100_000;

    private readonly string _rulePrefix = loop.Service.Replace("-", "", StringComparison.Ordinal) + "_";

    /// <summary>What of the scenario cannot be had on the live stack; empty when all can.</summary>
    public IReadOnlyList<string> Missing
    {
        get
        {
            var missing = new List<string>();
            if (loop.Service != Main)
            {
                missing.Add($"the service is called {Main} there, not {loop.Service}");
            }

            if (service.Balancer == Balancer.Connections)
            {
                missing.Add("its proxy balances requests, not connections; it takes the least used replica");
            }

            if (loop.Alertmanager.TimeIntervals.Count > 0)
            {
                missing.Add("time intervals of Alertmanager are left out");
            }

            if (loop.Groups.SelectMany(g => g.Rules).Any(r => r is AlertRule { KeepFiringFor.Ticks: > 0 }
                && !InFile(loop.Groups[0], r)))
            {
                missing.Add("keep_firing_for cannot be said in labels, and is left out");
            }

            return missing;
        }
    }

    /// <summary>The files, by name, to be put beside those of the live stack.</summary>
    public IReadOnlyDictionary<string, string> Files() => new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["haproxy.cfg"] = Proxy(LiveSwarm.FileText("haproxy.cfg")),
        ["prometheus.yml"] = Prometheus(),
        ["alertmanager.yml"] = LiveAlertmanager.Write(loop.Alertmanager),
        ["rules.yml"] = RuleFileText.Write(new RuleFile([.. loop.Groups.Select(FileGroup).OfType<RuleGroup>()])) + "\n",
        [Override] = Stack(),
    };

    /// <summary>Names of the files for <c>docker stack deploy</c>, in the order in which they count.</summary>
    public static IReadOnlyList<string> ComposeFiles { get; } = ["stack.yml", Override];

    /// <summary>The labels of the service under test: all of the user's, and its alerts at this speed.</summary>
    internal SortedDictionary<string, string> Labels()
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in loop.ServiceLabels.Where(
            l => !l.Key.StartsWith("com.df.alert", StringComparison.Ordinal)
                && !l.Key.StartsWith("com.df.scrape", StringComparison.Ordinal)))
        {
            labels[key] = value;
        }

        labels["com.df.notify"] = "true";
        labels["com.df.scrapePort"] = "8080";
        AlertRule[] alerts = [.. loop.Groups[0].Rules.OfType<AlertRule>().Where(a => !InFile(loop.Groups[0], a))];
        for (int i = 1; i <= LabelledAlerts; i++) // empty where the live stack's own labels must not count
        {
            AlertRule? alert = i <= alerts.Length ? alerts[i - 1] : null;
            labels[$"com.df.alertName.{i}"] = alert?.Name[_rulePrefix.Length..] ?? "";
            labels[$"com.df.alertIf.{i}"] = alert?.Expr.ToString() ?? "";
            labels[$"com.df.alertLabels.{i}"] = Pairs(alert?.Labels);
            labels[$"com.df.alertAnnotations.{i}"] = Pairs(alert?.Annotations);
            if (alert?.For > TimeSpan.Zero)
            {
                labels[$"com.df.alertFor.{i}"] = PrometheusDuration.Format(alert.For);
            }
        }

        return labels;
    }

    private static string Pairs(LabelSet? pairs) =>
        string.Join(',', (pairs ?? LabelSet.Empty).Labels.Select(p => $"{p.Key}={p.Value}"));

    // What labels cannot say goes into a rule file: alerts of other services, more than ten, other groups.
    private bool InFile(RuleGroup group, Rule rule) => group.Name != MonitorRuleFile.GroupName
        || rule is not AlertRule alert || !rule.Name.StartsWith(_rulePrefix, StringComparison.Ordinal)
        || alert.Labels.Labels.Concat(alert.Annotations.Labels).Any(l => l.Value.AsSpan().ContainsAny(",="))
        || group.Rules.Take(LabelledAlerts).All(r => r != rule);

    private RuleGroup? FileGroup(RuleGroup group)
    {
        Rule[] rules = [.. group.Rules.Where(r => InFile(group, r))];
        return rules.Length == 0 ? null
            : group with { Name = group.Name == MonitorRuleFile.GroupName ? "other" : group.Name, Rules = rules };
    }

    private string Prometheus() => $"""
        global:
          scrape_interval: {Text(loop.ScrapeInterval)}
          scrape_timeout: {Text(loop.ScrapeInterval)}
          evaluation_interval: {Text(loop.EvaluationInterval)}
        alerting:
          alertmanagers:
            - static_configs:
                - targets: [alertmanager:9093]
        rule_files:
          - alert.rules
          - {LiveLoop.RulesPath}
        scrape_configs:

        """;

    private string Proxy(string proxy)
    {
        string algorithm = service.Balancer switch
        {
            Balancer.RoundRobin => "roundrobin",
            Balancer.Random => "random(1)",
            Balancer.PowerOfTwo => "random(2)",
            _ => "leastconn",
        };
        int servers = Math.Max(10, ScaleMax() + 4);
        var text = new StringBuilder();
        foreach (string line in proxy.Split('\n'))
        {
            string kept = line
                .Replace("balance leastconn", $"balance {algorithm}", StringComparison.Ordinal)
                .Replace("server-template main 10", string.Create(
                    CultureInfo.InvariantCulture, $"server-template main {servers}"), StringComparison.Ordinal)
                .Replace(" inter 1s ", $" inter {Milliseconds(loop.HealthCheckInterval)} ", StringComparison.Ordinal);
            bool asksForPage = line.Contains("option httpchk", StringComparison.Ordinal)
                || line.Contains("http-check send", StringComparison.Ordinal);
            if (loop.HealthCheckInterval is not null || !asksForPage)
            {
                text.Append(kept).Append('\n'); // without health checks in the user's stack: connections only
            }
        }

        return text.ToString();
    }

    private int ScaleMax() => loop.ServiceLabels.TryGetValue("com.df.scaleMax", out string? text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int max) ? max : 0;

    private static string Milliseconds(TimeSpan? interval) =>
        string.Create(CultureInfo.InvariantCulture, $"{interval?.TotalMilliseconds ?? 1000:0}ms");

    private static string Text(TimeSpan duration) => PrometheusDuration.Format(duration);

    private string Stack()
    {
        string grace = Text(TimeSpan.FromSeconds(service.StopGrace ?? loop.StopGrace.TotalSeconds));
        TimeSpan once = loop.Alertmanager.Root.GroupInterval / 2;
        var main = new JsonObject
        {
            ["command"] = List("demo", "--listen", "0.0.0.0",
                "--workers", (service.Workers ?? UnlimitedWorkers).ToString(CultureInfo.InvariantCulture),
                "--cpu", Text(TimeSpan.FromSeconds(service.CpuPerRequest)), "--grace", grace),
            ["stop_grace_period"] = grace,
            ["deploy"] = new JsonObject
            {
                ["replicas"] = loop.InitialReplicas,
                ["labels"] = new JsonObject(
                    Labels().Select(l => KeyValuePair.Create(l.Key, (JsonNode?)JsonValue.Create(Escaped(l.Value))))),
            },
        };
        var later = new JsonObject { ["replicas"] = 0 }; // started with the run, so that it begins with a clean slate
        var prometheus = new JsonObject
        {
            ["command"] = List("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus",
                "--web.enable-lifecycle", $"--rules.alert.resend-delay={Text(loop.Rules.ResendDelay)}",
                $"--query.lookback-delta={Text(loop.Rules.Query.Lookback)}"),
            ["configs"] = new JsonArray(new JsonObject { ["source"] = "rules", ["target"] = LiveLoop.RulesPath }),
            ["deploy"] = later,
        };
        var monitor = new JsonObject
        {
            ["command"] = List("monitor", "--listen=0.0.0.0", "--template=/etc/capacity/prometheus.yml",
                "--prometheus=http://prometheus:9090", "--poll=2s", $"--dns-refresh={Text(loop.DiscoveryRefresh)}"),
        };
        var scaler = new JsonObject
        {
            ["command"] = List("scaler", "--listen=0.0.0.0", "--token-file=/run/secrets/scaler-token",
                "--only-labelled", $"--once-within={Text(Min(once, TimeSpan.FromSeconds(5)))}"),
        };
        return new JsonObject
        {
            ["version"] = "3.8",
            ["configs"] = new JsonObject { ["rules"] = new JsonObject { ["file"] = "./rules.yml" } },
            ["services"] = new JsonObject
            {
                ["main"] = main,
                ["prometheus"] = prometheus,
                ["alertmanager"] = new JsonObject { ["deploy"] = later.DeepClone() },
                ["monitor"] = monitor,
                ["scaler"] = scaler,
            },
        }.ToJsonString();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => TimeSpan.FromMilliseconds(
        Math.Floor((a < b ? a : b).TotalMilliseconds));

    private static string Escaped(string value) => value.Replace("$", "$$", StringComparison.Ordinal);

    private static JsonArray List(params string[] words) => new([.. words.Select(w => (JsonNode)w)]);
}
