using Capacity.Model;
using Capacity.Reports;
using Capacity.Swarm.Demo;
using Capacity.Tests.Support;

namespace Capacity.Tests.Agents;

/// <summary>Three agents, each a process, against one: the same requests.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class LocalAgentsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Three_agents_send_the_requests_of_one()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        RunResult one = await RunAsync(demo, 1);
        RunResult three = await RunAsync(demo, 3);

        Assert.True(one.Totals.Scheduled > 300);
        Assert.Equal(one.Totals, three.Totals);
        Assert.Equal(one.Totals.Scheduled, three.Totals.Ok);
        Assert.Equal(one.Kinds.Select(k => (k.Name, k.Counts)), three.Kinds.Select(k => (k.Name, k.Counts)));
        Assert.Equal(one.Series.Offered, three.Series.Offered); // the same arrival instants, second by second
        Assert.All(three.Kinds, k => Assert.Equal(k.Counts.Ok, k.Latency.Count));
    }

    [Fact]
    public async Task Agents_need_a_service_that_runs_elsewhere()
    {
        (int code, string output) = await RunningProgram.RunAsync("run", Scenario, "--agents", "2");
        Assert.Equal(2, code);
        Assert.Contains("--agents needs --target", output, StringComparison.Ordinal);
    }

    private static string Scenario => Repository.At("scenarios", "library", "flash-sale.yaml");

    private async Task<RunResult> RunAsync(DemoServer demo, int agents)
    {
        string file = _folder.File($"{agents}.json");
        string[] shorter = [.. Enumerable.Range(0, 6).SelectMany(i => new[] { "--set", $"load[{i}].during=500ms" })
            .Concat(Enumerable.Range(3, 3).SelectMany(i => new[] { "--set", $"load[{i}].over=100ms" }))
            .Concat(["--set", "load[0].inject=100/s", "--set", "load[1].ramp_to=200/s", "--set", "load[2].inject=200/s",
                "--set", "load[3].ramp_to=200/s", "--set", "load[4].ramp_to=200/s", "--set", "load[5].ramp_to=50/s"])];
        (int code, string output) = await RunningProgram.RunAsync(["run", Scenario, "--target",
            demo.Address.ToString(), "--agents", $"{agents}", "--json", file, "--out", _folder.Path, .. shorter]);
        Assert.True(code is 0 or 1, output); // objectives are not what is tested
        Assert.True(RunResultJson.Read(new SourceText(file, await File.ReadAllTextAsync(file, Stop)))
            .TryGet(out RunResult? run), output);
        return run;
    }
}
