using Capacity.Model;
using Capacity.Sim.Requests;
using MathNet.Numerics.Distributions;

namespace Capacity.Tests.Sim;

public sealed class SkewedLawsTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.7)]
    [InlineData(4)]
    public void Gamma_has_the_quantiles_of_MathNet(double cv)
    {
        var law = new ServiceLaw.Gamma(0.02, cv);
        double shape = 1 / (cv * cv);
        foreach (double share in new[] { 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999 })
        {
            if (law.Quantile(share) < 1e-12)
            {
                continue; // MathNet's own answer is 0 there
            }

            double expected = Gamma.CDF(shape, shape / 0.02, law.Quantile(share));
            Assert.Equal(share, expected, 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(3)]
    [InlineData(10)]
    public void Hyperexponential_has_its_mean_and_its_coefficient_of_variation(double cv)
    {
        var law = new ServiceLaw.Hyperexponential(0.02, cv);
        (double mean, double deviation) = Moments(law);
        Assert.Equal(0.02, mean, 0.02 * 0.002);
        Assert.Equal(cv, deviation / mean, cv * 0.01);
    }

    [Fact]
    public void Pareto_starts_at_its_minimum_and_has_its_mean()
    {
        var law = new ServiceLaw.Pareto(0.005, 2.5);
        Assert.Equal(0.005, law.Quantile(0));
        Assert.Equal(law.MeanSeconds, Moments(law).Mean, law.MeanSeconds * 0.002);
    }

    [Theory]
    [InlineData("{ gamma: { mean: 20ms, cv: 0.5 } }", "gamma, mean 20 ms, cv 0.5")]
    [InlineData("{ pareto: { min: 5ms, shape: 2.5 } }", "Pareto, min 5 ms, shape 2.5")]
    [InlineData("{ hyperexponential: { mean: 20ms, cv: 3 } }", "hyperexponential, mean 20 ms, cv 3")]
    public void The_file_names_them_by_their_parameters(string yaml, string told) =>
        Assert.Equal(told, Read(yaml).ToString(), ignoreWhiteSpaceDifferences: true, ignoreAllWhiteSpace: true);

    [Theory]
    [InlineData("{ hyperexponential: { mean: 20ms, cv: 0.5 } }", "CAP023")]
    [InlineData("{ pareto: { min: 5ms, shape: 1 } }", "CAP023")]
    [InlineData("{ gamma: { mean: 20ms } }", "CAP011")]
    [InlineData("{ gamma: { mean: 20ms, cv: 1 }, constant: 3ms }", "CAP013")]
    public void What_is_wrong_with_them_is_reported(string yaml, string code)
    {
        var diagnostics = new List<Diagnostic>();
        Assert.Null(new ServiceLawReader(diagnostics).Read(Node(yaml), "a service time"));
        Assert.Equal(code, Assert.Single(diagnostics).Code);
    }

    /// <summary>Mean and deviation of what the simulator draws, by the midpoint rule in the tail's own scale.</summary>
    private static (double Mean, double Deviation) Moments(ServiceLaw law)
    {
        var table = new DurationTables(law, law);
        double mean = 0;
        double square = 0;
        double[] seconds = new double[1];
        const double Step = 1e-4;
        for (double above = 1; above > 1e-14; above *= 1 - Step)
        {
            table.Fill([1 - (above * (1 - (Step / 2)))], [1], seconds);
            mean += seconds[0] * above * Step;
            square += seconds[0] * seconds[0] * above * Step;
        }

        return (mean, Math.Sqrt(square - (mean * mean)));
    }

    private static ServiceLaw Read(string yaml)
    {
        var diagnostics = new List<Diagnostic>();
        ServiceLaw? law = new ServiceLawReader(diagnostics).Read(Node(yaml), "a service time");
        Assert.Empty(diagnostics);
        return law!;
    }

    private static YamlNode Node(string yaml)
    {
        Assert.True(YamlText.Read(new SourceText("a.yaml", yaml)).TryGet(out YamlNode? node));
        return node;
    }
}
