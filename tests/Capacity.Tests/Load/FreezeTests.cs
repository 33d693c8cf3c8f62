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
    private const int All = 10 * Rate;
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Percentiles_tell_of_every_request_that_a_freeze_delayed()
    {
        long start = long.MaxValue;
        double Now() => (double)(Stopwatch.GetTimestamp() - Volatile.Read(ref start)) / Stopwatch.Frequency;
        var thaw = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answered = new List<double>(All);
        using var server = new FaultyServer(async (socket, end) =>
        {
            if (Now() is >= 3 and < 4)
            {
                await thaw.Task;
            }

            await socket.SendAsync(Answer, end);
            if (Now() is >= 0 and double at) // not of the run before
            {
                lock (answered)
                {
                    answered.Add(at);
                }
            }
        });
        LoadSettings settings = Settings(server.Address, seconds: 10);
        await new LoadEngine(Settings(server.Address, seconds: 0.3)).RunAsync(Stopwatch.GetTimestamp(), null, Stop);
        Volatile.Write(ref start, Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10));
        Task end = Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(4 - Now()), Stop);
            thaw.SetResult();
        }, Stop);

        RunResult result = await new LoadEngine(settings).RunAsync(start, null, Stop);
        await end;

        LatencyHistogram latency = result.Kinds[0].Latency;
        LatencyHistogram exchange = result.Kinds[0].Client!.Exchange;
        (double p95, double p99) = (latency.Quantile(0.95), latency.Quantile(0.99));
        double[] truth = Truth(answered);
        double late = result.Generator!.LatenessP99;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"p95 {p95:0.0000} s, p99 {p99:0.0000} s from the scheduled instant; {exchange.Quantile(0.95):0.0000} and "
            + $"{exchange.Quantile(0.99):0.0000} s from sending; the server: {Of(truth, 0.95):0.0000} and "
            + $"{Of(truth, 0.99):0.0000} s; sent late by {late:0.0000} s (99 %)");
        Assert.Equal(new RequestCounts(All, All, 0, 0), result.Totals);
        Assert.Equal(All, exchange.Count);
        Assert.InRange(server.Connections, 1, 64 + 64); // those of the first run, and those of the second

        // On a free machine the server answers the backlog within milliseconds: 0.500 and 0.900 s. On a busy one it
        // takes longer, and the generator hears of it later, by about as much as it sends late.
        AssertNear(Of(truth, 0.95), p95, late);
        AssertNear(Of(truth, 0.99), p99, late);
        Assert.True(p95 >= 0.5 * 0.98 && p99 >= 0.9 * 0.98, "nothing of the freeze may be missing");
        Assert.True(exchange.Quantile(0.95) < p95 / 2); // what a generator would say that waits for answers
    }

    private static void AssertNear(double truth, double measured, double late) =>
        Assert.InRange(measured, (truth * 0.98) - late, (truth * 1.02) + late);

    /// <summary>How long each request waited for the server: requests are due on an even grid, and answered in that
    /// order.</summary>
    private static double[] Truth(List<double> answered)
    {
        double[] waits = [.. answered.Order().Select((at, i) => at - ((double)i / Rate))];
        Array.Sort(waits);
        return waits;
    }

    private static double Of(double[] sorted, double share) => sorted[(int)(share * sorted.Length)];

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
