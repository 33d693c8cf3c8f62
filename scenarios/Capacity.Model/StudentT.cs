namespace Capacity.Model;

/// <summary>Student's t distribution with a whole number of degrees of freedom.</summary>
/// <remarks>Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.</remarks>
public static class StudentT
{
    private const double Largest = 1e12;

    /// <summary>The chance of a value above <paramref name="t"/>; absolute error about 1e-14.</summary>
    /// <param name="t">Any number, also infinite.</param>
    /// <param name="freedom">≥ 1.</param>
    public static double Above(double t, int freedom)
    {
        double angle = Math.Atan(t / Math.Sqrt(freedom));
        double cosine = Math.Cos(angle);
        bool odd = freedom % 2 == 1;
        double term = odd ? cosine : 1;
        double sum = freedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k < freedom; k += 2)
        {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }

        double within = odd ? 2 / Math.PI * (angle + (Math.Sin(angle) * sum)) : Math.Sin(angle) * sum;
        return Math.Clamp((1 - within) / 2, 0, 1);
    }

    /// <summary>The value that is exceeded with a given chance.</summary>
    /// <param name="chance">Above 0 and below 1; below 1e-13 counts as 1e-13.</param>
    /// <param name="freedom">≥ 1.</param>
    public static double ExceededWith(double chance, int freedom)
    {
        double wanted = Math.Max(chance, 1e-13);
        if (wanted > 0.5)
        {
            return -ExceededWith(1 - wanted, freedom);
        }

        double low = 0;
        double high = 1;
        while (Above(high, freedom) > wanted && high < Largest)
        {
            (low, high) = (high, high * 2);
        }

        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Above(middle, freedom) > wanted ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
