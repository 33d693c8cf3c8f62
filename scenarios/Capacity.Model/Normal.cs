namespace Capacity.Model;

/// <summary>The standard normal distribution.</summary>
public static class Normal
{
    /// <summary>The quantile function.</summary>
    /// <param name="share">0 … 1; the ends give −8.3 and 8.3, about where doubles run out.</param>
    /// <returns>Relative error below 1.2e-9.</returns>
    /// <remarks>Source: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution
    /// function".</remarks>
    public static double Quantile(double share)
    {
        double p = Math.Clamp(share, 1e-16, 1 - 1.2e-16);
        if (p > 0.97575)
        {
            return -Quantile(1 - p);
        }

        if (p < 0.02425)
        {
            double tail = Math.Sqrt(-2 * Math.Log(p));
            return (((((((((-7.784894002430293e-03 * tail) - 3.223964580411365e-01) * tail) - 2.400758277161838) * tail)
                - 2.549732539343734) * tail) + 4.374664141464968) * tail + 2.938163982698783)
                / ((((((((7.784695709041462e-03 * tail) + 3.224671290700398e-01) * tail) + 2.445134137142996) * tail)
                + 3.754408661907416) * tail) + 1);
        }

        double q = p - 0.5;
        double r = q * q;
        return ((((((((((-3.969683028665376e+01 * r) + 2.209460984245205e+02) * r) - 2.759285104469687e+02) * r)
            + 1.383577518672690e+02) * r) - 3.066479806614716e+01) * r) + 2.506628277459239) * q
            / ((((((((((-5.447609879822406e+01 * r) + 1.615858368580409e+02) * r) - 1.556989798598866e+02) * r)
            + 6.680131188771972e+01) * r) - 1.328068155288572e+01) * r) + 1);
    }
}
