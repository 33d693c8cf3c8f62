using Capacity.Sim.Tuning;

namespace Capacity.Tests.Tuning;

public sealed class SobolSequenceTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(77UL)]
    public void Every_dimension_has_one_point_in_each_of_the_equal_parts(ulong seed)
    {
        var sequence = new SobolSequence(SobolSequence.Covered, seed);
        double[][] points = [.. Enumerable.Range(0, 256).Select(_ => sequence.Next())];
        for (int d = 0; d < SobolSequence.Covered; d++)
        {
            Assert.Equal(256, points.Select(p => (int)(p[d] * 256)).Distinct().Count());
        }
    }

    [Fact]
    public void The_first_two_dimensions_form_a_net()
    {
        var sequence = new SobolSequence(2, 5);
        double[][] points = [.. Enumerable.Range(0, 64).Select(_ => sequence.Next())];
        foreach ((int wide, int high) in new[] { (1, 64), (2, 32), (4, 16), (8, 8), (16, 4), (32, 2), (64, 1) })
        {
            Assert.Equal(64, points.Select(p => ((int)(p[0] * wide), (int)(p[1] * high))).Distinct().Count());
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_points_also_beyond_the_table()
    {
        var one = new SobolSequence(40, 3);
        var other = new SobolSequence(40, 3);
        for (int i = 0; i < 20; i++)
        {
            double[] point = one.Next();
            Assert.Equal(point, other.Next());
            Assert.All(point, x => Assert.InRange(x, 0, 1 - 1e-12));
        }
    }
}
