using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The mean of what pairs differ by, with its uncertainty.</summary>
/// <param name="Count">Pairs.</param>
/// <param name="Mean">Mean difference.</param>
/// <param name="StandardError">Of the mean; 0 when all pairs differ equally.</param>
internal readonly record struct PairedTest(int Count, double Mean, double StandardError)
{
    /// <summary>Works it out.</summary>
    /// <param name="differences">At least two.</param>
    public static PairedTest Of(IReadOnlyList<double> differences)
    {
        double mean = differences.Average();
        double squares = differences.Sum(d => (d - mean) * (d - mean));
        return new PairedTest(
            differences.Count, mean, Math.Sqrt(squares / (differences.Count - 1) / differences.Count));
    }

    /// <summary>The chance of such a mean, or a higher one, if the true difference were <paramref name="limit"/>.
    /// </summary>
    public double ChanceIfAt(double limit) => StandardError == 0
        ? (Mean > limit ? 0 : 1)
        : StudentT.Above((Mean - limit) / StandardError, Count - 1);

    /// <summary>The true difference is below this, unless with a chance of <paramref name="level"/>.</summary>
    public double Low(double level) => Mean - (StandardError * StudentT.ExceededWith(level, Count - 1));

    /// <summary>The true difference is above this, unless with a chance of <paramref name="level"/>.</summary>
    public double High(double level) => Mean + (StandardError * StudentT.ExceededWith(level, Count - 1));
}
