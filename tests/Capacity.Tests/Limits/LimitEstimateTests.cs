using Capacity.Cli.Limits;
using Capacity.Model;

namespace Capacity.Tests.Limits;

public sealed class LimitEstimateTests
{
    [Fact]
    public void The_interval_covers_the_limit_as_often_as_it_says()
    {
        int covered = 0;
        for (ulong seed = 1; seed <= 400; seed++)
        {
            RateLimit limit = LimitEstimate.Of(Probes(seed, truth: 160, noise: 0.25, count: 12), Math.Log(155))!
                .ToLimit();
            covered += limit.Low <= 160 && 160 <= limit.High ? 1 : 0;
        }

        Assert.InRange(covered, 360, 400);
    }

    [Fact]
    public void Probes_of_a_late_generator_and_those_far_off_do_not_count()
    {
        LimitProbe[] good = [.. Probes(1, truth: 160, noise: 0, count: 6)];
        LimitProbe[] all = [.. good, Probe(160, 4) with { Busy = true }, Probe(400, 5)];

        LimitEstimate estimate = LimitEstimate.Of(all, Math.Log(160))!;
        Assert.Equal(6, estimate.Count);
        Assert.Equal(160, Math.Exp(estimate.LogRate), 0.5);
        Assert.Null(LimitEstimate.Of(all.Skip(3), Math.Log(160)));
    }

    [Theory]
    [InlineData(0.01, 163.2)] // the model is sure and agrees
    [InlineData(0.0001, 163.0)]
    public void A_model_that_agrees_makes_the_answer_surer_and_the_interval_covers_both(double error, double expected)
    {
        var measured = new LimitEstimate(Math.Log(166), 0.04, 12);
        var model = new LimitEstimate(Math.Log(163), error, int.MaxValue);

        RateLimit limit = LimitEstimate.Together(measured, model);
        Assert.Equal(expected, limit.Rate, 0.3);
        Assert.True(limit.Low <= measured.ToLimit().Low && limit.High >= measured.ToLimit().High);
    }

    [Fact]
    public void Where_the_model_disagrees_the_probes_are_right_and_the_interval_covers_both()
    {
        var measured = new LimitEstimate(Math.Log(120), 0.02, 12);
        var model = new LimitEstimate(Math.Log(163), 0.02, int.MaxValue);

        RateLimit limit = LimitEstimate.Together(measured, model);
        Assert.Equal(120, limit.Rate, 1e-9);
        Assert.InRange(163, limit.Low, limit.High);
    }

    [Theory]
    [InlineData(198, 0.020, 1, 4)]
    [InlineData(398, 0.020, 2, 4)]
    [InlineData(175, 0.020, 1, null)]
    [InlineData(48, 0.020, 1, 1)]
    public void Workers_are_throughput_times_service_or_unknown(
        double rate, double service, int replicas, int? expected) =>
        Assert.Equal(expected, new Plateau(rate, service).Workers(replicas));

    private static IEnumerable<LimitProbe> Probes(ulong seed, double truth, double noise, int count)
    {
        var random = new RandomSource(seed, "probes");
        for (int i = 0; i < count; i++)
        {
            double rate = truth * Math.Exp(0.06 * ((i % 3) - 1));
            double normal = Enumerable.Range(0, 12).Sum(_ => random.NextUnit()) - 6;
            yield return Probe(rate, (4 * Math.Log(rate / truth)) + (noise * normal));
        }
    }

    private static LimitProbe Probe(double rate, double excess) => new(rate, excess, 0.1, 0.1, 0.1, 0.1, 0);
}
