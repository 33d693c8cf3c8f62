using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Capacity.Load;
using Capacity.Model;
using Capacity.Swarm.Demo;
using Capacity.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Capacity.Tests.Swarm;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class LoadEngineTests
{
    private const double TimerStep = 0.005; // seconds by which the framework's timer may be early

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RequestTransport.Epoll, null)]
    [InlineData(RequestTransport.Epoll, 50)]
    [InlineData(RequestTransport.Ring, null)]
    [InlineData(RequestTransport.Ring, 50)]
    [InlineData(RequestTransport.Sockets, 50)]
    [InlineData(RequestTransport.Client, 50)]
    public async Task A_freeze_of_the_service_is_felt_by_every_request_that_would_have_come(
        RequestTransport transport, int? connections)
    {
        // 200/s for 4 s; nothing is answered between seconds 1 and 2. A quarter of the requests come in that second
        // and wait 0 to 1 s, evenly: p90 is 0.6 s, p95 0.8 s, p99 0.96 s.
        long start = long.MaxValue;
        double Now() => (double)(Stopwatch.GetTimestamp() - Volatile.Read(ref start)) / Stopwatch.Frequency;
        var thaw = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HttpHostForTests server = await HttpHostForTests.StartAsync(async context =>
        {
            if (Now() is >= 1 and < 2)
            {
                await thaw.Task;
            }

            await context.Response.WriteAsync("ok", Stop);
        }, Stop);

        // The server compiles itself during its first requests; on a crowded machine that takes a while.
        await TargetCheck.RunAsync(server.Address, "/", TimeSpan.FromSeconds(30), Stop);
        await new LoadEngine(Settings(server.Address, rate: 200, seconds: 0.25) with { Transport = transport })
            .RunAsync(Stopwatch.GetTimestamp(), null, Stop);
        Volatile.Write(ref start, Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10));
        Task end = Task.Delay(TimeSpan.FromSeconds(2 - Now()), Stop)
            .ContinueWith(_ => thaw.SetResult(), Stop, TaskContinuationOptions.None, TaskScheduler.Default);

        using var records = new MemoryStream();
        RunResult result = await new LoadEngine(Settings(server.Address, rate: 200, seconds: 4) with
        {
            Spacing = ArrivalSpacing.Even,
            Transport = transport,
            Records = records,
            Http = new HttpSettings { Connections = connections },
        }).RunAsync(start, null, Stop);
        await end;

        LatencyHistogram latency = result.Kinds[0].Latency;
        Assert.Equal(new RequestCounts(800, 800, 0, 0), result.Totals);
        Assert.InRange(latency.Quantile(0.90), 0.57, 0.65);
        Assert.InRange(latency.Quantile(0.95), 0.77, 0.85);
        Assert.InRange(latency.Quantile(0.99), 0.93, 1.05);

        // What came before the freeze may be answered late by a crowded machine; what came during it never before 2 s.
        (double At, double End)[] frozen = [.. Encoding.UTF8.GetString(records.ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Select(r => (r.GetProperty("at").GetDouble(), r.GetProperty("end").GetDouble()))
            .Where(r => r.Item1 is >= 1 and < 2)];
        Assert.InRange(frozen.Length, 199, 201);
        Assert.All(frozen, r => Assert.True(r.End >= 2 - TimerStep, $"{r}"));
        Assert.InRange(result.Series.Offered[1], 199, 201);
    }

    [Fact]
    public async Task A_stop_keeps_what_was_measured()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(0.6));

        RunResult result = await new LoadEngine(Settings(demo.Address, rate: 100, seconds: 1000))
            .RunAsync(Stopwatch.GetTimestamp(), null, stop.Token);

        Assert.True(result.Partial);
        Assert.InRange(result.Totals.Ok, 20, 110);
        Assert.Equal(0, result.Totals.Failed);
        Assert.Equal(result.Totals.Scheduled, result.Totals.Ok + result.Totals.Dropped);
        Assert.InRange(result.Totals.Scheduled, 95_000, 105_000);
        Assert.InRange(result.Duration, 0.5, 2);
        Assert.InRange(result.Series.Offered.Count, 1, 2);
    }

    [Fact]
    public async Task The_service_gets_the_drawn_service_times()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        var law = new ServiceLaw.Uniform(0.010, 0.030);
        LoadSettings settings = Settings(demo.Address, rate: 200, seconds: 0.5) with
        {
            Requests = [new RequestKind("hello", 1, "GET", "/demo/hello?delay={service_time_ms}", law)],
        };

        RunResult result = await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), null, Stop);

        LatencyHistogram service = result.Kinds[0].Service;
        Assert.Equal(result.Totals.Ok, service.Count);
        double[] at = new double[200];
        double[] units = new double[200];
        var stream = new RequestStream(settings.Plan.Open, settings.Spacing, [1], settings.Seed);
        int count = stream.Fill(at, new int[200], units);
        double asked = units.Take(count).Average(u => Math.Round(law.Quantile(u) * 1000) / 1000);
        Assert.Equal(count, service.Count);
        Assert.InRange(service.MeanSeconds, asked, asked + 0.05);
    }

    [Fact]
    public async Task Recorded_requests_are_sent_at_the_instants_that_the_simulator_has()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        var log = new RecordedArrivals([0, 0, 0, 1, 1, 4, 4, 4, 5], [0, 1, 0, 0, 0, 1, 1, 1, 0], 1, 6);
        LoadStage replay = new LoadStage.Replay("log", new RecordingFile("a", null, 0, null, default), 1).With(log);
        LoadSettings settings = Settings(demo.Address, 1, 1) with
        {
            Plan = LoadPlan.Of([replay], speed: 6),
            Requests =
            [
                new RequestKind("a", 0.9, "GET", "/demo/hello", new ServiceLaw.Constant(0)),
                new RequestKind("b", 0.1, "GET", "/demo/hello?delay=1", new ServiceLaw.Constant(0)),
            ],
            Step = 1 / 6.0,
        };

        RunResult result = await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), null, Stop);

        Assert.Equal([5L, 4L], result.Kinds.Select(k => k.Counts.Ok));
        Assert.Equal([3, 2, 0, 0, 3, 1], result.Series.Offered.Take(6).Select(o => Math.Round(o / 6)));
    }

    [Fact]
    public async Task Users_send_one_request_after_the_other()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        LoadSettings settings = Settings(demo.Address, 1, 1) with
        {
            Plan = LoadPlan.Of([
                new LoadStage.Users("", 5, 4, new ServiceLaw.Constant(0.02), 0.3),
                new LoadStage.Users("", 2, null, new ServiceLaw.Constant(0.05), 0.3)]),
        };

        RunResult result = await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), null, Stop);

        Assert.InRange(result.Totals.Ok, 20 + 4, 20 + 12);
        Assert.Equal(result.Totals.Ok, result.Totals.Scheduled);
    }

    [Fact]
    public async Task Requests_beyond_the_bound_fail_and_time_outs_fail()
    {
        await using DemoServer demo = await DemoServer.StartAsync(new DemoSettings(), Stop);
        LoadSettings settings = Settings(demo.Address, rate: 100, seconds: 0.4) with
        {
            Requests = [new RequestKind("slow", 1, "GET", "/demo/hello?delay=60000", new ServiceLaw.Constant(60))],
            InFlightMax = 10,
            TimeOut = TimeSpan.FromSeconds(0.3),
        };

        RunResult result = await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), null, Stop);

        Assert.Equal(result.Totals.Scheduled, result.Totals.Failed);
        Assert.Equal(result.Totals.Failed, result.Kinds[0].StatusCodes[0]);
        Assert.Contains(result.Events, e => e.Text.Contains("dropped by client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unreachable_target_is_said_clearly()
    {
        DemoServer gone = await DemoServer.StartAsync(new DemoSettings(), Stop);
        await gone.DisposeAsync();

        UnreachableTargetException problem = await Assert.ThrowsAsync<UnreachableTargetException>(
            () => TargetCheck.RunAsync(gone.Address, "/demo/hello", TimeSpan.FromSeconds(2), Stop));

        Assert.Contains("the connection is refused", problem.Message, StringComparison.Ordinal);
    }

    private static LoadSettings Settings(Uri target, double rate, double seconds) => new()
    {
        Target = target,
        Scenario = "s",
        Plan = LoadPlan.Of([new LoadStage.Open("", rate, 0, seconds)]),
        Requests = [new RequestKind("hello", 1, "GET", "/demo/hello", new ServiceLaw.Constant(0))],
        Seed = 3,
    };
}
