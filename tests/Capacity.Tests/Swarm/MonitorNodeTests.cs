using System.Text.Json.Nodes;
using Capacity.Control.Labels;
using Capacity.Model;
using Capacity.Swarm;
using Capacity.Swarm.Monitor;
using Capacity.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Swarm;

[Trait("Category", "EndToEnd")]
public sealed class MonitorNodeTests : IDisposable
{
    private const string Service = "reconfigure?serviceName=util&scrapePort=9100&env=prod"
        + "&nodeInfo=%5B%5B%22node-2%22,%2210.0.1.6%22,%22id2%22%5D,%5B%22node-1%22,%2210.0.1.5%22%5D%5D";

    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string TargetFile => Path.Combine(_folder.Path, "file_sd", "util.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_service_that_tells_its_nodes_is_scraped_by_node_and_nodes_add_their_labels()
    {
        await using MonitorServer monitor = await StartAsync();
        await AskAsync(monitor, Service);

        Assert.Contains("file_sd_configs:\n      - files: ['file_sd/util.json']",
            await File.ReadAllTextAsync(_folder.File("prometheus.yml"), Stop), StringComparison.Ordinal);
        Assert.Equal(
            """[{"targets":["10.0.1.5:9100"],"labels":{"env":"prod","node":"node-1","service":"util"}},"""
            + """{"targets":["10.0.1.6:9100"],"labels":{"env":"prod","node":"node-2","service":"util"}}]""",
            await File.ReadAllTextAsync(TargetFile, Stop));

        (int status, JsonNode answer) = await AskAsync(monitor, "node/reconfigure?id=id2&zone=b&role=worker&other=x");
        Assert.Equal((200, "OK", "id2"), (status, (string?)answer["Status"], (string?)answer["NodeID"]));
        Assert.Equal("""{"role":"worker","zone":"b"}""", answer["NodeLabel"]!.ToJsonString());
        Assert.Contains(
            """{"env":"prod","node":"node-2","role":"worker","service":"util","zone":"b"}""",
            await File.ReadAllTextAsync(TargetFile, Stop), StringComparison.Ordinal);

        (_, answer) = await AskAsync(monitor, "node/remove?id=id2");
        Assert.Equal("""{"role":"worker","zone":"b"}""", answer["NodeLabel"]!.ToJsonString());
        Assert.DoesNotContain("zone", await File.ReadAllTextAsync(TargetFile, Stop), StringComparison.Ordinal);

        await AskAsync(monitor, "remove?serviceName=util");
        Assert.False(File.Exists(TargetFile));
        Assert.DoesNotContain("file_sd", await File.ReadAllTextAsync(_folder.File("prometheus.yml"), Stop),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node/reconfigure?zone=b")]
    [InlineData("node/remove")]
    public async Task A_node_needs_its_id(string asked)
    {
        await using MonitorServer monitor = await StartAsync();
        (int status, JsonNode answer) = await AskAsync(monitor, asked);
        Assert.Equal((400, "node id not in query"), (status, (string?)answer["Message"]));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[[]]")]
    [InlineData("[[\"n\",\"nowhere\"]]")]
    [InlineData("[[1,2]]")]
    public void Wrong_node_information_is_told_and_DNS_is_used(string text)
    {
        MonitoredService service = MonitoredService.Read(
        [
            new StackLabel("serviceName", "s", SourceSpan.None), new StackLabel("scrapePort", "1", SourceSpan.None),
            new StackLabel("nodeInfo", text, SourceSpan.None),
        ]);

        Assert.Contains("nodeInfo", Assert.Single(service.Problems), StringComparison.Ordinal);
        Assert.Null(service.Scrape!.TargetFile);
    }

    [Fact]
    public void Reading_node_information_never_throws() => Prop.ForAll<string>(text =>
    {
        NodeTarget.Read(text ?? "", []);
        NodeTarget.Read($"[[\"{text}\",{text}]]", []);
    }).QuickCheckThrowOnFailure();

    private Task<MonitorServer> StartAsync() => MonitorServer.StartAsync(
        new MonitorSettings
        {
            Folder = _folder.Path,
            Template = "rule_files: [alert.rules]\n",
            Port = 0,
            NodeLabels = ["zone", "role"],
            ScrapeLabels = ["env"],
        },
        null, new ServiceLog(TextWriter.Null, asJson: true, TimeProvider.System), Stop);

    private static async Task<(int Status, JsonNode Answer)> AskAsync(MonitorServer monitor, string asked)
    {
        HttpResponseMessage answer =
            await Client.GetAsync(new Uri(monitor.Address, "/v1/docker-flow-monitor/" + asked), Stop);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!);
    }
}
