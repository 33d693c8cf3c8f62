using System.Diagnostics;
using Capacity.Load;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Load;

/// <summary>1,000 requests per second for 10 s through 64 connections, the server frozen for one of them.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class FreezeTests
{
    private const int Rate = 1_000;
    private const int Frozen = Rate; // requests that come during the freeze
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Percentiles_tell_of_every_request_that_a_freeze_delayed()
    {
        long start = long.MaxValue;
        double Now() => (double)(Stopwatch.GetTimestamp() - Volatile.Read(ref start)) / Stopwatch.Frequency;
        var thaw = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int answered = 0;
        double drained = double.NaN; // when as many requests are answered as came during the freeze
        using var server = new FaultyServer(async (socket, end) =>
        {
            if (Now() is >= 3 and < 4)
            {
                await thaw.Task;
            }

            await socket.SendAsync(Answer, end);
            if (thaw.Task.IsCompleted && Interlocked.Increment(ref answered) == Frozen)
            {
                drained = Now();
            }
        });
        LoadSettings settings = Settings(server.Address, seconds: 10);
        await new LoadEngine(Settings(server.Address, seconds: 0.3)).RunAsync(Stopwatch.GetTimestamp(), null, Stop);
        Volatile.Write(ref start, Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10));
        double thawed = 0;
        Task end = Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(4 - Now()), Stop);
            thawed = Now();
            thaw.SetResult();
        }, Stop);

        RunResult result = await new LoadEngine(settings).RunAsync(start, null, Stop);
        await end;

        LatencyHistogram latency = result.Kinds[0].Latency;
        LatencyHistogram exchange = result.Kinds[0].Client!.Exchange;
        (double p95, double p99) = (latency.Quantile(0.95), latency.Quantile(0.99));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"p95 {p95:0.0000} s, p99 {p99:0.0000} s from the scheduled instant; {exchange.Quantile(0.95):0.0000} and "
            + $"{exchange.Quantile(0.99):0.0000} s from sending; "
            + $"thawed at {thawed:0.0000}, drained at {drained:0.0000}");
        Assert.Equal(new RequestCounts(10 * Rate, 10 * Rate, 0, 0), result.Totals);
        Assert.Equal(10 * Rate, exchange.Count);
        Assert.InRange(server.Connections, 1, 64 + 64); // those of the first run, and those of the second

        // The last of them waits for the backlog too, which the server needs some time for: on a free machine 10 ms.
        double late = thawed - 4;
        double backlog = Math.Max(0, drained - thawed);
        Assert.InRange(p95, 0.5 * 0.98, (0.5 + late + (0.5 * backlog)) * 1.02);
        Assert.InRange(p99, 0.9 * 0.98, (0.9 + late + (0.1 * backlog)) * 1.02);
        Assert.True(exchange.Quantile(0.95) < p95 / 2); // what a generator would say that waits for answers
    }

    private static LoadSettings Settings(Uri target, double seconds) => new()
    {
        Target = target,
        Scenario = "freeze",
        Plan = LoadPlan.Of([new LoadStage.Open("", Rate, 0, seconds)]),
        Spacing = ArrivalSpacing.Even,
        Requests = [new RequestKind("get", 1, "GET", "/", new ServiceLaw.Constant(0))],
        Http = new HttpSettings { Connections = 64 },
        Seed = 1,
    };
}
