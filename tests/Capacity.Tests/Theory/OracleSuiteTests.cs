using System.Globalization;
using System.Text;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Theory;

/// <summary>
/// Every closed-form result whose model the simulator has. <c>CAPACITY_THEORY=full</c> takes as many requests as means
/// within 0.5 % need, some minutes (<c>full mmc</c>: of those whose name begins so); otherwise a few seconds, and only
/// the intervals are judged.
/// </summary>
public sealed class OracleSuiteTests(ITestOutputHelper output)
{
    private static readonly string[] Means =
        ["W", "Wq", "R", "X", "L", "blocking", "P_abandon", "throughput", "E_wait_all", "erlangB",
            "share_of_arrivals_that_wait", "P_blocked"];

    [Fact]
    public void Every_oracle_with_a_model_lies_within_its_interval()
    {
        string asked = Environment.GetEnvironmentVariable("CAPACITY_THEORY") ?? "";
        bool full = asked.StartsWith("full", StringComparison.Ordinal);
        string only = full ? asked["full".Length..].Trim() : "";
        IReadOnlyList<Oracle> oracles = [.. Oracle.All().Where(o => o.Id.StartsWith(only, StringComparison.Ordinal))];
        var lines = new string[oracles.Count];
        var wrong = new List<string>[oracles.Count];
        int[] heaviestFirst = [.. Enumerable.Range(0, oracles.Count).OrderByDescending(
            i => OracleModel.Of(oracles[i], full)?.Load ?? 1)];
        Parallel.ForEach(
            heaviestFirst, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) },
            i => (lines[i], wrong[i]) = Judge(oracles[i], full));
        var table = new StringBuilder();
        int covered = lines.Count(l => !l.Contains("no such model", StringComparison.Ordinal));
        table.AppendLine(CultureInfo.InvariantCulture, $"{covered} of {oracles.Count} oracles have a model here");
        table.AppendJoin('\n', lines.Order(StringComparer.Ordinal)).AppendLine();
        table.AppendJoin('\n', wrong.SelectMany(w => w).Select(w => $"WRONG {w}")).AppendLine();
        output.WriteLine(table.ToString());
        string folder = Repository.At("artifacts");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "theory.txt"), table.ToString());
        Assert.Empty(wrong.SelectMany(w => w));
        Assert.Equal(oracles.Count, covered);
    }

    private static bool IsOfSeries(string name) => name.StartsWith("series_", StringComparison.Ordinal);

    private static (string Line, List<string> Wrong) Judge(Oracle oracle, bool full)
    {
        var wrong = new List<string>();
        OracleModel? model = OracleModel.Of(oracle, full);
        Func<double, ulong, Func<string, double?>>? run = OracleCompositions.Of(oracle);
        if (model is null && run is null)
        {
            return ($"{oracle.Id,-32} no such model", wrong);
        }

        (int seeds, double t999) = full ? (20, 3.883) : (10, 4.781); // Student's t, 99.9 % two-sided
        double needed = model is null ? 1e7
            : 2e6 / ((1 - model.Load) * (1 - model.Load))
                * (model.Law is ServiceLaw.Exponential && model.Servers == 1 ? 1 : 2);
        bool isTransient = oracle.Values.Keys.Any(IsOfSeries);
        needed = isTransient ? 1.2e9 : needed; // half a million passes through the load
        double requests = isTransient ? (full ? needed : 5e6)
            : full ? Math.Min(needed, 4e8)
            : model?.Users > 0 ? 2e5 : 5e5;
        seeds = isTransient ? 40 : seeds;
        t999 = isTransient ? 5.6 : t999; // 39 degrees of freedom, and some hundred values instead of a few
        // until all is steady
        requests = model?.Replicas > 10 ? Math.Max(requests, (full ? 2e5 : 2e4) * model.Replicas) : requests;
        run ??= model!.Run;
        Func<string, double?>[] runs =
            [.. Enumerable.Range(1, seeds).Select(seed => run(requests / seeds, (ulong)seed))];
        double band = model?.Band ?? 0;
        double worst = 0;
        int judged = 0;
        foreach ((string name, double stated) in oracle.Values)
        {
            double expected = name == "Wq" && model?.ExactWait is { } exact ? exact : stated;
            bool ofAnother = name == "erlangB" && model?.Service.Queue != 0; // the same servers without a queue
            bool tooRare = !full && name.EndsWith("p999", StringComparison.Ordinal); // biased in short runs
            // no fifth moment: the estimate has no variance
            bool noInterval = name == "varWq" && model?.Law is ServiceLaw.Pareto;
            bool isShare = name.Contains("_P_", StringComparison.Ordinal);
            tooRare |= isShare && Math.Min(expected, 1 - expected) * requests < 2.5e3 * 500; // in fewer than 500 passes
            if (ofAnother || tooRare || noInterval)
            {
                continue;
            }

            double?[] found = [.. runs.Select(r => r(name))];
            if (found.Contains(null))
            {
                continue;
            }

            double[] measured = [.. found.Select(v => v!.Value)];
            double mean = measured.Average();
            double half = t999 * Math.Sqrt(measured.Sum(m => (m - mean) * (m - mean)) / (seeds - 1) / seeds);
            double off = expected == 0 ? Math.Abs(mean) : Math.Abs((mean / expected) - 1);
            double allowed = half + (Math.Abs(expected) * ((full ? 0 : 3e-4) + band)); // short runs: start-up
            allowed += expected == 0 ? 1e-3 : 0; // a quantile at the very edge of those who do not wait, seconds
            judged++;
            bool isMean = Means.Contains(name) || name.EndsWith("_EN", StringComparison.Ordinal)
                || name.Contains("E_replica", StringComparison.Ordinal);
            bool precise = full && isMean && band <= 0.001;
            worst = precise || !full ? Math.Max(worst, off) : worst;
            if (Math.Abs(mean - expected) > allowed || (precise && off > 0.005))
            {
                wrong.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{oracle.Id} {name}: {mean:G8} ± {half:G3}, expected {expected:G8}, off {off:P3}"));
            }
        }

        return (string.Create(
            CultureInfo.InvariantCulture,
            $"{oracle.Id,-32} {judged,2} values, {requests:0.0e0} requests, means off by at most {worst:P3}"), wrong);
    }
}
