using System.Globalization;
using System.Text;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Theory;

/// <summary>
/// Every closed-form result whose model the simulator has. <c>CAPACITY_THEORY=full</c> takes as many requests as means
/// within 0.5 % need, some minutes; otherwise a few seconds, and only the intervals are judged.
/// </summary>
public sealed class OracleSuiteTests(ITestOutputHelper output)
{
    private const int Seeds = 10;
    private const double T999 = 4.781; // Student's t, 9 degrees of freedom, 99.9 % two-sided
    private static readonly string[] Means =
        ["W", "Wq", "R", "X", "L", "blocking", "P_abandon", "throughput", "E_wait_all", "erlangB"];

    [Fact]
    public void Every_oracle_with_a_model_lies_within_its_interval()
    {
        bool full = Environment.GetEnvironmentVariable("CAPACITY_THEORY") == "full";
        IReadOnlyList<Oracle> oracles = Oracle.All();
        var lines = new string[oracles.Count];
        var wrong = new List<string>[oracles.Count];
        int[] heaviestFirst = [.. Enumerable.Range(0, oracles.Count).OrderByDescending(
            i => OracleModel.Of(oracles[i])?.Load ?? 0)];
        Parallel.ForEach(
            heaviestFirst, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) },
            i => (lines[i], wrong[i]) = Judge(oracles[i], full));
        var table = new StringBuilder();
        int covered = lines.Count(l => !l.Contains("no such model", StringComparison.Ordinal));
        table.AppendLine(CultureInfo.InvariantCulture, $"{covered} of {oracles.Count} oracles have a model here");
        table.AppendJoin('\n', lines.Order(StringComparer.Ordinal)).AppendLine();
        output.WriteLine(table.ToString());
        string folder = Repository.At("artifacts");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "theory.txt"), table.ToString());
        Assert.Empty(wrong.SelectMany(w => w));
        Assert.True(covered >= oracles.Count * 3 / 4, $"only {covered} of {oracles.Count} are covered");
    }

    private static (string Line, List<string> Wrong) Judge(Oracle oracle, bool full)
    {
        var wrong = new List<string>();
        if (OracleModel.Of(oracle) is not { } model)
        {
            return ($"{oracle.Id,-28} no such model", wrong);
        }

        double needed = 2e6 / ((1 - model.Load) * (1 - model.Load)) * (model.Law is ServiceLaw.Exponential ? 1 : 2);
        double requests = full ? Math.Min(needed, 4e8) : 1e6;
        requests = model.Users > 0 || model.Service.Cores is not null ? requests / 5 : requests;
        Func<string, double?>[] runs =
            [.. Enumerable.Range(1, Seeds).Select(seed => model.Run(requests / Seeds, (ulong)seed))];
        double worst = 0;
        int judged = 0;
        foreach ((string name, double expected) in oracle.Values)
        {
            bool ofAnother = name == "erlangB" && model.Service.Queue != 0; // the same servers without a queue
            bool tooRare = !full && name.EndsWith("p999", StringComparison.Ordinal); // biased in short runs
            if (ofAnother || tooRare)
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
            double half = T999 * Math.Sqrt(measured.Sum(m => (m - mean) * (m - mean)) / (Seeds - 1) / Seeds);
            double off = expected == 0 ? Math.Abs(mean) : Math.Abs((mean / expected) - 1);
            double allowed = half + (Math.Abs(expected) * (3e-4 + model.Band)); // 3e-4: start-up and tables
            judged++;
            bool precise = full && Means.Contains(name) && model.Band == 0;
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
            $"{oracle.Id,-28} {judged,2} values, {requests:0.0e0} requests, means off by at most {worst:P3}"), wrong);
    }
}
