using System.Text.Json.Nodes;
using Capacity.Control.Prometheus;
using Capacity.Model;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Monitor;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

[Trait("Category", "EndToEnd")]
public sealed class MonitorServerTests : IDisposable
{
    private const string Template = "global:\n  scrape_interval: 5s\nrule_files: [alert.rules]\n";

    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Rules => File.ReadAllText(_folder.File("alert.rules"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_service_with_labels_becomes_rules_and_a_scrape_and_prometheus_is_told()
    {
        int reloads = 0;
        await using HttpHostForTests prometheus = await HttpHostForTests.StartAsync(
            context =>
            {
                reloads += context.Request is { Method: "POST", Path.Value: "/-/reload" } ? 1 : 0;
                return Task.CompletedTask;
            }, Stop);
        await using MonitorServer monitor = await StartAsync(null, prometheus.Address);
        int before = reloads;

        (int status, JsonNode answer) = await AskAsync(monitor, "reconfigure?serviceName=go-demo_main&replicas=4"
            + "&scrapePort=8080&alertName.1=resptimeabove&alertIf.1=@resp_time_above:0.1,5m,0.99");

        Assert.Equal((200, "OK", 1), (status, (string)answer["Status"]!, answer["Alerts"]!.AsArray().Count));
        Assert.Contains("alert: godemo_main_resptimeabove", Rules, StringComparison.Ordinal);
        Assert.Equal(before + 1, reloads);
        var text = new SourceText("p", await File.ReadAllTextAsync(_folder.File("prometheus.yml"), Stop));
        Assert.True(PrometheusConfigReader.Read(text).TryGet(out PrometheusConfig? config));
        ScrapeJob job = Assert.Single(config.Jobs);
        Assert.Equal(("go-demo_main", "tasks.go-demo_main", 8080), (job.Name, job.DnsNames[0], job.DnsPort));

        await AskAsync(monitor, "remove?serviceName=go-demo_main");
        Assert.Equal("", Rules);
    }

    [Fact]
    public async Task A_wrong_label_costs_its_own_alert_alone_and_the_answer_says_so()
    {
        await using MonitorServer monitor = await StartAsync(null, null);
        await AskAsync(monitor, "reconfigure?serviceName=good&alertName=a&alertIf=up==0");

        (int status, JsonNode answer) = await AskAsync(monitor, "reconfigure?serviceName=bad"
            + "&alertName.1=x&alertIf.1=@resp_time_abov:0.1,5m,0.99&alertName.2=y&alertIf.2=up==1");

        Assert.Equal((400, "NOK"), (status, (string)answer["Status"]!));
        string message = (string)answer["Message"]!;
        Assert.Contains("unknown alert shortcut '@resp_time_abov'", message, StringComparison.Ordinal);
        Assert.Contains("alert bad_x is left out", message, StringComparison.Ordinal);
        Assert.Equal(["bad_y", "good_a"], AlertNames());
    }

    [Theory]
    [InlineData("alertName=a&alertIf=up&alertLabels=x=1%0A  - alert: evil%0A    expr: up")]
    [InlineData("alertName=a&alertIf=up%0A  - alert: evil%0A    expr: up")]
    [InlineData("alertName=a&alertIf=up{")]
    [InlineData("alertName=a&alertIf=up&alertFor=soon")]
    [InlineData("alertName=a&alertIf=up&alertLabels=nothing")]
    public async Task No_text_becomes_more_than_its_own_alert(string parameters)
    {
        await using MonitorServer monitor = await StartAsync(null, null);
        Assert.Equal(400, (await AskAsync(monitor, "reconfigure?serviceName=s&" + parameters)).Status);
        Assert.Empty(AlertNames());
    }

    [Fact]
    public async Task A_service_does_not_take_the_alerts_of_one_whose_name_begins_alike()
    {
        await using MonitorServer monitor = await StartAsync(null, null);
        await AskAsync(monitor, "reconfigure?serviceName=my-svc&alertName=a&alertIf=up");
        await AskAsync(monitor, "reconfigure?serviceName=my&alertName=b&alertIf=up");
        Assert.Equal(["my_b", "mysvc_a"], AlertNames());
    }

    [Fact]
    public async Task Missing_names_are_refused_and_the_ping_answers()
    {
        await using MonitorServer monitor = await StartAsync(null, null);
        Assert.Equal(400, (await AskAsync(monitor, "reconfigure?alertName=a")).Status);
        Assert.Equal(400, (await AskAsync(monitor, "remove")).Status);
        Assert.Equal(200, (int)(await Client.GetAsync(
            new Uri(monitor.Address, "/v1/docker-flow-monitor/ping"), Stop)).StatusCode);
    }

    [Fact]
    public async Task Services_of_the_swarm_come_change_and_go_with_its_events()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Replicated("web", 1, ("com.df.notify", "true"), ("com.df.alertName", "a"), ("com.df.alertIf", "up"));
        engine.Replicated("shy", 1, ("com.df.alertName", "b"), ("com.df.alertIf", "up"));
        using var client = new EngineClient(engine.Address);
        await using MonitorServer monitor = await StartAsync(client, null);
        await UntilAsync("web_a");

        engine.Replicated("web", 1, ("com.df.notify", "true"), ("com.df.alertName", "c"), ("com.df.alertIf", "up"));
        engine.Happen("""{"Type":"service","Action":"update","timeNano":1}""");
        await UntilAsync("web_c");

        engine.Remove("web");
        engine.Happen("""{"Type":"service","Action":"remove","timeNano":2}""");
        await UntilAsync("");
    }

    private async Task UntilAsync(string names)
    {
        while (string.Join(' ', AlertNames()) != names)
        {
            await Task.Delay(10, Stop);
        }
    }

    private string[] AlertNames() => [.. Rules.Split('\n').Where(l => l.Contains("- alert:", StringComparison.Ordinal))
        .Select(l => l.Split(": ")[1])];

    private Task<MonitorServer> StartAsync(EngineClient? engine, Uri? prometheus) => MonitorServer.StartAsync(
        new MonitorSettings { Folder = _folder.Path, Template = Template, Prometheus = prometheus, Port = 0 },
        engine, new ServiceLog(TextWriter.Null, asJson: true, TimeProvider.System), Stop);

    private static async Task<(int Status, JsonNode Answer)> AskAsync(MonitorServer monitor, string asked)
    {
        HttpResponseMessage answer =
            await Client.GetAsync(new Uri(monitor.Address, "/v1/docker-flow-monitor/" + asked), Stop);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!);
    }
}
