using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class RunningSumsTests
{
    [Fact]
    public void Processors_with_and_without_wide_registers_add_alike()
    {
        double[] gaps = new double[64_000];
        new BatchRandom(3, "arrivals").FillExponentials(gaps);
        double[] other = [.. gaps];
        RunningSums.OfBlocks(gaps);
        RunningSums.OfBlocks(other, vectors: false);
        Assert.Equal(other, gaps);
    }

    [Fact]
    public void Sums_begin_anew_in_each_block_and_never_fall()
    {
        double[] values = [.. Enumerable.Range(0, 800).Select(i => i % 5 == 0 ? 1e-300 : i * 0.1)];
        double[] sums = [.. values];
        RunningSums.OfBlocks(sums);
        for (int i = 0; i < values.Length; i++)
        {
            int first = i / RunningSums.Block * RunningSums.Block;
            Assert.Equal(values[first..(i + 1)].Sum(), sums[i], 1e-9);
            Assert.True(i == first || sums[i] >= sums[i - 1]);
        }
    }

    [Fact]
    public void Arrivals_are_the_same_however_many_are_asked_for_at_once()
    {
        double[] few = Arrivals(7);
        Assert.Equal(Arrivals(1000), few);
        Assert.Equal(few.Order(), few);
    }

    private static double[] Arrivals(int atOnce)
    {
        var profile = new ArrivalProfile([new(0, 3, 10, 90), new(3, 5, 0, 0), new(5, 60, 200, 50)]);
        var stream = new RequestStream(profile, ArrivalSpacing.Poisson, [1, 2], 9);
        var all = new List<double>();
        double[] at = new double[atOnce];
        int count;
        while ((count = stream.Fill(at, new int[atOnce], new double[atOnce])) > 0)
        {
            all.AddRange(at[..count]);
        }

        return [.. all];
    }
}
