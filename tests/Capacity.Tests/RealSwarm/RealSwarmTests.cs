using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;
using Capacity.Tests.Support;

namespace Capacity.Tests.RealSwarm;

/// <summary>The whole loop on a real Docker Swarm, with the real Prometheus, Alertmanager and HAProxy.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class RealSwarmTests : IAsyncLifetime
{
    private const string Folder = "/var/lib/capacity-swarm-test";
    private const string Service = "go-demo_main";
    private const string UsualSocket = "/var/run/docker.sock";

    // What only says that the machine has no swarm; anything else that goes wrong is a failure.
    private static readonly string[] Unable =
        ["the Docker engine did not start", "packages that are missing", "'apt-get install", "not a swarm manager",
            "another Docker engine runs", "of this machine is taken"];

    private readonly TestPorts _ports = new(28080);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private FileStream? _turn;

    public async ValueTask InitializeAsync()
    {
        _turn = await TurnAsync();
        await DownAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        _http.Dispose();
        if (_turn is not null)
        {
            await _turn.DisposeAsync();
        }
    }

    [Fact(Timeout = 340_000)]
    public async Task A_slow_service_gets_replicas_and_loses_them_when_nobody_asks()
    {
        if (!OperatingSystem.IsLinux() || (!Environment.IsPrivilegedProcess && !File.Exists(UsualSocket)))
        {
            Assert.Skip(
                "NOT TESTED on a real swarm: without a Docker engine, one can be started on Linux by root only.");
        }

        Assert.SkipUnless(_turn is not null, "NOT TESTED on a real swarm: another run of these tests does not end.");
        bool own = !File.Exists(UsualSocket);
        string before = await HostAsync();
        (int code, string output) = await RunningProgram.RunAsync(["swarm", "up", "--folder", Folder,
            "--set", "SCALE_MIN=1", "--set", "SCALE_MAX=3", "--set", "DEMO_REPLICAS=1", "--set", "RATE_WINDOW=20s",
            .. _ports.Words, "--set", "SCALER_TOKEN_FILE=none"]);
        if (code == 4 && SaysUnable(output))
        {
            Assert.Skip($"NOT TESTED on a real swarm: this machine cannot run it.\n{output}");
        }

        Assert.True(code == 0, output);
        Tell("up");
        Assert.All(own ? _ports.Listeners() : [], l => Assert.Equal(IPAddress.Loopback, l.Address)); // nobody outside
        using var engine = new EngineClient(EngineAddress.Parse(new SwarmFolder(Folder).Read()!.Engine));
        await LoopAsync(engine);
        await ParallelRequestsAsync(engine);
        await TutorialsOwnCommandsAsync(engine);
        (code, output) = await RunningProgram.RunAsync("swarm", "down", "--folder", Folder);
        Assert.True(code == 0, output);
        Tell("down");
        Assert.False(Directory.Exists(Folder));
        Assert.True(!own || before == await HostAsync(), "the host is not as it was");
    }

    /// <summary>Whether <c>swarm up</c> says no more than that this machine has no swarm.</summary>
    internal static bool SaysUnable(string output) =>
        Array.Exists(Unable, reason => output.Contains(reason, StringComparison.Ordinal));

    private async Task LoopAsync(EngineClient engine)
    {
        await UntilAsync("Prometheus scrapes the replica", 60, async () =>
            await ValueAsync($"sum(up{{job=\"{Service}\"}})") == 1);
        await UntilAsync("the proxy serves", 30, async () =>
            (await _http.GetAsync(new Uri(_ports.Proxy, "/demo/hello")))
            .IsSuccessStatusCode);
        await using (var thirty = new SlowLoad(_ports.Proxy, users: 6, longest: 6000, each: 5)) // as in the tutorial
        {
            await thirty.Users;
            Tell($"the tutorial's {thirty.Answered} requests of up to 6 s are answered");
            Assert.Empty(thirty.Failures);
        }

        await UntilAsync("scaled from 1 to 3", 90, async () => await ReplicasAsync(engine, Service) == 3);
        await using (var load = new SlowLoad(_ports.Proxy, users: 6))
        {
            await UntilAsync("requests reach all three replicas", 60, async () => (await SessionsAsync()) == 3);
            await load.StopAsync();
            Tell($"load ended: {load.Answered} requests answered, {load.Failures.Count} failed");
            Assert.Empty(load.Failures);
        }

        await UntilAsync("scaled down to 1", 120, async () => await ReplicasAsync(engine, Service) == 1);
    }

    private async Task ParallelRequestsAsync(EngineClient engine)
    {
        string[] messages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ScaleAsync("up", Service)));
        Tell("20 requests at once answered");
        Assert.Equal(1, messages.Count(m => m == $"Scaling {Service} from 1 to 3 replicas (min: 1, max: 3)"));
        Assert.Equal(19, messages.Count(m => m == $"{Service} is already scaled to the maximum number of 3 replicas"));
        Assert.Equal(3UL, await ReplicasAsync(engine, Service));
    }

    /// <summary>docker-scaler's own tutorial: a service by hand, and two requests of curl.</summary>
    private async Task TutorialsOwnCommandsAsync(EngineClient engine)
    {
        var docker = new DockerClient(new SwarmFolder(Folder), engine.Address);
        string[] labels = ["com.df.scaleMin=1", "com.df.scaleMax=7", "com.df.scaleUpBy=3", "com.df.scaleDownBy=2"];
        await docker.DemandAsync(["service", "create", "--detach", "--name", "demo", "--no-resolve-image",
            "--endpoint-mode", "dnsrr", "--replicas", "1", .. labels.SelectMany(l => new[] { "--label", l }),
            "capacity-local/capacity:1", "demo"], null, TestContext.Current.CancellationToken);
        try
        {
            Assert.Equal("Scaling demo from 1 to 4 replicas (min: 1, max: 7)", await ScaleAsync("up", "demo"));
            Assert.Equal(4UL, await ReplicasAsync(engine, "demo"));
            await UntilAsync("four replicas of the tutorial's service run", 60, async () =>
                (await engine.TasksAsync("demo", CancellationToken.None)).Count(t => t.Status.State == "running") == 4);
            Assert.Equal("Scaling demo from 4 to 2 replicas (min: 1, max: 7)", await ScaleAsync("down", "demo"));
            Assert.Equal(2UL, await ReplicasAsync(engine, "demo"));
            Tell("the tutorial's service went from 1 to 4, and down to 2");
        }
        finally
        {
            await docker.RunAsync(["service", "rm", "demo"], CancellationToken.None);
        }
    }

    private async Task DownAsync()
    {
        if (_turn is not null) // else it is another run's
        {
            await RunningProgram.RunAsync("swarm", "down", "--folder", Folder);
        }
    }

    /// <summary>One run at a time on a machine: they share ports and the host's network.</summary>
    private static async Task<FileStream?> TurnAsync()
    {
        for (int i = 0; i < 240; i++)
        {
            try
            {
                return new FileStream(Path.Combine(Path.GetTempPath(), "capacity-swarm-test.lock"),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException)
            {
                return null; // another user's
            }
            catch (IOException)
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }

        return null;
    }

    private static async Task<ulong> ReplicasAsync(EngineClient engine, string service) => (await engine.ServiceAsync(
        service, TestContext.Current.CancellationToken))!.Spec.Mode.Replicated!.Replicas!.Value;

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
        var address = new Uri(_ports.Prometheus, "/api/v1/query?query=" + Uri.EscapeDataString(query));
        JsonNode answer = JsonNode.Parse(await _http.GetStringAsync(address))!;
        return answer["data"]!["result"]!.AsArray() is [{ } first]
            ? double.Parse((string)first["value"]![1]!, CultureInfo.InvariantCulture) : double.NaN;
    }

    /// <summary>Replicas that the proxy has sent requests of users to.</summary>
    private async Task<int> SessionsAsync()
    {
        string[] lines = (await _http.GetStringAsync(_ports.Statistics)).Split('\n');
        int total = Array.IndexOf(lines[0].Split(','), "stot");
        return lines.Select(l => l.Split(','))
            .Count(f => f[0] == "main" && f.Length > total && f[1].StartsWith("main", StringComparison.Ordinal)
                && f[total] is not ("" or "0"));
    }

    /// <summary>As <c>curl -X POST … -d '{"groupLabels": {"scale":"up","service":"demo"}}'</c> sends it.</summary>
    private async Task<string> ScaleAsync(string direction, string service)
    {
        using var body = new StringContent(
            $"{{\"groupLabels\": {{\"scale\":\"{direction}\",\"service\":\"{service}\"}}}}",
            Encoding.UTF8, "application/x-www-form-urlencoded");
        using HttpResponseMessage answer =
            await _http.PostAsync(new Uri(_ports.Proxy, "/scaler/v1/scale-service"), body);
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
