using System.Text.Json.Nodes;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Tests.Support;

namespace Capacity.Tests.RealSwarm;

/// <summary>A drill, and a load from three agents, on a swarm of its own.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "RealSwarm")]
public sealed class DrillTests : IAsyncLifetime
{
    private const string Swarm = "/var/lib/capacity-drill-test";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await RunningProgram.RunAsync("swarm", "down", "--folder", Swarm);

    public async ValueTask DisposeAsync()
    {
        await RunningProgram.RunAsync("swarm", "down", "--folder", Swarm);
        _folder.Dispose();
    }

    [Fact(Explicit = true, Timeout = 300_000)]
    public async Task A_killed_replica_costs_no_request_and_three_agents_send_what_one_sends()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || File.Exists("/var/run/docker.sock"))
        {
            Assert.Skip("NOT TESTED: a throw-away Docker engine needs Linux, root, and no other engine running.");
        }

        (int code, string output) = await RunningProgram.RunAsync(
            ["swarm", "up", "--folder", Swarm, .. new TestPorts(30080).Words]);
        if (code == 4 && RealSwarmTests.SaysUnable(output))
        {
            Assert.Skip($"NOT TESTED: this machine cannot run a Docker engine.\n{output}");
        }

        Assert.True(code == 0, output);
        (code, output) =
            await RunningProgram.RunAsync("swarm", "drill", "kill-replica", "--folder", Swarm, "--json", "-q");
        JsonNode drill = JsonNode.Parse(output)!;
        Assert.True(code == 0 && (bool)drill["met"]! && (int)drill["failed"]! == 0, output);

        RunResult one = await AgentsAsync(1);
        RunResult three = await AgentsAsync(3);
        Assert.True(one.Totals.Scheduled > 500);
        Assert.Equal(one.Totals, three.Totals);
        Assert.Equal(one.Series.Offered, three.Series.Offered);
        Assert.Equal(three.Totals.Ok, three.Kinds.Sum(k => k.Latency.Count));
    }

    private async Task<RunResult> AgentsAsync(int agents)
    {
        string file = _folder.File($"{agents}.json");
        string[] shorter = [.. Enumerable.Range(0, 6).SelectMany(i => new[] { "--set", $"load[{i}].during=1s" })
            .Concat(Enumerable.Range(3, 3).SelectMany(i => new[] { "--set", $"load[{i}].over=100ms" }))
            .Concat(["--set", "load[0].inject=100/s", "--set", "load[1].ramp_to=200/s", "--set", "load[2].inject=200/s",
                "--set", "load[3].ramp_to=200/s", "--set", "load[4].ramp_to=200/s", "--set", "load[5].ramp_to=50/s"])];
        (int code, string output) = await RunningProgram.RunAsync(
            ["run", Repository.At("scenarios", "library", "flash-sale.yaml"), "--agents", $"{agents}", "--agents-on",
                "swarm", "--agents-engine", $"{Swarm}/docker.sock", "--json", file, "--out", _folder.Path, .. shorter]);
        Assert.True(code is 0 or 1, output); // objectives are not what is tested
        Assert.True(RunResultJson.Read(new SourceText(file, await File.ReadAllTextAsync(file, Stop)))
            .TryGet(out RunResult? run), output);
        return run;
    }
}
