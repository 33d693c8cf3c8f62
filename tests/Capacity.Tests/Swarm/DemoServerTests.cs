using System.Diagnostics;
using System.Net;
using Capacity.Load;
using Capacity.Swarm;
using Capacity.Swarm.Demo;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class DemoServerTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Greets_after_the_delay_and_counts_it()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings { Service = "s" }, Stop);

        HttpResponseMessage answer = await Client.GetAsync(new Uri(demo.Address, "/demo/hello?delay=30"), Stop);
        Assert.Equal("hello, world!\n", await answer.Content.ReadAsStringAsync(Stop));
        ServerTiming timing = ServerTiming.Parse(string.Join(',', answer.Headers.GetValues("Server-Timing")));
        Assert.InRange(timing.App, 0.030, 0.200);
        Assert.InRange(timing.Queue, 0, 0.001);

        string metrics = await Client.GetStringAsync(new Uri(demo.Address, "/metrics"), Stop);
        const string Labels = "code=\"200\",method=\"GET\",path=\"/demo/hello\",service=\"s\"";
        Assert.Contains($"_bucket{{{Labels},le=\"0.025\"}} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"_count{{{Labels}}} 1\n", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/demo")]
    [InlineData("/demo/hello/")]
    public async Task Other_paths_are_not_found_and_not_counted(string path)
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync(new Uri(demo.Address, path), Stop)).StatusCode);
        Assert.Equal("", await Client.GetStringAsync(new Uri(demo.Address, "/metrics"), Stop));
    }

    [Fact]
    public async Task A_tenth_of_the_random_errors_are_errors()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings { Seed = 5 }, Stop);
        int wrong = 0;
        for (int i = 0; i < 200; i++)
        {
            HttpResponseMessage answer = await Client.GetAsync(new Uri(demo.Address, "/demo/random-error"), Stop);
            bool bad = answer.StatusCode == HttpStatusCode.InternalServerError;
            Assert.Equal(bad ? "ERROR: Something, somewhere, went wrong!\n" : "Everything is still OK\n",
                await answer.Content.ReadAsStringAsync(Stop));
            wrong += bad ? 1 : 0;
        }

        Assert.InRange(wrong, 8, 35);
    }

    [Fact]
    public async Task Requests_wait_for_a_worker_but_health_checks_do_not()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings { Workers = 1 }, Stop);
        var address = new Uri(demo.Address, "/demo/hello?delay=100");
        Task<HttpResponseMessage>[] slow = [.. Enumerable.Range(0, 3).Select(_ => Client.GetAsync(address, Stop))];
        var check = new HttpRequestMessage(HttpMethod.Get, new Uri(demo.Address, "/demo/hello"));
        check.Headers.Add(DemoServer.HealthCheckHeader, "1");
        await Client.SendAsync(check, Stop);
        Assert.False(slow[2].IsCompleted);

        double[] queues = [.. (await Task.WhenAll(slow))
            .Select(a => ServerTiming.Parse(string.Join(',', a.Headers.GetValues("Server-Timing"))).Queue).Order()];
        Assert.InRange(queues[1], 0.05, 1);
        Assert.InRange(queues[2], 0.15, 1);
    }

    [Fact]
    public async Task A_port_in_use_is_said_clearly()
    {
        await using DemoServer first = await DemoServer.StartAsync(new DemoSettings(), Stop);
        var settings = new DemoSettings { Port = first.Address.Port };
        ClusterException problem = await Assert.ThrowsAsync<ClusterException>(
            () => DemoServer.StartAsync(settings, Stop));
        Assert.Contains($"port {first.Address.Port}", problem.Message, StringComparison.Ordinal);
        Assert.Contains("another program listens there", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delays_never_end_early()
    {
        using var timer = new DelayTimer();
        var late = new List<double>();
        for (int i = 0; i < 50; i++)
        {
            long due = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * (1 + (i % 7)) / 1000);
            await timer.WaitUntil(due);
            late.Add((double)(Stopwatch.GetTimestamp() - due) / Stopwatch.Frequency);
        }

        Assert.All(late, l => Assert.True(l >= 0));
    }
}
