using Capacity.Model;

namespace Capacity.Tests.Sim;

public sealed class RequestStreamTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Vectors_and_plain_code_draw_the_same_bits(bool exponential)
    {
        double[] byVectors = new double[4096];
        double[] oneByOne = new double[4096];
        new BatchRandom(7, "some").Fill(byVectors, exponential, vectors: true);
        new BatchRandom(7, "some").Fill(oneByOne, exponential, vectors: false);
        Assert.True(byVectors.AsSpan().SequenceEqual(oneByOne));
    }

    [Fact]
    public void The_logarithm_is_right_to_eleven_digits()
    {
        var random = new RandomSource(1, "x");
        for (int i = 0; i < 10_000; i++)
        {
            double x = Math.ScaleB(0.5 + (random.NextUnit() / 2), -random.NextIndex(52));
            Assert.Equal(-Math.Log(x), UnitExponential.Of(x), Math.Max(1e-300, 2e-12 * -Math.Log(x)) + 1e-16);
        }
    }

    [Fact]
    public void Asking_piece_by_piece_gives_the_same_requests()
    {
        (double[] at, int[] kinds, double[] units) = Draw(5_000, 5_000, ArrivalSpacing.Poisson);
        (double[] at2, int[] kinds2, double[] units2) = Draw(5_000, 37, ArrivalSpacing.Poisson);
        Assert.Equal(at, at2);
        Assert.Equal(kinds, kinds2);
        Assert.Equal(units, units2);
        Assert.Equal(at.Order(), at);
    }

    [Fact]
    public void Each_stretch_gets_as_many_requests_as_its_rate_says()
    {
        (double[] at, int[] kinds, _) = Draw(1_000_000, 1024, ArrivalSpacing.Poisson);
        AssertNear(10 * 500, at.Count(t => t < 10));
        AssertNear(100 * 1250, at.Count(t => t is >= 10 and < 110));
        AssertNear(100 * 1250 / 4.0, at.Count(t => t is >= 10 and < 110 && kinds[Array.BinarySearch(at, t)] == 1));
        Assert.DoesNotContain(at, t => t is >= 110 and < 120);
        AssertNear(50 * 1000, at.Count(t => t >= 120));
        static void AssertNear(double expected, int count) =>
            Assert.InRange(count, expected - (4.5 * Math.Sqrt(expected)), expected + (4.5 * Math.Sqrt(expected)));
    }

    [Fact]
    public void Even_arrivals_stand_in_the_middle_of_their_share_of_the_load()
    {
        var stream = new RequestStream(new ArrivalProfile([new RateSegment(0, 2, 2, 2)]), ArrivalSpacing.Even, [1], 1);
        double[] at = new double[10];
        Assert.Equal(4, stream.Fill(at, new int[10], new double[10]));
        Assert.Equal([0.25, 0.75, 1.25, 1.75], at[..4]);
    }

    private static (double[] At, int[] Kinds, double[] Units) Draw(int most, int piece, ArrivalSpacing spacing)
    {
        var profile = new ArrivalProfile(
            [new(0, 10, 500, 500), new(10, 110, 500, 2000), new(110, 120, 0, 0), new(120, 170, 1000, 1000)]);
        var stream = new RequestStream(profile, spacing, [3, 1], 11);
        double[] at = new double[most];
        int[] kinds = new int[most];
        double[] units = new double[most];
        int filled = 0;
        int got;
        do
        {
            int length = Math.Min(piece, most - filled);
            got = stream.Fill(at.AsSpan(filled, length), kinds.AsSpan(filled, length), units.AsSpan(filled, length));
            filled += got;
        }
        while (got > 0 && filled < most);
        return (at[..filled], kinds[..filled], units[..filled]);
    }
}
