using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Tests.Regression;

public sealed class RegressionTestTests
{
    [Theory]
    [InlineData(1.0, RegressionVerdict.Passed)]
    [InlineData(0.8, RegressionVerdict.Passed)]
    [InlineData(1.25, RegressionVerdict.Regressed)]
    [InlineData(1.03, RegressionVerdict.NotEnoughEvidence)]
    public void The_verdict_follows_the_change(double slower, RegressionVerdict expected)
    {
        RegressionReport report = SampleRuns.Report(slower: slower);

        Assert.Equal(expected, report.Verdict);
        MetricOutcome p99 = report.Metrics[0];
        Assert.Equal(ComparedMetric.LatencyP99, p99.Metric);
        Assert.InRange(p99.Change, slower - 1.02, slower - 0.98);
        Assert.True(p99.Low <= p99.Change && p99.Change <= p99.High);
        Assert.Equal(slower < 0.9, p99.Better);
    }

    [Fact]
    public void Fewer_than_six_pairs_are_never_a_verdict()
    {
        Assert.Equal(RegressionVerdict.NotEnoughEvidence, SampleRuns.Report(pairs: 5, slower: 3).Verdict);
        RegressionReport one = SampleRuns.Report(pairs: 1, slower: 3);
        Assert.Equal(RegressionVerdict.NotEnoughEvidence, one.Verdict);
        Assert.Contains("needs at least 6", Assert.Single(one.Cautions), StringComparison.Ordinal);
        Assert.True(double.IsNaN(one.Metrics[0].Change));
    }

    [Fact]
    public void Noise_makes_the_answer_open_and_not_wrong() =>
        Assert.Equal(RegressionVerdict.NotEnoughEvidence, SampleRuns.Report(noise: 0.3).Verdict);

    [Fact]
    public void More_errors_regress_and_a_few_more_do_not()
    {
        RegressionReport many = SampleRuns.Report(failedAfter: 20); // 0.5 %
        RegressionReport few = SampleRuns.Report(failedAfter: 2); // 0.05 %

        Assert.Equal(RegressionVerdict.Regressed, many.Metrics[1].Verdict);
        Assert.Equal(0.005, many.Metrics[1].Change, 1e-9);
        Assert.Equal(RegressionVerdict.Passed, few.Metrics[1].Verdict);
    }

    [Fact]
    public void Less_throughput_is_worse()
    {
        MetricOutcome throughput = SampleRuns.Report(failedAfter: 400).Metrics[2]; // a tenth of the answers

        Assert.Equal(RegressionVerdict.Regressed, throughput.Verdict);
        Assert.Equal(-0.1, throughput.Change, 1e-9);
        Assert.True(throughput.Margin < 0);
    }

    [Fact]
    public void Runs_that_were_not_taken_in_turns_get_a_wider_margin_and_say_so()
    {
        RegressionReport blocks = SampleRuns.Report(slower: 1.07, inTurns: false);
        RegressionReport turns = SampleRuns.Report(slower: 1.07);

        Assert.Equal(RegressionVerdict.Regressed, turns.Verdict);
        Assert.NotEqual(RegressionVerdict.Regressed, blocks.Verdict);
        Assert.Contains(blocks.Cautions, c => c.Contains("not measured in turns", StringComparison.Ordinal));
        Assert.Empty(turns.Cautions);
        Assert.Empty(SampleRuns.Report(provenance: Provenance.Simulated).Cautions);
    }

    [Fact]
    public void A_build_that_answers_nothing_is_regressed_by_its_errors()
    {
        (ComparedSet before, ComparedSet after) = SampleRuns.Sides(8);
        after = after with
        {
            Runs = [.. after.Runs.Select(r => r with
            {
                Totals = new RequestCounts(4000, 0, 4000, 0),
                Latency = new LatencyHistogram(),
            })],
        };
        RegressionTest.Compare(before, after, new RegressionSettings()).TryGet(out RegressionReport? report);

        Assert.Equal(RegressionVerdict.Regressed, report!.Verdict);
        Assert.Equal(RegressionVerdict.NotEnoughEvidence, report.Metrics[0].Verdict);
        Assert.Contains("nothing was answered", report.Metrics[0].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_simulated_run_that_is_repeated_counts_once()
    {
        (ComparedSet before, _) = SampleRuns.Sides(1, provenance: Provenance.Simulated);
        ComparedSet often = before with { Runs = [.. Enumerable.Repeat(before.Runs[0], 8)] };
        RegressionTest.Compare(often, often with { Label = "new" }, new RegressionSettings())
            .TryGet(out RegressionReport? report);

        Assert.Equal((1, RegressionVerdict.NotEnoughEvidence), (report!.Pairs, report.Verdict));
        Assert.Contains(report.Cautions, c => c.StartsWith("14 runs are left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_runs_pass()
    {
        (ComparedSet before, _) = SampleRuns.Sides(6);
        RegressionTest.Compare(before, before with { Label = "new" }, new RegressionSettings())
            .TryGet(out RegressionReport? report);

        Assert.Equal(RegressionVerdict.Passed, report!.Verdict);
        Assert.All(report.Metrics, m => Assert.Equal(0, m.Change));
    }

    [Fact]
    public void A_few_wild_runs_are_named_when_they_decide()
    {
        (ComparedSet before, ComparedSet after) = SampleRuns.Sides(12, slower: 1.2, noise: 0.002);
        after = after with
        {
            Runs = [.. after.Runs.Select((r, i) => i == 3 ? ComparedRun.Of(SampleRuns.Run(4, mean: 2)) with
            {
                StartedAt = r.StartedAt,
            } : r)],
        };
        RegressionTest.Compare(before, after, new RegressionSettings()).TryGet(out RegressionReport? report);

        Assert.NotEqual(RegressionVerdict.Regressed, report!.Metrics[0].Verdict);
        Assert.Contains("wild runs hide it", report.Metrics[0].Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scenario", "scenario: shop and store")]
    [InlineData("duration", "duration: 20 s and 40 s")]
    [InlineData("kinds", "kinds of requests: all and browse")]
    [InlineData("stages", "stages: peak 20 s and calm 20 s")]
    [InlineData("origin", "origin: measured and simulated")]
    [InlineData("digest", "digest of the load")]
    public void Sides_with_other_loads_are_refused_with_the_differences(string what, string expected)
    {
        (ComparedSet before, ComparedSet after) = SampleRuns.Sides(6);
        LoadShape shape = before.Shape;
        after = after with
        {
            Shape = what switch
            {
                "scenario" => shape with { Scenario = "store" },
                "duration" => shape with { Duration = 40 },
                "kinds" => shape with { Kinds = ["browse"] },
                "stages" => shape with { Phases = "calm 20 s" },
                "origin" => shape with { Provenance = Provenance.Simulated },
                _ => shape with { Digest = "other" },
            },
        };
        Diagnostic fault = Assert.Single(RegressionTest.Compare(before, after, new RegressionSettings()).Diagnostics);

        Assert.Equal("CAP180", fault.Code);
        Assert.Contains(expected, fault.Message.Replace("20.0 s", "20 s", StringComparison.Ordinal)
            .Replace("40.0 s", "40 s", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_seeds_and_other_rates_are_refused()
    {
        (ComparedSet before, ComparedSet after) = SampleRuns.Sides(6);
        ComparedSet seeds = after with { Runs = [.. after.Runs.Select(r => r with { Seed = r.Seed + 100 })] };
        ComparedSet rates = after with
        {
            Shape = after.Shape with { Digest = null },
            Runs = [.. after.Runs.Select(r => r with { Totals = r.Totals with { Scheduled = 5000 } })],
        };

        Assert.Equal("CAP181", Assert.Single(
            RegressionTest.Compare(before, seeds, new RegressionSettings()).Diagnostics).Code);
        Diagnostic other = Assert.Single(RegressionTest.Compare(before, rates, new RegressionSettings()).Diagnostics);
        Assert.Equal("CAP180", other.Code);
        Assert.Contains("requests with seed 1: 4000 and 5000", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Objectives_say_what_is_compared()
    {
        static IReadOnlyList<ComparedMetric> Of(params ObjectiveMetric[] objectives) =>
            ComparedMetrics.Of(new Scenario
            {
                Name = "a",
                Source = new SourceText("a", ""),
                Target = new ScenarioTarget("a", "b", null, "c"),
                Load = [],
                Requests = [],
                Objectives = [.. objectives.Select(o => new Objective(o, 1))],
            });

        Assert.Equal([ComparedMetric.LatencyP99, ComparedMetric.Errors, ComparedMetric.Throughput], Of());
        Assert.Equal(
            [
                ComparedMetric.LatencyP50, ComparedMetric.LatencyP95, ComparedMetric.Errors,
                ComparedMetric.Throughput,
            ],
            Of(ObjectiveMetric.LatencyP95, ObjectiveMetric.Cost, ObjectiveMetric.LatencyP50));
    }

    [Fact]
    public void Nothing_is_called_regressed_more_often_than_promised_at_the_margin_itself()
    {
        var settings = new RegressionSettings { Metrics = [ComparedMetric.LatencyP99] };
        var plan = new SequentialPlan(settings);
        var random = new RandomSource(5, "null");
        int alarms = 0;
        const int Trials = 4000;
        for (int trial = 0; trial < Trials; trial++)
        {
            var differences = new List<double>();
            bool alarm = false;
            while (differences.Count < settings.PairsMax && !alarm)
            {
                differences.Add(Math.Log(1.03) + (0.08 * Normal.Quantile(random.NextUnit())));
                alarm = plan.At(differences.Count) is { } level
                    && PairedTest.Of(differences).ChanceIfAt(Math.Log(1.03)) <= level.Regress;
            }

            alarms += alarm ? 1 : 0;
        }

        // 1 % of 4,000 is 40; 60 is three standard deviations above.
        Assert.InRange(alarms, 15, 60);
    }
}
