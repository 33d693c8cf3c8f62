using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Capacity.Benchmarks;

/// <summary>CPU time of rules that are evaluated over a day, paired with <c>promtool test rules</c> on the same series
/// in the same run, if it is installed.</summary>
internal static class RulesSpeed
{
    private const int Pairs = 3;
    private const int WarmUp = 7200; // seconds of the day

    private sealed record Figure(string Name, double Value, string Unit);

    public static void Print(TextWriter output, string? json)
    {
        var figures = new List<Figure>();
        var pair = new RulesTraffic(services: 1, targets: 3, series: 10);
        pair.Run(WarmUp);
        var ours = new List<double>();
        var theirs = new List<double>();
        (int Changes, long Allocated) result = default;
        for (int i = 0; i < Pairs; i++)
        {
            ours.Add(Cpu(() => result = pair.Run(RulesTraffic.Seconds)));
            if (Promtool(pair) is { } seconds)
            {
                theirs.Add(seconds);
            }
        }

        double bytes = result.Allocated / (RulesTraffic.Evaluations / 2.0);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"docker-flow-monitor's pair, 24 h at 5 s, 10 series at 10 s: {Median(ours):0.000} s of CPU, "
            + $"{Median(ours) / RulesTraffic.Evaluations * 1e6:0.0} µs per evaluation, {bytes:0} bytes allocated each; "
            + $"{result.Changes} changes of state"));
        figures.Add(new Figure("rules.dfm_day.cpu_s", Median(ours), "s"));
        figures.Add(new Figure("rules.dfm_day.bytes_per_evaluation", bytes, "bytes"));
        if (theirs.Count == Pairs)
        {
            double ratio = Median([.. ours.Zip(theirs, (a, b) => b / a)]);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"promtool test rules on the same series: {Median(theirs):0.00} s of CPU; ratio {ratio:0}"));
            figures.Add(new Figure("rules.dfm_day.promtool_cpu_s", Median(theirs), "s"));
            figures.Add(new Figure("rules.dfm_day.ratio_promtool", ratio, "times"));
        }
        else
        {
            output.WriteLine("promtool is not installed (apt-get install prometheus): no ratio");
        }

        var many = new RulesTraffic(services: 11, targets: 3, series: 100);
        double seconds100 = Median(
            [.. Enumerable.Range(0, Pairs).Select(_ => Cpu(() => many.Run(RulesTraffic.Seconds)))]);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"22 alerts on 100 series, the same day: {seconds100:0.00} s of CPU"));
        figures.Add(new Figure("rules.day_22_alerts.cpu_s", seconds100, "s"));
        if (json is not null)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
        }
    }

    /// <summary>CPU seconds of promtool; null when it is not installed, or the system does not tell.</summary>
    private static double? Promtool(RulesTraffic traffic)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("capacity-bench").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "alert.rules"), traffic.Rules);
            File.WriteAllText(Path.Combine(folder, "test.yml"), traffic.PromtoolTest("alert.rules"));
            double before = CpuOfChildren();
            using Process process = Process.Start(new ProcessStartInfo("promtool", ["test", "rules", "test.yml"])
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? CpuOfChildren() - before
                : throw new InvalidOperationException($"promtool: {said}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Of ended children; .NET forgets what a process used when it ends. Source: proc(5), cutime and cstime.
    private static double CpuOfChildren()
    {
        const double TicksPerSecond = 100;
        string text = File.ReadAllText("/proc/self/stat");
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // begins with the third
        return (double.Parse(fields[13], CultureInfo.InvariantCulture)
            + double.Parse(fields[14], CultureInfo.InvariantCulture)) / TicksPerSecond;
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
