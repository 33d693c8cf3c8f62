using Capacity.Control.Alertmanager;
using Capacity.Control.Labels;
using Capacity.Control.Prometheus;
using Capacity.Model;
using Capacity.Swarm.Monitor;
using Capacity.Swarm.Stack;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

public sealed class LiveStackTests
{
    [Fact]
    public void The_live_stack_is_read_without_a_remark_and_its_labels_become_sound_alerts()
    {
        Parsed<StackFile> parsed = StackReader.Read(Source("stack.yml"));
        Assert.True(parsed.TryGet(out StackFile? stack));
        Assert.Empty(parsed.Diagnostics);
        StackService main = stack.Services[0];
        Assert.Empty(ServiceSettingsReader.Read(main).Diagnostics);

        IReadOnlyList<StackLabel> parameters = MonitorBook.Parameters("go-demo_main", 2,
            main.Labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal))!;
        MonitoredService service = MonitoredService.Read(parameters);
        Assert.Empty(service.Problems);
        Assert.Equal(["godemo_main_resptimeabove", "godemo_main_resptimebelow_unless_resptimeabove"],
            service.Alerts.Select(a => a.Name));
        Assert.Equal(8080, service.Scrape!.Port);
    }

    [Fact]
    public void The_monitor_adds_the_demo_service_to_the_scrapes_of_the_template()
    {
        var settings = new MonitorSettings { Folder = "unused", Template = Source("prometheus.yml").Text };
        var book = new MonitorBook(settings);
        book.Put(MonitoredService.Read(
            [new("serviceName", "web", SourceSpan.None), new("scrapePort", "80", SourceSpan.None)]));

        Parsed<PrometheusConfig> parsed =
            PrometheusConfigReader.Read(new SourceText("prometheus.yml", book.Configuration()!));
        Assert.True(parsed.TryGet(out PrometheusConfig? config));
        Assert.Equal(["proxy", "scaler", "web"], config.Jobs.Select(j => j.Name));
    }

    [Fact]
    public void The_live_alertmanager_sends_scaling_alerts_to_the_scaler()
    {
        Parsed<AlertmanagerConfig> parsed = AlertmanagerConfigReader.Read(Source("alertmanager.yml"));
        Assert.True(parsed.TryGet(out _), string.Join('\n', parsed.Diagnostics));
    }

    [Fact]
    public void The_rules_of_others_stay_when_those_of_an_engine_go()
    {
        const string Saved = """
            *filter
            :INPUT ACCEPT [3:4]
            :FORWARD DROP [0:0]
            :DOCKER - [0:0]
            -A INPUT -p tcp --dport 22 -j ACCEPT
            -A FORWARD -o docker0 -j DOCKER
            -A FORWARD -i docker_gwbridge -o docker_gwbridge -j DROP
            COMMIT
            """;
        Assert.Equal("""
            *filter
            :INPUT ACCEPT [3:4]
            :FORWARD ACCEPT [0:0]
            -A INPUT -p tcp --dport 22 -j ACCEPT
            COMMIT

            """, HostNetwork.Without(Saved, "ACCEPT"));
    }

    private static SourceText Source(string name) =>
        new(name, File.ReadAllText(Repository.At("swarm", "stack", "live", name)));
}
