using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Capacity.Benchmarks;

/// <summary>What one run of a load generator cost.</summary>
/// <param name="Requests">Requests answered.</param>
/// <param name="Cpu">CPU seconds of the generator.</param>
/// <param name="Seconds">Length of the run.</param>
internal sealed record LoadCost(double Requests, double Cpu, double Seconds)
{
    /// <summary>What one free core would do.</summary>
    public double PerCpuSecond => Requests / Math.Max(1e-9, Cpu);
}

/// <summary>A load generator that runs as a process of its own on the first core.</summary>
/// <param name="Name">For the table.</param>
/// <param name="File">The program.</param>
/// <param name="Arguments">Given the address and the seconds.</param>
/// <param name="Requests">Reads from its output how many requests it made.</param>
internal sealed record LoadPeer(
    string Name, string File, Func<Uri, int, string[]> Arguments, Func<string, double> Requests)
{
    private const double TicksPerSecond = 100;

    /// <summary>All that may be installed; the first is the reference.</summary>
    public static IReadOnlyList<LoadPeer> All { get; } =
    [
        new("wrk", "wrk", (a, s) => ["-t1", "-c64", $"-d{s}s", a.ToString()], Number(@"(\d+) requests in")),
        new("ab -k", "ab", (a, s) => ["-k", "-q", "-c64", $"-t{s}", "-n", "100000000", a.ToString()],
            Number(@"Complete requests:\s+(\d+)")),
        new("h2load --h1", "h2load", (a, s) => ["--h1", "-t1", "-c64", $"-D{s}", a.ToString()],
            Number(@"(\d+) succeeded")),
        new("autocannon", "autocannon", (a, s) => ["-j", "-c", "64", "-d", $"{s}", a.ToString()], Autocannon),
        new("artillery", "artillery", Artillery, Number(@"http\.codes\.200:[ .]*(\d+)(?![\s\S]*http\.codes\.200)")),
    ];

    /// <summary>Reads requests, CPU and length of the measured part from the output; null: the whole run counts.
    /// </summary>
    public Func<string, IReadOnlyDictionary<string, double>>? Measure { get; init; }

    /// <summary>Runs it.</summary>
    /// <returns>Null when it is not installed or fails.</returns>
    public LoadCost? Run(Uri address, int seconds)
    {
        string? output = Output(["-c", "0", File, .. Arguments(address, seconds)], out double cpu, out double wall);
        return output is null ? null
            : Measure?.Invoke(output) is { } figures
                ? new LoadCost(figures["requests"], figures["cpu"], figures["seconds"])
            : new LoadCost(Requests(output), cpu, wall);
    }

    /// <summary>Runs a program under <c>taskset</c>.</summary>
    /// <param name="arguments">Of <c>taskset</c>.</param>
    /// <param name="cpu">CPU seconds of it and its children.</param>
    /// <param name="wall">Seconds that it took.</param>
    /// <returns>What it printed; null when it could not be run.</returns>
    public static string? Output(IEnumerable<string> arguments, out double cpu, out double wall)
    {
        double before = CpuOfChildren();
        long start = Stopwatch.GetTimestamp();
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("taskset", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
            cpu = CpuOfChildren() - before;
            return process.ExitCode == 0 ? output + errors.Result : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            (cpu, wall) = (0, 0);
            return null;
        }
    }

    private static Func<string, double> Number(string pattern) => text =>
        Regex.Match(text, pattern, RegexOptions.RightToLeft | RegexOptions.CultureInvariant) is { Success: true } found
            ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;

    private static double Autocannon(string text)
    {
        using JsonDocument result = JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..]);
        return result.RootElement.GetProperty("2xx").GetDouble();
    }

    private static string[] Artillery(Uri address, int seconds)
    {
        string file = Path.Combine(Path.GetTempPath(), "capacity-bench-artillery.yml");
        System.IO.File.WriteAllText(file, $$"""
            config:
              target: {{address}}
              http: { pool: 64 }
              phases: [{ duration: {{seconds}}, arrivalCount: 64 }]
            scenarios:
              - flow: [{ loop: [{ get: { url: "/" } }], count: 100 }]
            """);
        return ["run", file];
    }

    // Of ended children; .NET forgets what a process used when it ends. Source: proc(5), cutime and cstime.
    private static double CpuOfChildren()
    {
        string text = System.IO.File.ReadAllText("/proc/self/stat");
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // begins with the third
        return (double.Parse(fields[13], CultureInfo.InvariantCulture)
            + double.Parse(fields[14], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
