namespace Capacity.Reports;

/// <summary>The upper tail of the standard normal distribution.</summary>
internal static class NormalTail
{
    private const double SeriesBelow = 3; // the series is exact and quick there, the continued fraction beyond
    private const int FractionTerms = 60;

    /// <summary>The chance of a value above <paramref name="x"/>; relative error below 1e-10 up to 8.</summary>
    public static double Above(double x) => x < 0 ? 1 - Above(-x) : x < SeriesBelow ? 0.5 - Series(x) : Fraction(x);

    /// <summary>The density.</summary>
    public static double Density(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    private static double Series(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= x * x / ((2 * n) + 1);
            sum += term;
        }

        return Density(x) * sum;
    }

    private static double Fraction(double x)
    {
        double fraction = x;
        for (int n = FractionTerms; n >= 1; n--)
        {
            fraction = x + (n / fraction);
        }

        return Density(x) / fraction;
    }
}
