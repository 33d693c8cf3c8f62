using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

public sealed class DurationTableTests
{
    public static TheoryData<ServiceLaw> Laws =>
    [
        new ServiceLaw.Constant(0.3), new ServiceLaw.Uniform(0.1, 0.4), new ServiceLaw.Exponential(0.2),
        new ServiceLaw.Lognormal(0.05, 1.1), new ServiceLaw.Empirical([(0, 0.01), (0.9, 0.01), (0.9, 1), (0.95, 1), (1, 2)]),
    ];

    [Theory]
    [MemberData(nameof(Laws))]
    public void A_table_gives_the_quantiles_of_its_law(ServiceLaw law)
    {
        double[] units = [.. Enumerable.Range(0, 4000).Select(i => i / 4000.0), 0.9999, 0.999999, 1 - (1.0 / (1L << 53))];
        double[] seconds = new double[units.Length];
        new DurationTable(law).Fill(units, seconds);
        for (int i = 0; i < units.Length; i++)
        {
            double expected = law.Quantile(units[i]);
            double allowed = units[i] is < 0.05 or > 0.9999995 ? 0.05 : 1e-3; // the ends of the lognormal law are coarse
            Assert.InRange(seconds[i], (expected * (1 - allowed)) - 0.005, (expected * (1 + allowed)) + 0.005);
        }

        Assert.InRange(seconds.Take(4000).Average(), law.MeanSeconds * 0.99, law.MeanSeconds * 1.01);
    }
}
