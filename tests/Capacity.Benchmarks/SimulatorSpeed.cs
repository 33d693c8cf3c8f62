using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Benchmarks;

/// <summary>
/// CPU time of the simulator, paired with a naive event-list simulator of the same model in the same run: the ratio
/// says the same on a busy machine and on a quiet one.
/// </summary>
internal static class SimulatorSpeed
{
    private const int Repeats = 5;
    private const double Requests = 40e6; // so many that what is done once per run does not count

    public static void Print(TextWriter output, string? json = null)
    {
        var figures = new List<Figure>();
        output.WriteLine("simulator, CPU time per request, medians of 5 interleaved repeats, 8 workers, load 0.8");
        Compare(output, figures, "sim.mmc.ns", "one replica", 1, new ServiceModel { Workers = 8 });
        Compare(output, figures, "sim.rr.ns", "round robin", 100, new ServiceModel { Workers = 8 });
        Compare(output, figures, "sim.random.ns", "random", 100, Of(Balancer.Random));
        Compare(output, figures, "sim.connections.ns", "connections", 100, Of(Balancer.Connections));
        Compare(output, figures, "sim.p2c.ns", "power of two", 100, Of(Balancer.PowerOfTwo));
        Compare(output, figures, "sim.lc.ns", "least connections", 100, Of(Balancer.LeastConnections));
        Compare(output, figures, "sim.ps.ns", "8 shared cores", 10, new ServiceModel { Cores = 8 });
        var client = new ClientModel { Timeout = 0.5, Retry = new RetryModel(3, 0.1, 2, 0.2) };
        Compare(
            output, figures, "sim.retries.ns", "time-outs, retries", 100,
            new ServiceModel { Workers = 8, Queue = 50 }, client);
        Day(output, figures);
        Set(output, figures);
        LongSet(output, figures);
        Billion(output, figures);
        Allocation(output, figures);
        output.WriteLine("stages:");
        SimulatorStages.Print(output);
        if (json is not null)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
        }
    }

    private static ServiceModel Of(Balancer balancer) => new() { Workers = 8, Balancer = balancer };

    private static void Compare(
        TextWriter output, List<Figure> figures, string name, string what, int replicas, ServiceModel service,
        ClientModel? client = null)
    {
        SimulationInput input = Inputs.Steady(replicas, Requests) with
        {
            Service = service,
            Client = client ?? new ClientModel(),
        };
        NaiveSimulator naive = new(replicas, workers: 8, Inputs.SteadyRate(replicas), Inputs.ServiceMean);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int i = -1; i < Repeats; i++)
        {
            long requests = 0;
            ulong seed = (ulong)(i + 2);
            double seconds = Cpu(
                () => requests = LaunchSimulation.Run(input, seed, CancellationToken.None).Totals.Scheduled);
            double naiveSeconds = Cpu(() => naive.Run(500_000, seed));
            if (i >= 0)
            {
                ours.Add(seconds / requests * 1e9);
                theirs.Add(naiveSeconds / 5e5 * 1e9);
            }
        }

        double ratio = Median([.. ours.Zip(theirs, (a, b) => b / a)]);
        figures.Add(new Figure(name, Median(ours), "ns"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-20} {replicas,3} replicas {Median(ours),6:0.00} ns; naive round robin {Median(theirs),4:0} ns,"
            + $" ratio {ratio:0}"));
    }

    private static void Set(TextWriter output, List<Figure> figures)
    {
        const int Count = 100;
        SimulationInput input = Inputs.Launch();
        Objective[] objectives = [new Objective(ObjectiveMetric.LatencyP99, 1)];
        var seconds = new List<double>();
        LaunchSet? set = null;
        for (int i = -1; i < Repeats; i++)
        {
            double used = Cpu(
                () => set = Launches.Run(input, objectives, Count, 1, threads: 1, null, CancellationToken.None));
            if (i >= 0)
            {
                seconds.Add(used);
            }
        }

        figures.Add(new Figure("sim.launches.cpu_s", Median(seconds), "s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} launches of 20 minutes, {set!.Requests} requests of three kinds: {Median(seconds):0.00} s"));
    }

    /// <summary>100 launches of 45 minutes at 1,500 requests per second, on two cores.</summary>
    private static void LongSet(TextWriter output, List<Figure> figures)
    {
        SimulationInput input = Inputs.FullLaunch();
        Objective[] objectives = [new Objective(ObjectiveMetric.LatencyP99, 1)];
        Launches.Run(input, objectives, 2, 1, threads: 2, null, CancellationToken.None);
        long started = Stopwatch.GetTimestamp();
        LaunchSet? set = null;
        double used = Cpu(
            () => set = Launches.Run(input, objectives, 100, 1, threads: 2, null, CancellationToken.None));
        double wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        figures.Add(new Figure("sim.launches_45m.cpu_s", used, "s"));
        figures.Add(new Figure("sim.launches_45m.wall_s", wall, "s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"100 launches of 45 minutes at 1500/s, {set!.Requests} requests: {wall:0.00} s on 2 threads, "
            + $"CPU {used:0.00} s"));
    }

    private static void Billion(TextWriter output, List<Figure> figures)
    {
        SimulationInput input = Inputs.Steady(100, 1e9);
        long requests = 0;
        double used = Cpu(() => requests = LaunchSimulation.Run(input, 1, CancellationToken.None).Totals.Scheduled);
        figures.Add(new Figure("sim.billion.cpu_s", used, "s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{requests} requests, round robin, 100 replicas: CPU {used:0.00} s"));
    }

    private static void Day(TextWriter output, List<Figure> figures)
    {
        SimulationInput input = Inputs.Day();
        LaunchSimulation.Run(Inputs.Day(hours: 1), 1, CancellationToken.None);
        var seconds = new List<double>();
        RunResult? run = null;
        for (int i = 0; i < Repeats; i++)
        {
            seconds.Add(Cpu(() => run = LaunchSimulation.Run(input, 1, CancellationToken.None)));
        }

        figures.Add(new Figure("sim.day.cpu_s", Median(seconds), "s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"24 h at 1200/s, scaled by rules: {Median(seconds):0.00} s (best {seconds.Min():0.00}) for "
            + $"{run!.Totals.Scheduled} requests, {Median(seconds) / run.Totals.Scheduled * 1e9:0.00} ns each; "
            + $"replicas {run.Series.Ready.Min()}..{run.Series.Ready.Max()}, {run.ScaleActions.Count} scale actions"));
    }

    /// <summary>Ten times the requests in the same time: what they allocate more, they allocate per request.</summary>
    private static void Allocation(TextWriter output, List<Figure> figures)
    {
        (long few, long fewBytes) = Allocated(1);
        (long many, long manyBytes) = Allocated(10);
        double each = Math.Max(0, manyBytes - fewBytes) / (double)(many - few);
        figures.Add(new Figure("sim.alloc.bytes_per_request", each, "B"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"allocated per request: {each:0.0000} bytes"));
    }

    private static (long Requests, long Bytes) Allocated(double faster)
    {
        SimulationInput input = Inputs.Steady(10, 2_000_000);
        input = input with
        {
            Plan = LoadPlan.Of([new LoadStage.Open("", Inputs.SteadyRate(10) * faster, 0, input.Plan.Duration)]),
            WorkerLaws = [new ServiceLaw.Exponential(Inputs.ServiceMean / faster)],
        };
        long before = GC.GetAllocatedBytesForCurrentThread();
        long count = LaunchSimulation.Run(input, 1, CancellationToken.None).Totals.Scheduled;
        return (count, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double Cpu(Action action)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        action();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Figure(string Name, double Value, string Unit);
}
