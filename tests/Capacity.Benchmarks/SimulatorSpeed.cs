using System.Diagnostics;
using System.Globalization;
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

    public static void Print(TextWriter output)
    {
        output.WriteLine("simulator, CPU time, medians of 5 interleaved repeats");
        foreach (int replicas in new[] { 10, 100 })
        {
            Compare(output, replicas);
        }

        Day(output);
        Set(output);
    }

    private static void Set(TextWriter output)
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

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} launches of 20 minutes, {set!.Requests} requests of three kinds: {Median(seconds):0.00} s"));
    }

    private static void Compare(TextWriter output, int replicas)
    {
        SimulationInput input = Inputs.Steady(replicas, requests: 4_000_000);
        NaiveSimulator naive = new(replicas, workers: 8, Inputs.SteadyRate(replicas), Inputs.ServiceMean);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int i = -1; i < Repeats; i++)
        {
            long requests = 0;
            ulong seed = (ulong)(i + 2);
            double seconds = Cpu(
                () => requests = LaunchSimulation.Run(input, seed, CancellationToken.None).Totals.Scheduled);
            double naiveSeconds = Cpu(() => naive.Run(1_000_000, seed));
            if (i >= 0)
            {
                ours.Add(seconds / requests * 1e9);
                theirs.Add(naiveSeconds / 1e6 * 1e9);
            }
        }

        double ratio = Median([.. ours.Zip(theirs, (a, b) => b / a)]);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round robin, {replicas,3} replicas × 8 workers, load 0.8: {Median(ours),5:0.00} ns per request;"
            + $" naive {Median(theirs),4:0} ns; ratio {ratio:0}"));
    }

    private static void Day(TextWriter output)
    {
        SimulationInput input = Inputs.Day();
        LaunchSimulation.Run(Inputs.Day(hours: 1), 1, CancellationToken.None);
        var seconds = new List<double>();
        RunResult? run = null;
        for (int i = 0; i < Repeats; i++)
        {
            seconds.Add(Cpu(() => run = LaunchSimulation.Run(input, 1, CancellationToken.None)));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"24 h at 1200/s, scaled by rules: {Median(seconds):0.00} s (best {seconds.Min():0.00}) for "
            + $"{run!.Totals.Scheduled} requests, {Median(seconds) / run.Totals.Scheduled * 1e9:0.00} ns each; "
            + $"replicas {run.Series.Ready.Min()}..{run.Series.Ready.Max()}, {run.ScaleActions.Count} scale actions"));
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
}
