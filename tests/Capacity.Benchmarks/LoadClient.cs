using System.Diagnostics;
using System.Globalization;
using Capacity.Load;
using Capacity.Model;

namespace Capacity.Benchmarks;

/// <summary>The load engine as a process of its own, for <see cref="LoadSpeed"/>: a warm-up, then the measured
/// run.</summary>
internal static class LoadClient
{
    private const int Connections = 64;
    private const double WarmUp = 2.5; // the runtime has optimised what it will by then

    /// <summary>Runs it and prints its figures as <c>name value</c>, one per line.</summary>
    /// <param name="args">Transport, address, seconds, and requests per second (0: closed, 64 users).</param>
    public static async Task RunAsync(string[] args)
    {
        InlineSockets.Enable();
        var transport = Enum.Parse<RequestTransport>(args[0], ignoreCase: true);
        var target = new Uri(args[1]);
        double seconds = double.Parse(args[2], CultureInfo.InvariantCulture);
        double rate = double.Parse(args[3], CultureInfo.InvariantCulture);
        await RunAsync(transport, target, Math.Min(WarmUp, seconds), rate, null);
        using var memory = new MemoryWatch(seconds, margin: 1);
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        RunResult run = await RunAsync(transport, target, seconds, rate, memory);
        double cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        LatencyHistogram latency = run.Kinds[0].Latency;
        Say("requests", run.Totals.Ok);
        Say("scheduled", run.Totals.Scheduled);
        Say("failed", run.Totals.Failed);
        Say("cpu", cpu);
        Say("allocated", allocated);
        Say("allocated_running", memory.Allocated);
        Say("seconds", seconds);
        Say("lateness_p50", run.Generator!.LatenessP50);
        Say("lateness_p99", run.Generator.LatenessP99);
        Say("latency_p50", latency.Quantile(0.5));
        Say("latency_p99", latency.Quantile(0.99));
        Say("rss_first", memory.First);
        Say("rss_last", memory.Last);
        for (int i = 0; i < memory.Minutes.Count; i++)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"rss_minute_{i + 1}"), memory.Minutes[i]);
        }
    }

    private static async Task<RunResult> RunAsync(
        RequestTransport transport, Uri target, double seconds, double rate, MemoryWatch? memory)
    {
        LoadStage stage = rate > 0
            ? new LoadStage.Open("", rate, 0, seconds)
            : new LoadStage.Users("", Connections, null, new ServiceLaw.Constant(0), seconds);
        var settings = new LoadSettings
        {
            Target = target,
            Scenario = "bench",
            Plan = LoadPlan.Of([stage]),
            Spacing = ArrivalSpacing.Even,
            Requests =
            [
                new RequestKind("get", 1, "GET", "/", new ServiceLaw.Constant(0))
                {
                    Check = new ResponseCheck { Status = 200 },
                },
            ],
            Seed = 1,
            Transport = transport,
            Http = new HttpSettings { Connections = Connections },
        };
        return await new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), memory, CancellationToken.None);
    }

    private static void Say(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:R}"));
}
