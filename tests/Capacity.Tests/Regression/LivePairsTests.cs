using System.Text.Json.Nodes;
using Capacity.Cli;
using Capacity.Swarm.Demo;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Regression;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class LivePairsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LivePairsTests() => File.WriteAllText(_folder.File("shop.yaml"), """
        version: 1
        name: shop
        target: { service: a_b, stack: s.yml, alertmanager: a.yml }
        load:
          - { inject: 150/s, during: 1m }
          - { ramp_to: 250/s, during: 1m }
        requests:
          - { name: hello, path: "/demo/hello?delay={service_time_ms}", service_time: { p50: 15ms, p95: 25ms } }
        objectives: [{ metric: latency.p50, under: 80ms }]
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_build_that_takes_twice_as_long_is_regressed_and_its_runs_are_kept()
    {
        CommandLineRun run = await CompareAsync(2, TestContext.Current.CancellationToken, "--pairs", "6");

        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("✗ REGRESSED   shop: latency.p50", run.Output);
        string kept = Path.Combine(_folder.Path, "shop", "compare");
        CommandLineRun again = await CommandLineRun.Of(
            "compare", Path.Combine(kept, "base"), Path.Combine(kept, "new"), "--metric", "latency.p50");
        Assert.Equal(ExitCode.No, again.Code);
        Assert.DoesNotContain("in turns", again.Output); // because they were
        Assert.Contains("6 pairs of measured runs", again.Output);
    }

    [Fact]
    public async Task Ctrl_C_keeps_the_pairs_so_far_and_gives_no_verdict()
    {
        using var interrupted = new CancellationTokenSource();
        Task<CommandLineRun> running = CompareAsync(3, interrupted.Token, "--json", _folder.File("o.json"));
        string first = Path.Combine(_folder.Path, "shop", "compare", "new", "002.json");
        for (int i = 0; i < 600 && !File.Exists(first); i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await interrupted.CancelAsync();
        CommandLineRun run = await running;

        Assert.Equal(ExitCode.Interrupted, run.Code);
        Assert.Contains("? NOT ENOUGH EVIDENCE", run.Output);
        JsonNode json = JsonNode.Parse(await File.ReadAllTextAsync(
            _folder.File("o.json"), TestContext.Current.CancellationToken))!;
        Assert.True(json["partial"]!.GetValue<bool>());
        Assert.Equal("notEnoughEvidence", json["verdict"]!.GetValue<string>());
        Assert.InRange(json["pairs"]!.GetValue<int>(), 2, 23);
    }

    [Fact]
    public async Task A_service_that_is_not_there_ends_with_4()
    {
        CommandLineRun run = await CommandLineRun.Of("compare", _folder.File("shop.yaml"),
            "--base", "http://127.0.0.1:9", "--new", "http://127.0.0.1:9");

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.Contains("http://127.0.0.1:9", run.Error);
    }

    private async Task<CommandLineRun> CompareAsync(
        double slowdown, CancellationToken cancellation, params string[] more)
    {
        await using DemoServer before = await DemoServer.StartAsync(new DemoSettings(), CancellationToken.None);
        await using DemoServer after = await DemoServer.StartAsync(
            new DemoSettings { Slowdown = slowdown }, CancellationToken.None);
        return await CommandLineRun.With(null, cancellation,
            ["compare", _folder.File("shop.yaml"), "--base", $"{before.Address}", "--new", $"{after.Address}",
                "--for", "400ms", "--warm-up", "200ms", "--out", _folder.Path, .. more]);
    }
}
