using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Tests.Regression;

/// <summary>Runs of invented numbers.</summary>
internal static class SampleRuns
{
    public static readonly DateTimeOffset Start = new(2025, 11, 21, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A run whose response times are exponential around a mean.</summary>
    public static RunResult Run(ulong seed, double mean = 0.02, int requests = 4000, int failed = 0,
        DateTimeOffset? at = null, Provenance provenance = Provenance.Measured)
    {
        var random = new RandomSource(seed, "sample run");
        var latency = new LatencyHistogram();
        for (int i = 0; i < requests; i++)
        {
            latency.Record(random.NextExponential(mean));
        }

        var counts = new RequestCounts(requests, requests - failed, failed, 0);
        return new RunResult
        {
            Provenance = provenance,
            Scenario = "shop",
            Seed = seed,
            Duration = 20,
            Step = 20,
            Series = new RunSeries
            {
                Offered = [requests / 20.0],
                Completed = [requests / 20.0],
                Errors = [(double)failed / requests],
                P50 = [mean],
                P95 = [mean * 3],
                P99 = [mean * 4.6],
                Desired = [0],
                Ready = [0],
            },
            Totals = counts,
            Kinds =
            [
                new KindResult("all", counts, latency, new LatencyHistogram(), new SortedDictionary<int, long>()),
            ],
            ScaleActions = [],
            Alerts = [],
            ReplicaHours = 0.5,
            Phases = [new PhaseSpan("peak", 0, 20)],
            StartedAt = at,
            LoadDigest = "abc",
        };
    }

    /// <summary>Two sides, measured in turns; the second is slower by a factor and each run has some noise.</summary>
    public static (ComparedSet Before, ComparedSet After) Sides(
        int pairs, double slower = 1, double noise = 0.01, int failedAfter = 0, bool inTurns = true,
        Provenance provenance = Provenance.Measured)
    {
        var random = new RandomSource(99, "noise");
        double Noise() => 1 + (noise * Normal.Quantile(random.NextUnit()));
        DateTimeOffset? At(int i, bool after) => provenance == Provenance.Simulated ? null
            : Start.AddMinutes(inTurns ? (2 * i) + (after ? 1 : 0) : i + (after ? pairs : 0));
        ComparedSet Side(string name, bool after) => new(name, LoadShape.Of(Run(1, provenance: provenance)),
        [
            .. Enumerable.Range(0, pairs).Select(i => ComparedRun.Of(Run((ulong)i + 1,
                0.02 * (after ? slower : 1) * Noise(), failed: after ? failedAfter : 0, at: At(i, after),
                provenance: provenance))),
        ]);
        return (Side("base", after: false), Side("new", after: true));
    }

    public static RegressionReport Report(
        int pairs = 12, double slower = 1, double noise = 0.01, int failedAfter = 0, bool inTurns = true,
        Provenance provenance = Provenance.Measured, RegressionSettings? settings = null)
    {
        (ComparedSet before, ComparedSet after) = Sides(pairs, slower, noise, failedAfter, inTurns, provenance);
        Assert.True(RegressionTest.Compare(before, after, settings ?? new RegressionSettings())
            .TryGet(out RegressionReport? report));
        return report;
    }
}
