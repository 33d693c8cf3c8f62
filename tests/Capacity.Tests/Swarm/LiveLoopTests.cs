using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Labels;
using Capacity.Control.Prometheus;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Swarm.Live;
using Capacity.Swarm.Stack;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

/// <summary>What the live stack is given is the scenario's loop, no more and no less.</summary>
public sealed class LiveLoopTests
{
    private const double Speed = 10;
    private static readonly LoopSettings Loop = LiveLoop.At(Tutorial(), Speed);
    private static readonly LiveStackFiles Stack = new(Loop, new ServiceModel { Workers = 3 });

    [Theory]
    [InlineData(4, 4)]
    [InlineData(30, 10)] // scrapes every 10 s
    [InlineData(1, 1)]
    public void No_interval_becomes_shorter_than_a_second(double wanted, double reached) =>
        Assert.Equal(reached, LiveLoop.Speed(Tutorial(), wanted));

    [Fact]
    public void What_belongs_to_the_programs_is_not_made_faster()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), Loop.AlertmanagerOptions.CleanupInterval);
        Assert.Equal(TimeSpan.FromMinutes(15), Loop.Rules.ResolvedRetention);
        Assert.Equal(TimeSpan.FromSeconds(6), Loop.Rules.ResendDelay); // an option of the program
        Assert.Equal(RulePhase.Hashed("/etc/prometheus/alert.rules", "alert.rules", TimeSpan.FromSeconds(6)),
            Loop.EvaluationPhase("alert.rules", Loop.EvaluationInterval));
    }

    [Fact]
    public void The_labels_become_the_same_rules_again()
    {
        Parsed<IReadOnlyList<MonitorAlert>> read = MonitorRules.FromLabels(LiveStackFiles.Main, 4,
            [.. Stack.Labels().Select(l => new StackLabel(l.Key, l.Value, SourceSpan.None))]);
        Assert.True(read.TryGet(out IReadOnlyList<MonitorAlert>? alerts));

        AlertRule[] wanted = [.. Loop.Groups[0].Rules.Cast<AlertRule>()];
        Assert.Equal(wanted.Select(a => a.Name), alerts.Select(a => a.Name));
        Assert.Equal(wanted.Select(a => a.Expr.ToString()), alerts.Select(a => Parsed(a.Expr).ToString()));
        Assert.Equal(wanted.Select(a => a.Labels), alerts.Select(a => new LabelSet(a.Labels)));
        Assert.Equal(wanted.Select(a => a.Annotations), alerts.Select(a => new LabelSet(a.Annotations)));
        Assert.Contains("[30s]", alerts[0].Expr, StringComparison.Ordinal);
        Assert.Equal("2", Stack.Labels()["com.df.scaleMin"]);
        Assert.Empty(Stack.Missing);
    }

    [Fact]
    public void Rules_that_labels_cannot_say_go_into_a_file()
    {
        var other = new RuleGroup("other", TimeSpan.FromSeconds(2), 0,
            [new RecordingRule("x", Parsed("up"), LabelSet.Empty)]);
        var stack = new LiveStackFiles(Loop with { Groups = [.. Loop.Groups, other] }, new ServiceModel());
        Parsed<RuleFile> read = RuleFileReader.Read(new SourceText("rules.yml", stack.Files()["rules.yml"]));
        Assert.True(read.TryGet(out RuleFile? file));
        Assert.Equal(["other"], file.Groups.Select(g => g.Name));
        Assert.Equal("groups: []\n", Stack.Files()["rules.yml"]);
    }

    [Fact]
    public void Alertmanager_gets_the_same_routes_with_the_addresses_of_the_stack()
    {
        string text = LiveAlertmanager.Write(Loop.Alertmanager);
        Parsed<AlertmanagerConfig> read = AlertmanagerConfigReader.Read(new SourceText("alertmanager.yml", text));
        Assert.True(read.TryGet(out AlertmanagerConfig? config), string.Join('\n', read.Diagnostics));

        AssertSame(Loop.Alertmanager.Root, config.Root);
        Assert.Equal("http://scaler:8080/v1/scale-service", config.Receiver("scale").Integrations[0].Url);
        Assert.Equal("http://scaler:8080/v1/log", config.Receiver("log").Integrations[0].Url);
        Assert.True(config.Receiver("log").Integrations[0].SendResolved);
        Assert.Contains("credentials_file", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Prometheus_gets_the_intervals_and_the_proxy_the_balancing_and_the_checks()
    {
        IReadOnlyDictionary<string, string> files = Stack.Files();
        Assert.True(PrometheusConfigReader.Read(new SourceText("p", files["prometheus.yml"]))
            .TryGet(out PrometheusConfig? config));
        Assert.Equal(TimeSpan.FromSeconds(1), config.ScrapeInterval);
        Assert.Equal(TimeSpan.FromSeconds(6), config.EvaluationInterval);
        Assert.Contains("balance roundrobin", files["haproxy.cfg"], StringComparison.Ordinal);
        Assert.Contains(" inter 1000ms ", files["haproxy.cfg"], StringComparison.Ordinal);
        Assert.Contains("observe layer4 error-limit 1", files["haproxy.cfg"], StringComparison.Ordinal);
        Assert.Contains("\"--workers\",\"3\"", files["scenario.json"], StringComparison.Ordinal);

        var without = new LiveStackFiles(Loop with { HealthCheckInterval = null }, new ServiceModel());
        Assert.DoesNotContain("httpchk", without.Files()["haproxy.cfg"], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_label_of_the_live_stack_is_replaced()
    {
        Assert.True(StackReader.Read(new SourceText("stack.yml", LiveSwarm.FileText("stack.yml")))
            .TryGet(out StackFile? own));
        Assert.All(own.Services[0].Labels.Where(l => l.Key.Contains("alert", StringComparison.Ordinal)),
            l => Assert.Contains(l.Key, Stack.Labels().Keys));
    }

    private static void AssertSame(Route wanted, Route got)
    {
        Assert.Equal(wanted.Key, got.Key);
        Assert.Equal(wanted.Receiver, got.Receiver);
        Assert.Equal(wanted.GroupBy, got.GroupBy);
        Assert.Equal((wanted.GroupWait, wanted.GroupInterval, wanted.RepeatInterval, wanted.Continue),
            (got.GroupWait, got.GroupInterval, got.RepeatInterval, got.Continue));
        Assert.Equal(wanted.Routes.Count, got.Routes.Count);
        foreach ((Route a, Route b) in wanted.Routes.Zip(got.Routes))
        {
            AssertSame(a, b);
        }
    }

    private static Expr Parsed(string text)
    {
        Assert.True(PromQlParser.Parse(text).TryGet(out Expr? expr), text);
        return expr;
    }

    private static LoopSettings Tutorial()
    {
        SourceText Of(params string[] path) => new(path[^1], File.ReadAllText(Repository.At(path)));
        Assert.True(ScenarioReader.Read(Of("scenarios", "library", "tutorial.yaml")).TryGet(out Scenario? scenario));
        var sources = new LoopSources(Of("swarm", "stack", "go-demo.yml"), Of("swarm", "stack", "prometheus.yml"),
            Of("swarm", "stack", "alertmanager.yml"), []);
        Assert.True(LoopSettingsReader.Read(sources, scenario, 1).TryGet(out LoopSettings? settings));
        return settings;
    }
}
