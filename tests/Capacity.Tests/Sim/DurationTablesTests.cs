using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

public sealed class DurationTablesTests
{
    public static TheoryData<ServiceLaw> Laws =>
    [
        new ServiceLaw.Constant(0.3), new ServiceLaw.Uniform(0.1, 0.4), new ServiceLaw.Exponential(0.2),
        new ServiceLaw.Lognormal(0.05, 1.1),
        new ServiceLaw.Empirical([(0, 0.01), (0.9, 0.01), (0.9, 1), (0.95, 1), (1, 2)]),
    ];

    [Theory]
    [MemberData(nameof(Laws))]
    public void A_table_gives_the_quantiles_of_its_law(ServiceLaw law)
    {
        double[] units =
            [.. Enumerable.Range(0, 4000).Select(i => i / 4000.0), 0.9999, 0.999999, 1 - (1.0 / (1L << 53))];
        double[] seconds = new double[units.Length];
        Fill(units, kind: 0, seconds, law);
        for (int i = 0; i < units.Length; i++)
        {
            double expected = law.Quantile(units[i]);
            double allowed = units[i] is < 0.05 or > 0.9999995 ? 0.05 : 1e-3; // coarse ends of the lognormal law
            Assert.InRange(seconds[i], (expected * (1 - allowed)) - 0.005, (expected * (1 + allowed)) + 0.005);
        }

        Assert.InRange(seconds.Take(4000).Average(), law.MeanSeconds * 0.99, law.MeanSeconds * 1.01);
    }

    [Fact]
    public void Each_kind_follows_its_own_law()
    {
        ServiceLaw[] laws =
        [
            new ServiceLaw.Constant(3), new ServiceLaw.Lognormal(0.05, 1.1),
            new ServiceLaw.Empirical([(0, 1), (0.5, 1), (0.5, 2), (1, 2)]), new ServiceLaw.Empirical([(0, 5), (1, 6)]),
        ];
        double[] units = [.. Enumerable.Range(0, 1000).Select(i => 0.1 + (i / 1250.0))];
        for (int kind = 0; kind < laws.Length; kind++)
        {
            double[] seconds = new double[units.Length];
            Fill(units, kind, seconds, laws);
            Assert.All(
                units.Zip(seconds),
                p => Assert.InRange(p.Second / laws[kind].Quantile(p.First), 0.999, 1.001));
        }
    }

    private static void Fill(double[] units, int kind, double[] seconds, params ServiceLaw[] laws)
    {
        var tables = new DurationTables(laws);
        for (int i = 0; i < units.Length; i += 1000)
        {
            int[] kinds = new int[1000];
            Array.Fill(kinds, kind);
            int count = Math.Min(1000, units.Length - i);
            tables.Fill(units.AsSpan(i, count), kinds, seconds.AsSpan(i, count));
        }
    }
}
