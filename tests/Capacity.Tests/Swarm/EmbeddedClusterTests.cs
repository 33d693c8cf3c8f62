using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Capacity.Control;
using Capacity.Load;
using Capacity.Model;
using Capacity.Swarm;
using Capacity.Swarm.Embedded;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class EmbeddedClusterTests
{
    private const double Speed = 100; // scrapes every 0.1 s, rules every 0.6 s, group_wait 0.3 s
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Slow_answers_bring_more_replicas_and_quick_ones_fewer()
    {
        var service = new ServiceModel { Startup = new ServiceLaw.Constant(0.1) };
        await using EmbeddedCluster cluster = await EmbeddedCluster.StartAsync(Settings(), service, 1, 0, Stop);
        LoadStage[] stages = [new LoadStage.Open("slow", 60, 0, 2.6), new LoadStage.Open("calm", 0, 0, 0.1)];
        var engine = new LoadEngine(Load(cluster.Address, "/demo/hello?delay=150", stages));

        long start = Stopwatch.GetTimestamp();
        cluster.Begin(start);
        RunResult run = cluster.Complete(await engine.RunAsync(start, null, Stop));

        ScaleAction up = run.ScaleActions[0];
        Assert.Equal((4, 6), (up.From, up.To));
        double[] chain = [0, up.Chain.Scraped, up.Chain.Active, up.Chain.Fired, up.Chain.Flushed, up.Chain.Delivered,
            up.Chain.Started, up.Chain.Ready, up.Chain.InRotation, run.Duration];
        Assert.Equal(chain.Order(), chain);
        Assert.Contains(
            run.Alerts, a => a.Name.EndsWith("resptimeabove", StringComparison.Ordinal) && a.Severity == "up");
        Assert.Equal(run.Totals.Scheduled, run.Totals.Ok);
        Assert.Equal(2, run.StartupSeconds.Count);
        Assert.All(run.StartupSeconds, s => Assert.InRange(s, 0.1, 0.5));
        Assert.Equal((6, 6), (run.Series.Desired[^1], run.Series.Ready[^1]));
        Assert.Equal(run.Series.Offered.Count, run.Series.Ready.Count);
        Assert.InRange(run.ReplicaHours * 3600, 4 * run.Duration, 6 * run.Duration);
        Assert.Equal(run.Events.Select(e => e.At).Order(), run.Events.Select(e => e.At));
        Assert.DoesNotContain(run.Events, e => e.Kind == "scrape");
    }

    [Theory]
    [InlineData(5.0, false)]
    [InlineData(0.1, true)]
    public async Task A_drained_replica_finishes_its_requests_within_the_grace(double grace, bool cuts)
    {
        LoopSettings settings = Settings() with
        {
            Groups = [],
            InitialReplicas = 2,
            StopGrace = TimeSpan.FromSeconds(grace),
        };
        await using LoadBalancer balancer = await LoadBalancer.StartAsync(0, Stop);
        var notes = new List<string>();
        await using var replicas = new ReplicaSet(settings, new ServiceModel(), 1, balancer)
        {
            Noted = (_, replica, what) => notes.Add($"{replica.Number} {what}"),
        };
        await replicas.StartFirstAsync(Stop);
        Instant start = Instant.FromSeconds(1_000_000);
        using var agenda = new Agenda(Stopwatch.GetTimestamp(), start, new ControlLoop(settings, start), (_, _) => { });
        replicas.Begin(agenda);
        agenda.Begin();

        Task<HttpResponseMessage>[] early = [.. Enumerable.Range(0, 20).Select(_ => Ask(balancer))];
        agenda.Post(now => replicas.Shrink(1, now));
        Task<HttpResponseMessage>[] others = [.. Enumerable.Range(0, 20).Select(_ => Ask(balancer))];
        HttpStatusCode[] answers = [.. (await Task.WhenAll([.. early, .. others])).Select(a => a.StatusCode)];
        for (int i = 0; i < 100 && replicas.All[1].GoneAt == Instant.Never; i++)
        {
            await Task.Delay(20, Stop);
        }

        Assert.Equal(cuts ? 20 : 0, answers.Count(a => a == HttpStatusCode.BadGateway));
        Assert.Equal(cuts ? 20 : 40, answers.Count(a => a == HttpStatusCode.OK));
        Assert.Equal(["2 leaves the rotation", cuts ? "2 is gone; 20 requests were cut off" : "2 is gone"], notes);
        Assert.Equal(1, replicas.InRotation);
    }

    [Fact]
    public async Task A_port_in_use_is_said_clearly()
    {
        var service = new ServiceModel();
        await using EmbeddedCluster first = await EmbeddedCluster.StartAsync(Settings(), service, 1, 0, Stop);
        ClusterException problem = await Assert.ThrowsAsync<ClusterException>(
            () => EmbeddedCluster.StartAsync(Settings(), service, 1, first.Address.Port, Stop));
        Assert.Contains("another program listens there", problem.Message, StringComparison.Ordinal);
        Assert.NotEqual("", problem.Hint);
    }

    private static Task<HttpResponseMessage> Ask(LoadBalancer balancer) =>
        Client.GetAsync(new Uri(balancer.Address, "/demo/hello?delay=700"), Stop);

    private static LoadSettings Load(Uri target, string path, IReadOnlyList<LoadStage> stages) => new()
    {
        Target = target,
        Scenario = "s",
        Plan = LoadPlan.Of(stages),
        Requests = [new RequestKind("hello", 1, "GET", path, new ServiceLaw.Constant(0))],
        Seed = 3,
        Step = 0.5,
    };

    private static LoopSettings Settings([CallerFilePath] string file = "")
    {
        string root = Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..");
        string path = Path.Combine(root, "scenarios", "library", "flash-sale.yaml");
        Assert.True(ScenarioReader.Read(Text(path)).TryGet(out Scenario? scenario));
        string stack = Path.Combine(root, "swarm", "stack");
        SourceText Of(string name) => Text(Path.Combine(stack, name));
        var sources = new LoopSources(Of("go-demo.yml"), Of("prometheus.yml"), Of("alertmanager.yml"), []);
        Assert.True(LoopSettingsReader.Read(sources, scenario, 1).TryGet(out LoopSettings? settings));
        return settings.Faster(Speed);
    }

    private static SourceText Text(string path) => new(path, File.ReadAllText(path));
}
