using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class ArrivalSpacingTests
{
    private const double Seconds = 20_000;
    private static readonly ArrivalProfile Steady = new([new RateSegment(0, Seconds, 50, 50)]);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(25, 25)]
    public void Gaps_have_the_mean_and_the_variability_that_was_asked_for(double variability, double expected)
    {
        double[] gaps = Gaps(Drawn(Steady, new ArrivalSpacing.Variable(variability), 1));
        double mean = gaps.Average();
        double squared = gaps.Average(g => (g - mean) * (g - mean)) / (mean * mean);
        Assert.Equal(1 / 50.0, mean, 0.02 / 50 * Math.Sqrt(expected));
        Assert.InRange(squared, 0.95 * expected, 1.05 * expected);
    }

    [Fact]
    public void A_variability_of_one_is_poisson_to_the_bit()
    {
        var profile = new ArrivalProfile([new RateSegment(0, 100, 20, 80)]);
        double[] poisson = Drawn(profile, ArrivalSpacing.Poisson, 3);
        double[] variable = Drawn(profile, new ArrivalSpacing.Variable(1), 3);
        Assert.Equal(poisson, variable);
    }

    /// <summary>Counts in windows of t have the index of dispersion of a two-state process:
    /// 1 + 2 V/λ (1/r − (1 − e^(−r t))/(r² t)), V the variance of the rate, r the sum of the switching rates.</summary>
    [Theory]
    [InlineData(5, 0.1, 20, 10)]
    [InlineData(3, 0.25, 4, 30)]
    public void Bursts_scatter_counts_as_a_two_state_process_does(
        double factor, double share, double length, double window)
    {
        var spacing = new ArrivalSpacing.Bursty(factor, share, length);
        double rate = 50;
        double sum = (1 / length) + (1 / spacing.MeanCalm);
        double variance = (share * rate * rate * factor * factor)
            + ((1 - share) * rate * rate * spacing.CalmFactor * spacing.CalmFactor) - (rate * rate);
        double expected = 1 + (2 * variance / rate
            * ((1 / sum) - ((1 - Math.Exp(-sum * window)) / (sum * sum * window))));

        var dispersions = new List<double>();
        var totals = new List<double>();
        for (ulong seed = 1; seed <= 40; seed++)
        {
            double[] at = Drawn(Steady, spacing, seed);
            var counts = new double[(int)(Seconds / window)];
            foreach (double t in at.Where(t => t < counts.Length * window))
            {
                counts[(int)(t / window)]++;
            }

            // Around the known mean, so that the estimate is unbiased.
            dispersions.Add(counts.Average(c => (c - (rate * window)) * (c - (rate * window))) / (rate * window));
            totals.Add(at.Length);
        }

        Near(expected, dispersions);
        Near(rate * Seconds, totals);
    }

    [Fact]
    public void Bursts_follow_a_changing_rate()
    {
        var profile = new ArrivalProfile([new RateSegment(0, 500, 0, 200), new RateSegment(500, 600, 0, 0),
            new RateSegment(600, 1_000, 300, 0)]);
        var early = new List<double>();
        var late = new List<double>();
        for (ulong seed = 1; seed <= 60; seed++)
        {
            double[] at = Drawn(profile, new ArrivalSpacing.Bursty(4, 0.2, 3), seed);
            Assert.Equal(at.Order(), at);
            early.Add(at.Count(t => t < 250));
            late.Add(at.Count(t => t >= 600));
            Assert.DoesNotContain(at, t => t is >= 500 and < 600);
        }

        Near(12_500, early);
        Near(60_000, late);
    }

    [Fact]
    public void Bursts_played_faster_are_the_same_arrivals_closer_together()
    {
        ArrivalSpacing spacing = new ArrivalSpacing.Bursty(5, 0.1, 20);
        LoadStage[] stages = [new LoadStage.Sine("day", 40, 30, 600, 100, 1_200), new LoadStage.Open("calm", 9, 0, 60)];
        double[] slow = Drawn(LoadPlan.Of(stages), spacing, 5);
        double[] fast = Drawn(LoadPlan.Of(stages, demand: 20, speed: 20), spacing.Faster(20), 5);
        Assert.Equal(slow.Length, fast.Length);
        Assert.All(slow.Zip(fast), pair => Assert.Equal(pair.First / 20, pair.Second, 1e-6));
    }

    [Fact]
    public void Drawing_in_pieces_gives_the_same_arrivals()
    {
        ArrivalSpacing spacing = new ArrivalSpacing.Bursty(5, 0.1, 0.5);
        Assert.Equal(Drawn(Steady, spacing, 9, 1024), Drawn(Steady, spacing, 9, 37));
    }

    private static void Near(double expected, List<double> values)
    {
        double mean = values.Average();
        double error = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)) / (values.Count - 1));
        Assert.InRange(mean, expected - (4.5 * error), expected + (4.5 * error));
        Assert.True(error < 0.05 * expected, $"{error} is too wide for {expected}");
    }

    private static double[] Gaps(double[] at) => [.. at.Zip(at.Skip(1), (a, b) => b - a)];

    private static double[] Drawn(ArrivalProfile profile, ArrivalSpacing spacing, ulong seed, int piece = 1024) =>
        Drawn(new LoadPlan(profile, [], [], profile.Duration), spacing, seed, piece);

    internal static double[] Drawn(LoadPlan plan, ArrivalSpacing spacing, ulong seed, int piece = 1024)
    {
        var stream = new RequestStream(plan.Open, spacing, [1.0], seed, plan.Recorded);
        var all = new List<double>();
        var at = new double[piece];
        var kinds = new int[piece];
        var units = new double[piece];
        for (int got = stream.Fill(at, kinds, units); got > 0; got = stream.Fill(at, kinds, units))
        {
            all.AddRange(at.AsSpan(0, got));
        }

        return [.. all];
    }
}
