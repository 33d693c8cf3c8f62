using System.Globalization;
using System.Text.Json;

namespace Capacity.Benchmarks;

/// <summary>
/// The load engine on one core against nginx on the other, in turn with other load generators. CPU is compared in
/// pairs:
/// each run stands between two runs of wrk, so that the ratio says the same on a busy machine and on a quiet one.
/// </summary>
internal sealed class LoadSpeed
{
    private const int ClosedSeconds = 2; // short: a virtual machine's speed changes within seconds
    private const int PeerSeconds = 5; // of those whose start counts, too
    private const int ScriptSeconds = 5;
    private const int OpenSeconds = 8;
    private const int LongSeconds = 600;
    private const int LongRate = 5000;

    private static readonly Dictionary<string, string> ScriptNames = new()
    {
        ["script"] = "script with HttpClient",
        ["step"] = "script with HttpClient in a step",
        ["method"] = "HttpClient in a function of its own, without the engine",
    };

    private readonly TextWriter _output;
    private readonly Uri _address;
    private readonly int _repeats;
    private readonly List<Figure> _figures = [];

    private LoadSpeed(TextWriter output, Uri address, int repeats) =>
        (_output, _address, _repeats) = (output, address, repeats);

    private sealed record Figure(string Name, double Value, string Unit);

    /// <summary>Measures and prints.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="args"><c>--json FILE</c>, <c>--repeats N</c>, <c>--peers</c> (the other load generators as
    /// well).</param>
    /// <param name="isLong">Ten minutes at 5,000/s as well.</param>
    /// <returns>Exit code.</returns>
    public static int Print(TextWriter output, string[] args, bool isLong)
    {
        string? json = After(args, "--json");
        int repeats = int.Parse(After(args, "--repeats") ?? "5", CultureInfo.InvariantCulture);
        if (LoadPeer.Output(["-c", "1", "sh", "-c", "command -v wrk && command -v nginx"], out _, out _) is null)
        {
            output.WriteLine("error: this needs Linux with two cores, taskset, nginx and wrk");
            output.WriteLine("  = run: apt-get install nginx wrk apache2-utils nghttp2-client");
            return 4;
        }

        using LoadServer server = LoadServer.Start();
        var speed = new LoadSpeed(output, server.Address, repeats);
        speed.Closed(args.Contains("--peers"));
        speed.Open(1000);
        speed.Open(5000);
        speed.Open(20_000);
        speed.Scripts();
        if (isLong)
        {
            speed.Memory();
        }

        if (json is not null)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(speed._figures, JsonSerializerOptions.Web));
        }

        return 0;
    }

    private static string? After(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    private void Closed(bool peers)
    {
        int repeats = (2 * _repeats) + 1;
        _output.WriteLine(
            $"closed, 64 keep-alive connections, one core; ratios to wrk before and after, medians of {repeats}");
        LoadPeer[] all =
        [
            Ours("ring"), Ours("epoll"), Ours("sockets"), Ours("client"), .. peers ? LoadPeer.All.Skip(1) : [],
        ];
        var ratios = all.ToDictionary(p => p.Name, _ => new List<(double Cpu, double Wall, double Per100000)>());
        var reference = new List<double>();
        for (int i = 0; i < repeats; i++)
        {
            LoadCost? before = Wrk();
            foreach (LoadPeer peer in all)
            {
                LoadCost? cost = peer.Run(_address, peer.Measure is null ? PeerSeconds : ClosedSeconds);
                LoadCost? after = Wrk();
                if (before is not null && cost is { Requests: > 0 } && after is not null)
                {
                    ratios[peer.Name].Add((
                        cost.PerCpuSecond / ((before.PerCpuSecond + after.PerCpuSecond) / 2),
                        cost.Requests / cost.Seconds
                            / (((before.Requests / before.Seconds) + (after.Requests / after.Seconds)) / 2),
                        cost.Cpu / cost.Requests * 1e5));
                    reference.Add(after.PerCpuSecond);
                }

                before = after;
            }
        }

        Say($"  {"wrk",-14} {Median(reference),8:0} requests per CPU second");
        foreach (LoadPeer peer in all)
        {
            List<(double Cpu, double Wall, double Per100000)> r = ratios[peer.Name];
            Say(r.Count == 0
                ? (string)$"  {peer.Name,-14} not installed, or it failed"
                : string.Create(CultureInfo.InvariantCulture,
                    $"  {peer.Name,-14} {Median(r.Select(x => x.Cpu)),5:0.00} × wrk per CPU second"
                    + $" ({r.Min(x => x.Cpu):0.00}–{r.Max(x => x.Cpu):0.00}),"
                    + $" {Median(r.Select(x => x.Wall)):0.00} × its rate,"
                    + $" {Median(r.Select(x => x.Per100000)):0.00} CPU s per 100,000"));
        }

        Add("load.closed.rps_vs_wrk", Median(ratios["our epoll"].Select(x => x.Cpu)), "times");
        Add("load.closed.ring_vs_wrk", Median(ratios["our ring"].Select(x => x.Cpu)), "times");
        Add("load.closed.sockets_vs_wrk", Median(ratios["our sockets"].Select(x => x.Cpu)), "times");
        Add("load.closed.client_vs_wrk", Median(ratios["our client"].Select(x => x.Cpu)), "times");
        Add("load.closed.cpu_s_per_100000", Median(ratios["our epoll"].Select(x => x.Per100000)), "s");
    }

    private void Open(int rate)
    {
        var runs = new List<Dictionary<string, double>>();
        for (int i = 0; i < Math.Min(3, _repeats); i++)
        {
            runs.Add(Ours("ring", OpenSeconds, rate));
        }

        double Of(string name) => Median(runs.Select(r => r[name]));
        double running = rate * (double)(OpenSeconds - 2); // requests while allocations were counted
        double error = runs.Max(r => Math.Abs((r["scheduled"] / (rate * r["seconds"])) - 1));
        double core = Of("cpu") / Of("seconds");
        Say(string.Create(CultureInfo.InvariantCulture,
            $"open, {rate}/s: error {error:0.0000%}, late p50 {Of("lateness_p50") * 1e3:0.000} ms,"
            + $" p99 {Of("lateness_p99") * 1e3:0.000} ms, {core:0.00} of a core,"
            + $" {Of("allocated_running") / running:0.00} bytes allocated per request, {Of("rss_last"):0} MB"));
        string name = $"load.open_{rate}";
        Add($"{name}.lateness_p50_ms", Of("lateness_p50") * 1e3, "ms");
        Add($"{name}.lateness_p99_ms", Of("lateness_p99") * 1e3, "ms");
        Add($"{name}.rate_error", error, "share");
        Add($"{name}.cores", core, "cores");
    }

    /// <summary>The script engine: with nothing to do, and what it adds to an HttpClient.</summary>
    private void Scripts()
    {
        var empty = new List<Dictionary<string, double>>();
        var ratios = ScriptNames.Keys.ToDictionary(what => what, _ => new List<double>());
        double PerCpu(string what)
        {
            Dictionary<string, double> run = Script(what);
            return run["requests"] / run["cpu"];
        }

        double before = PerCpu("bare");
        for (int i = 0; i < _repeats; i++)
        {
            empty.Add(Script("empty"));
            foreach ((string what, List<double> ratio) in ratios)
            {
                double script = PerCpu(what);
                double after = PerCpu("bare");
                ratio.Add(script / ((before + after) / 2));
                before = after;
            }
        }

        double micros = Median(empty.Select(r => r["cpu"] / r["requests"] * 1e6));
        double bytes = Median(empty.Select(r => r["allocated"] / r["requests"]));
        Say(string.Create(CultureInfo.InvariantCulture,
            $"script engine, one step that does nothing: {micros:0.000} µs CPU and {bytes:0.000} bytes per iteration,"
            + $" {Median(empty.Select(r => r["rss_last"])):0} MB"));
        foreach ((string what, List<double> ratio) in ratios)
        {
            Say(string.Create(CultureInfo.InvariantCulture,
                $"{ScriptNames[what]}: {Median(ratio):0.00} × bare HttpClient per CPU second"
                + $" ({ratio.Min():0.00}–{ratio.Max():0.00})"));
        }

        Add("load.script.empty_us", micros, "µs");
        Add("load.script.empty_bytes", bytes, "bytes");
        Add("load.script.vs_bare_client", Median(ratios["script"]), "times");
        Add("load.script.step_vs_bare_client", Median(ratios["step"]), "times");
    }

    private void Memory()
    {
        Dictionary<string, double> run = Ours("ring", LongSeconds, LongRate);
        IEnumerable<string> minutes = run.Where(f => f.Key.StartsWith("rss_minute_", StringComparison.Ordinal))
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Value:0.0}"));
        Say(string.Create(CultureInfo.InvariantCulture,
            $"memory at {LongRate}/s for {LongSeconds} s, after each minute: {string.Join(", ", minutes)} MB;"
            + $" {run["failed"]:0} failed, {run["cpu"] / run["seconds"]:0.00} of a core"));
        Add("load.long.rss_after_minute_mb", run["rss_minute_1"], "MB");
        Add("load.long.rss_end_mb", run["rss_last"], "MB");
    }

    private LoadCost? Wrk() => LoadPeer.All[0].Run(_address, ClosedSeconds);

    private static LoadPeer Ours(string transport) => new($"our {transport}", Environment.ProcessPath!,
        (a, s) => ["load-client", transport, $"{a}", $"{s}", "0"], _ => 0)
    { Measure = Figures };

    private Dictionary<string, double> Ours(string transport, int seconds, int rate) =>
        Figures(LoadPeer.Output(
            ["-c", "0", Environment.ProcessPath!, "load-client", transport, $"{_address}", $"{seconds}", $"{rate}"],
            out _, out _) ?? throw new InvalidOperationException("the load engine's process failed"));

    private Dictionary<string, double> Script(string what) => Figures(
        LoadPeer.Output(
            ["-c", "0", Environment.ProcessPath!, "script-client", what, $"{_address}", $"{ScriptSeconds}"],
            out _, out _) ?? throw new InvalidOperationException("the script engine's process failed"));

    private static Dictionary<string, double> Figures(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
        .ToDictionary(l => l[0], l => double.Parse(l[1], CultureInfo.InvariantCulture));

    private void Say(string line) => _output.WriteLine(line);

    private void Add(string name, double value, string unit) => _figures.Add(new Figure(name, value, unit));
}
