using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Benchmarks;

/// <summary>What is compared in one row of the table.</summary>
/// <param name="Name">For machines.</param>
/// <param name="What">For people.</param>
/// <param name="P99">True factor on the 99th percentile of the new build.</param>
/// <param name="Noise">Standard deviation of each run's own factor on the service time.</param>
/// <param name="Drift">How much slower the machine is at the end of 48 runs than at their start.</param>
/// <param name="Wild">Chance of a run that is 30 % slower for reasons of its own.</param>
/// <param name="Requests">Of one run.</param>
/// <param name="Blocks">All runs of the base first, then all of the new build: 12 each, judged once.</param>
internal sealed record ErrorCase(
    string Name, string What, double P99, double Noise, double Drift, double Wild = 0, int Requests = 60_000,
    bool Blocks = false)
{
    public static IReadOnlyList<ErrorCase> All { get; } =
    [
        new("aa_quiet", "same build, quiet machine", 1, 0, 0),
        new("aa", "same build, 2 % noise per run, 4 % drift", 1, 0.02, 0.04),
        new("aa_rough", "same build, 5 % noise, 8 % drift", 1, 0.05, 0.08),
        new("aa_wild", "same build, 2 % noise, 4 % drift, every tenth run 30 % slower", 1, 0.02, 0.04, Wild: 0.1),
        new("margin", "p99 +3 %, exactly the margin; 2 % noise, 4 % drift", 1.03, 0.02, 0.04),
        new("p99_10", "p99 +10 %; 2 % noise, 4 % drift", 1.10, 0.02, 0.04),
        new("p99_10_short", "p99 +10 %, runs of 20,000 requests; 2 % noise, 4 % drift", 1.10, 0.02, 0.04,
            Requests: 20_000),
        new("p99_20", "p99 +20 %; 2 % noise, 4 % drift", 1.20, 0.02, 0.04),
        new("p99_minus_10", "p99 −10 %; 2 % noise, 4 % drift", 0.90, 0.02, 0.04),
        new("aa_blocks", "same build, 12 runs each, not in turns; 2 % noise, 4 % drift", 1, 0.02, 0.04, Blocks: true),
    ];
}

/// <summary>Comparisons of a queue whose quantiles are known exactly.</summary>
internal static class SimulatedComparison
{
    private const int Workers = 4;
    private const double Rate = 0.7 * Workers; // with a mean service time of 1
    private const int RunsOfDrift = 48;
    private const int BlockPairs = 12;
    private const double Unit = 0.01; // seconds, so that a histogram's range fits

    /// <summary>Makes comparisons, each with chances of its own.</summary>
    public static Tally Repeat(ErrorCase row, int comparisons)
    {
        double factor = FactorFor(row.P99);
        var plan = new SequentialPlan(new RegressionSettings());
        var outcomes = new RegressionReport[comparisons];
        Parallel.For(0, comparisons, i => outcomes[i] = row.Blocks
            ? Blocks(row, factor, (ulong)i)
            : InTurns(row, factor, (ulong)i, plan));
        var tally = new Tally();
        foreach (RegressionReport outcome in outcomes)
        {
            tally.Add(outcome.Verdict, outcome.Pairs);
        }

        return tally;
    }

    private static RegressionReport InTurns(ErrorCase row, double factor, ulong number, SequentialPlan plan)
    {
        var settings = new RegressionSettings();
        var chance = new RandomSource(number, row.Name);
        var pairs = new List<RunPair>();
        while (true)
        {
            bool baseFirst = chance.NextUnit() < 0.5;
            int position = 2 * pairs.Count;
            ulong seed = chance.NextBits();
            ComparedRun before = Run(row, 1, seed, position + (baseFirst ? 0 : 1), chance);
            ComparedRun after = Run(row, factor, seed, position + (baseFirst ? 1 : 0), chance);
            pairs.Add(new RunPair(before, after));
            if (plan.At(pairs.Count) is { } levels)
            {
                RegressionReport report = RegressionTest.Judge(Shape, pairs, settings, levels);
                if (report.Verdict != RegressionVerdict.NotEnoughEvidence || pairs.Count == settings.PairsMax)
                {
                    return report;
                }
            }
        }
    }

    private static RegressionReport Blocks(ErrorCase row, double factor, ulong number)
    {
        var chance = new RandomSource(number, row.Name);
        ulong[] seeds = [.. Enumerable.Range(0, BlockPairs).Select(_ => chance.NextBits())];
        ComparedSet Side(double slower, int from) => new("runs", Shape,
        [
            .. seeds.Select((seed, i) =>
                Run(row, slower, seed, (from + i) * RunsOfDrift / (2 * BlockPairs), chance)),
        ]);
        RegressionTest.Compare(Side(1, 0), Side(factor, BlockPairs), new RegressionSettings())
            .TryGet(out RegressionReport? report);
        return report!;
    }

    private static LoadShape Shape { get; } = new("queue", Provenance.Measured, 1, ["all"], "", "digest");

    /// <summary>First come, first served: the next request gets the worker that is free first.</summary>
    private static ComparedRun Run(ErrorCase row, double slower, ulong seed, int position, RandomSource chance)
    {
        double mean = slower * (1 + (row.Noise * Normal.Quantile(chance.NextUnit())))
            * (1 + (row.Drift * position / (RunsOfDrift - 1))) * (chance.NextUnit() < row.Wild ? 1.3 : 1);
        var arrivals = new RandomSource(seed, "arrivals");
        var services = new RandomSource(chance.NextBits(), "services");
        var latency = new LatencyHistogram();
        Span<double> free = stackalloc double[Workers];
        double now = 0;
        for (int i = 0; i < row.Requests; i++)
        {
            now += arrivals.NextExponential(1 / Rate);
            int first = 0;
            for (int w = 1; w < Workers; w++)
            {
                first = free[w] < free[first] ? w : first;
            }

            free[first] = Math.Max(now, free[first]) + services.NextExponential(mean);
            latency.Record((free[first] - now) * Unit);
        }

        return new ComparedRun(seed, null, row.Requests / Rate * Unit,
            new RequestCounts(row.Requests, row.Requests, 0, 0), latency, 0);
    }

    /// <summary>The factor on the service time that changes the 99th percentile by a factor.</summary>
    private static double FactorFor(double p99)
    {
        double wanted = p99 * Quantile99(1);
        return Solve(0.5, 1.4, factor => Quantile99(factor) < wanted);
    }

    /// <summary>The 99th percentile of the response time of M/M/c.</summary>
    private static double Quantile99(double mean)
    {
        double busy = Rate * mean;
        double term = 1;
        double sum = 1;
        for (int k = 1; k < Workers; k++)
        {
            term *= busy / k;
            sum += term;
        }

        double full = term * busy / Workers / (1 - (busy / Workers));
        double waits = full / (sum + full);
        double rate = 1 / mean;
        double drain = (Workers * rate) - Rate;
        double Above(double t) => ((1 - waits) * Math.Exp(-rate * t))
            + (waits * ((drain * Math.Exp(-rate * t)) - (rate * Math.Exp(-drain * t))) / (drain - rate));
        return Solve(0, 1000, t => Above(t) > 0.01);
    }

    private static double Solve(double low, double high, Func<double, bool> below)
    {
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = below(middle) ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
