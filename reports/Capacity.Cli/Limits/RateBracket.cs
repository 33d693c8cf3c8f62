namespace Capacity.Cli.Limits;

/// <summary>
/// Where the highest good rate can be: above a rate that held, below one that did not. Bisects on the logarithm.
/// </summary>
/// <param name="first">The rate to begin with, &gt; 0.</param>
/// <param name="highest">No rate above is tried.</param>
/// <param name="growth">Factor between tries until both ends are known, &gt; 1.</param>
/// <param name="lowest">No rate below is tried.</param>
internal sealed class RateBracket(double first, double highest, double growth, double lowest)
{
    /// <summary>Highest rate that held; 0 when none did.</summary>
    public double Good { get; private set; }

    /// <summary>lowest rate that did not hold; infinity when all did.</summary>
    public double Bad { get; private set; } = double.PositiveInfinity;

    /// <summary>Whether the answer lies outside what may be tried.</summary>
    public bool IsOutside => Good >= highest || Bad <= lowest;

    /// <summary>The rate to try next.</summary>
    public double Next => (Good, Bad) switch
    {
        (0, double.PositiveInfinity) => Math.Min(first, highest),
        (0, _) => Math.Max(lowest, Bad / growth),
        (_, double.PositiveInfinity) => Math.Min(highest, Good * growth),
        _ => Math.Sqrt(Good * Bad),
    };

    /// <summary>Bad over good, minus 1; infinity while one of them is unknown.</summary>
    public double Width => Good <= 0 || double.IsInfinity(Bad) ? double.PositiveInfinity : (Bad / Good) - 1;

    /// <summary>Learns what a rate did. What contradicts the bracket moves its end.</summary>
    public void Learn(double rate, bool holds)
    {
        if (holds)
        {
            Good = Math.Max(Good, rate);
            Bad = Bad <= rate ? rate * growth : Bad;
        }
        else
        {
            Bad = Math.Min(Bad, rate);
            Good = Good >= rate ? rate / growth : Good;
        }
    }
}
