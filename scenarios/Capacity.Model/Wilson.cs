namespace Capacity.Model;

/// <summary>Wilson's score interval for a share.</summary>
/// <remarks>Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
/// 1927.</remarks>
public static class Wilson
{
    private const double Usual = 1.959963984540054; // 97.5 % quantile of the standard normal distribution

    /// <summary>The interval around hits / trials.</summary>
    /// <param name="hits">0 … <paramref name="trials"/>.</param>
    /// <param name="trials">0 gives the whole range.</param>
    /// <param name="z">Quantile of the standard normal distribution, &gt; 0; without it that of 95 %.</param>
    /// <returns>Shares, 0 … 1.</returns>
    public static (double Low, double High) Interval(int hits, int trials, double z = Usual)
    {
        if (trials == 0)
        {
            return (0, 1);
        }

        double n = trials;
        double p = hits / n;
        double middle = (p + (z * z / (2 * n))) / (1 + (z * z / n));
        double half = z / (1 + (z * z / n)) * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        return (hits == 0 ? 0 : Math.Max(0, middle - half), hits == trials ? 1 : Math.Min(1, middle + half));
    }
}
