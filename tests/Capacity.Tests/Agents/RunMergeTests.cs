using Capacity.Model;

namespace Capacity.Tests.Agents;

public sealed class RunMergeTests
{
    [Fact]
    public void Counts_and_percentiles_of_all_requests_are_those_of_one_generator()
    {
        var random = new RandomSource(7, "latencies");
        double[] latencies =
            [.. Enumerable.Range(0, 9_999).Select(_ => 0.001 + (random.NextUnit() * random.NextUnit()))];
        RunResult one = Run(latencies);
        RunResult merged = RunMerge.Of(
            [.. Enumerable.Range(0, 3).Select(i => Run([.. latencies.Where((_, n) => n % 3 == i)]))]);

        Assert.Equal(one.Totals, merged.Totals);
        Assert.True(one.Kinds[0].Latency.Counts.SequenceEqual(merged.Kinds[0].Latency.Counts));
        foreach (double share in (double[])[0, 0.5, 0.9, 0.99, 0.999, 1])
        {
            Assert.Equal(one.Kinds[0].Latency.Quantile(share), merged.Kinds[0].Latency.Quantile(share));
        }

        Assert.Equal(one.Series.Offered, merged.Series.Offered);
        Assert.Equal(one.Series.Completed, merged.Series.Completed);
        Assert.Equal([KeyValuePair.Create(200, 9_999L)], merged.Kinds[0].StatusCodes);
    }

    [Fact]
    public void Errors_are_weighted_by_requests_and_an_idle_agent_does_not_count()
    {
        RunResult busy = Run([0.1, 0.1, 0.1]) with { Series = Series(3, 0.5, 0.2) };
        RunResult idle = Run([]) with { Series = Series(0, 0, double.NaN) };

        RunResult merged = RunMerge.Of([busy, idle]);
        Assert.Equal(0.5, merged.Series.Errors[0], 12);
        Assert.Equal(0.2, merged.Series.P99[0], 12);
        Assert.Equal(
            0.25, RunMerge.Of([busy, Run([1, 1, 1]) with { Series = Series(3, 0, 0.4) }]).Series.Errors[0], 12);
        Assert.True(double.IsNaN(RunMerge.Of([idle, idle]).Series.P50[0]));
        Assert.Equal(0, RunMerge.Of([idle, idle]).Series.Errors[0]);
    }

    [Fact]
    public void The_worst_punctuality_and_the_CPU_time_of_all_are_told()
    {
        GeneratorHealth health = RunMerge.Of([Run([1]) with { Generator = new GeneratorHealth(0.1, 0.5, 0.25) },
            Run([1]) with { Generator = new GeneratorHealth(0.2, 0.3, 0.5) }]).Generator!;
        Assert.Equal((0.2, 0.5, 0.75), (health.LatenessP50, health.LatenessP99, health.CpuShare));
    }

    [Fact]
    public void Parts_of_different_runs_are_refused() =>
        Assert.Throws<ArgumentException>(() => RunMerge.Of([Run([1]), Run([1]) with { Seed = 2 }]));

    private static RunSeries Series(double completed, double errors, double latency) => new()
    {
        Offered = [completed],
        Completed = [completed],
        Errors = [errors],
        P50 = [latency],
        P95 = [latency],
        P99 = [latency],
        Desired = [0],
        Ready = [0],
    };

    private static RunResult Run(double[] latencies)
    {
        var histogram = new LatencyHistogram();
        Array.ForEach(latencies, histogram.Record);
        var counts = new RequestCounts(latencies.Length, latencies.Length, 0, 0);
        return new RunResult
        {
            Provenance = Provenance.Measured,
            Scenario = "s",
            Seed = 1,
            Duration = 1,
            Step = 1,
            Series = Series(latencies.Length, 0, 0.5),
            Totals = counts,
            Kinds = [new KindResult("k", counts, histogram, new LatencyHistogram(),
                new SortedDictionary<int, long> { [200] = latencies.Length })],
            ScaleActions = [],
            Alerts = [],
            ReplicaHours = 0,
        };
    }
}
