namespace Capacity.Reports;

/// <summary>Where the middle 90 % of many launches lie.</summary>
/// <param name="Low">5 % of the launches are below; NaN without launches.</param>
/// <param name="Median">Half of the launches are below.</param>
/// <param name="High">95 % of the launches are below.</param>
internal readonly record struct Spread(double Low, double Median, double High)
{
    /// <summary>Nearest-rank quantiles: each of the three is a launch's own value.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(v => !double.IsNaN(v)).Order()];
        return sorted.Length == 0
            ? new Spread(double.NaN, double.NaN, double.NaN)
            : new Spread(At(sorted, 0.05), At(sorted, 0.5), At(sorted, 0.95));
    }

    private static double At(double[] sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
