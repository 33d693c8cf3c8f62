using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;
using Capacity.Tests.Support;

namespace Capacity.Tests.RealSwarm;

/// <summary>The whole loop on a real Docker Swarm, with the real Prometheus, Alertmanager and HAProxy.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "RealSwarm")]
public sealed class RealSwarmTests : IAsyncLifetime
{
    private const string Folder = "/var/lib/capacity-swarm-test";
    private const string Service = "go-demo_main";
    private static readonly Uri Proxy = new("http://127.0.0.1:28080");
    private static readonly Uri Statistics = new("http://127.0.0.1:28404/stats;csv");
    private static readonly Uri Prometheus = new("http://127.0.0.1:29090");

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public async ValueTask InitializeAsync() => await RunningProgram.RunAsync("swarm", "down", "--folder", Folder);

    public async ValueTask DisposeAsync()
    {
        await RunningProgram.RunAsync("swarm", "down", "--folder", Folder);
        _http.Dispose();
    }

    [Fact(Explicit = true, Timeout = 340_000)]
    public async Task A_slow_service_gets_replicas_and_loses_them_when_nobody_asks()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || File.Exists("/var/run/docker.sock"))
        {
            Assert.Skip("NOT TESTED: a throw-away Docker engine needs Linux, root, and no other engine running.");
        }

        string before = await HostAsync();
        (int code, string output) = await RunningProgram.RunAsync("swarm", "up", "--folder", Folder,
            "--set", "SCALE_MIN=1", "--set", "SCALE_MAX=3", "--set", "DEMO_REPLICAS=1", "--set", "RATE_WINDOW=20s",
            "--set", "PROXY_PORT=28080", "--set", "STATS_PORT=28404", "--set", "PROMETHEUS_PORT=29090",
            "--set", "ALERTMANAGER_PORT=29093");
        if (code == 4 && output.Contains("did not start", StringComparison.Ordinal))
        {
            Assert.Skip($"NOT TESTED: this machine cannot run a Docker engine.\n{output}");
        }

        Assert.True(code == 0, output);
        Tell("up");
        using var engine = new EngineClient(EngineAddress.Parse(Path.Combine(Folder, "docker.sock")));
        await UntilAsync("Prometheus scrapes the replica", 60, async () =>
            await ValueAsync($"sum(up{{job=\"{Service}\"}})") == 1);
        await UntilAsync("the proxy serves", 30, async () => (await _http.GetAsync(new Uri(Proxy, "/demo/hello")))
            .IsSuccessStatusCode);
        await using (var load = new SlowLoad(Proxy, users: 6))
        {
            await UntilAsync("scaled from 1 to 3", 90, async () => await ReplicasAsync(engine) == 3);
            await UntilAsync("requests reach all three replicas", 60, async () => (await SessionsAsync()) == 3);
            await load.StopAsync();
            Tell($"load ended: {load.Answered} requests answered, {load.Failures.Count} failed");
            Assert.Empty(load.Failures);
        }

        await UntilAsync("scaled down to 1", 120, async () => await ReplicasAsync(engine) == 1);
        string[] messages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScaleUpAsync()));
        Tell("20 requests at once answered");
        Assert.Equal(1, messages.Count(m => m == $"Scaling {Service} from 1 to 3 replicas (min: 1, max: 3)"));
        Assert.Equal(19, messages.Count(m => m == $"{Service} is already scaled to the maximum number of 3 replicas"));
        Assert.Equal(3UL, await ReplicasAsync(engine));

        (code, output) = await RunningProgram.RunAsync("swarm", "down", "--folder", Folder);
        Assert.True(code == 0, output);
        Tell("down");
        Assert.False(Directory.Exists(Folder));
        Assert.Equal(before, await HostAsync());
    }

    private static async Task<ulong> ReplicasAsync(EngineClient engine) => (await engine.ServiceAsync(
        Service, TestContext.Current.CancellationToken))!.Spec.Mode.Replicated!.Replicas!.Value;

    /// <summary>What the engine must leave as it was.</summary>
    private static async Task<string> HostAsync()
    {
        (_, string rules) = await RunningProgram.RunOtherAsync("iptables-save");
        IEnumerable<string> kept =
            rules.Split('\n').Where(l => l.StartsWith("-A", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        string[] links = [.. Directory.EnumerateFileSystemEntries("/sys/class/net").Order(StringComparer.Ordinal)];
        string forwarding = await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_forward");
        return string.Join('\n', [.. kept, .. links, forwarding]);
    }

    private async Task<double> ValueAsync(string query)
    {
        var address = new Uri(Prometheus, "/api/v1/query?query=" + Uri.EscapeDataString(query));
        JsonNode answer = JsonNode.Parse(await _http.GetStringAsync(address))!;
        return answer["data"]!["result"]!.AsArray() is [{ } first]
            ? double.Parse((string)first["value"]![1]!, CultureInfo.InvariantCulture) : double.NaN;
    }

    /// <summary>Replicas that the proxy has sent requests of users to.</summary>
    private async Task<int> SessionsAsync()
    {
        string[] lines = (await _http.GetStringAsync(Statistics)).Split('\n');
        int total = Array.IndexOf(lines[0].Split(','), "stot");
        return lines.Select(l => l.Split(','))
            .Count(f => f[0] == "main" && f.Length > total && f[1].StartsWith("main", StringComparison.Ordinal)
                && f[total] is not ("" or "0"));
    }

    private async Task<string> ScaleUpAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Proxy, "/scaler/v1/scale-service"));
        string token = await File.ReadAllTextAsync(new SwarmFolder(Folder).TokenFile);
        request.Headers.Add("Authorization", $"Bearer {token}");
        request.Content = new StringContent(
            $"{{\"groupLabels\":{{\"scale\":\"up\",\"service\":\"{Service}\"}}}}", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _http.SendAsync(request);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["message"]!;
    }

    private async Task UntilAsync(string what, int seconds, Func<Task<bool>> holds)
    {
        double started = _watch.Elapsed.TotalSeconds;
        while (!await HoldsAsync(holds))
        {
            Assert.True(_watch.Elapsed.TotalSeconds - started < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        Tell(what);
    }

    private static async Task<bool> HoldsAsync(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (Exception problem) when (problem is HttpRequestException or EngineException)
        {
            return false; // not there yet
        }
    }

    private void Tell(string what) => TestContext.Current.TestOutputHelper?.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:0.0} s  {what}"));
}
