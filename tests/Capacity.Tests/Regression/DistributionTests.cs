using Capacity.Model;
using Capacity.Reports;
using Reference = MathNet.Numerics.Distributions;

namespace Capacity.Tests.Regression;

public sealed class DistributionTests
{
    public static TheoryData<double> Points => [-6, -2.3, -0.1, 0, 0.5, 1, 2.99, 3, 3.01, 4.5, 7];

    [Theory]
    [MemberData(nameof(Points))]
    public void The_normal_tail_is_that_of_an_independent_library(double x)
    {
        double expected = Reference.Normal.CDF(0, 1, -x);

        Assert.Equal(expected, NormalTail.Above(x), expected * 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(23)]
    [InlineData(200)]
    public void Students_tail_and_its_inverse_are_those_of_an_independent_library(int freedom)
    {
        foreach (double t in (double[])[-3, 0, 0.7, 2.5, 9])
        {
            Assert.Equal(1 - StudentT.Above(t, freedom), Reference.StudentT.CDF(0, 1, freedom, t), 1e-9);
        }

        foreach (double chance in (double[])[0.9, 0.5, 0.05, 0.01, 1e-4, 2.6e-7])
        {
            Assert.Equal(chance, StudentT.Above(StudentT.ExceededWith(chance, freedom), freedom), chance * 1e-4);
        }
    }

    /// <summary>Source: the bounds of five equal looks at a one-sided level of 0.025, as published for the spending
    /// function like O'Brien and Fleming's.</summary>
    [Fact]
    public void The_bounds_of_five_looks_are_the_published_ones()
    {
        double[] levels = SequentialPlan.Levels(0.025, [0.2, 0.4, 0.6, 0.8, 1]);

        double[] bounds = [.. levels.Select(level => -Capacity.Model.Normal.Quantile(level))];
        double[] published = [4.8769, 3.3569, 2.6803, 2.2898, 2.0310];
        Assert.All(bounds.Zip(published), b => Assert.Equal(b.Second, b.First, 0.002));
    }

    [Fact]
    public void One_look_gets_the_whole_level() =>
        Assert.Equal(0.01, Assert.Single(SequentialPlan.Levels(0.01, [1])), 1e-5);

    [Fact]
    public void Looks_come_after_6_8_and_so_on_up_to_24_pairs()
    {
        var plan = new SequentialPlan(new RegressionSettings());

        Assert.Equal([6, 8, 10, 12, 14, 16, 18, 20, 22, 24], plan.Looks);
        Assert.Null(plan.At(7));
        Assert.True(plan.At(6)!.Value.Regress < 1e-5);
        Assert.InRange(plan.At(24)!.Value.Regress, 0.0075, 0.0099);
    }

    [Theory]
    [InlineData(new[] { 1.0, 2, 3 }, 2.0)]
    [InlineData(new[] { 1.0, 2, 100 }, 2.0)]
    [InlineData(new[] { -1.0, 1 }, 0.0)]
    public void The_middle_is_the_median_of_means_of_pairs(double[] differences, double smallest) =>
        Assert.True(SignedRank.Middle(differences) >= smallest - 1e-12);

    [Fact]
    public void Chances_of_ranks_are_those_of_counting_every_choice_of_signs()
    {
        double[] differences = [0.5, -0.2, 0.9, 0.3, -0.1, 0.7, 1.4, -0.6];
        double[] sizes = [.. differences.Select(Math.Abs).Order()];
        double Sum(Func<int, bool> positive) =>
            Enumerable.Range(0, sizes.Length).Where(positive).Sum(i => i + 1.0);
        double observed = Sum(i => differences.Contains(sizes[i]));
        int extreme = Enumerable.Range(0, 256).Count(signs => Sum(i => (signs >> i & 1) == 1) >= observed);

        Assert.Equal(extreme / 256.0, SignedRank.ChanceIfAt(differences, 0), 1e-12);
    }
}
