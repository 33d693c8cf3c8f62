using Capacity.Model;

namespace Capacity.Reports;

/// <summary>When a comparison that grows pair by pair is looked at, and how strict each look is.</summary>
/// <remarks>
/// Looking often and stopping at the first success finds differences where there are none. Each look therefore gets a
/// level of its own, so that all looks together are wrong with the chance asked for: strict at first, nearly the whole
/// chance at the last. The levels are exact for normal values; a t-test uses them as its own levels.
/// Source: Lan and DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 1983, with the spending
/// function like O'Brien and Fleming's; Armitage, McPherson and Rowe, "Repeated significance tests on accumulating
/// data", 1969, for the integration.
/// </remarks>
public sealed class SequentialPlan
{
    private const int GridPoints = 401; // odd, for Simpson's rule; bounds are then right to four digits
    private const double GridReach = 8; // standard deviations below the mean
    private readonly Dictionary<int, (double Regress, double Pass)> _levels;

    /// <summary>Plans looks after the first pairs, then every few, the last at the most.</summary>
    public SequentialPlan(RegressionSettings settings)
    {
        var looks = new List<int>();
        for (int pairs = settings.FirstLook; pairs < settings.PairsMax; pairs += settings.LookEvery)
        {
            looks.Add(pairs);
        }

        looks.Add(settings.PairsMax);
        Looks = looks;
        double[] shares = [.. looks.Select(pairs => (double)pairs / settings.PairsMax)];
        double[] regress = Levels(settings.FalseAlarm, shares);
        double[] pass = Levels(settings.FalsePass, shares);
        _levels = looks.Index().ToDictionary(l => l.Item, l => (regress[l.Index], pass[l.Index]));
    }

    /// <summary>Numbers of pairs at which a verdict may fall, ascending.</summary>
    public IReadOnlyList<int> Looks { get; }

    /// <summary>The chances that a look may be wrong with.</summary>
    /// <param name="pairs">Pairs so far.</param>
    /// <returns>Null when this is not one of the looks.</returns>
    public (double Regress, double Pass)? At(int pairs) => _levels.TryGetValue(pairs, out (double, double) levels)
        ? levels : null;

    /// <summary>One-sided levels of looks that together are wrong with a chance of <paramref name="total"/>.</summary>
    /// <param name="total">0 … 0.5, without the ends.</param>
    /// <param name="shares">Information at each look, ascending, the last is 1.</param>
    internal static double[] Levels(double total, IReadOnlyList<double> shares)
    {
        var levels = new double[shares.Count];
        double[] at = [];      // where the sum may be, without having crossed a bound before
        double[] weighted = []; // its density there, times the weights of the integration
        double spent = 0;
        for (int look = 0; look < shares.Count; look++)
        {
            double spend = SpentBy(total, shares[look]);
            double step = Math.Sqrt(shares[look] - (look == 0 ? 0 : shares[look - 1]));
            double Crossing(double bound) => look == 0
                ? NormalTail.Above(bound / step)
                : Sum(at, weighted, from => NormalTail.Above((bound - from) / step));
            double bound = Solve(Crossing, spend - spent);
            double deviation = Math.Sqrt(shares[look]);
            levels[look] = NormalTail.Above(bound / deviation);
            (double[] grid, double[] density) = (new double[GridPoints], new double[GridPoints]);
            double low = -GridReach * deviation;
            double width = (bound - low) / (GridPoints - 1);
            for (int i = 0; i < GridPoints; i++)
            {
                grid[i] = low + (i * width);
                double here = look == 0
                    ? NormalTail.Density(grid[i] / step) / step
                    : Sum(at, weighted, from => NormalTail.Density((grid[i] - from) / step) / step);
                density[i] = here * width / 3 * (i is 0 or GridPoints - 1 ? 1 : i % 2 == 1 ? 4 : 2);
            }

            (at, weighted, spent) = (grid, density, spend);
        }

        return levels;
    }

    /// <summary>The chance of error that may be spent until a share of the information is there.</summary>
    private static double SpentBy(double total, double share) =>
        2 * NormalTail.Above(-Normal.Quantile(total / 2) / Math.Sqrt(share));

    private static double Sum(double[] at, double[] weighted, Func<double, double> function)
    {
        double sum = 0;
        for (int i = 0; i < at.Length; i++)
        {
            sum += weighted[i] * function(at[i]);
        }

        return sum;
    }

    private static double Solve(Func<double, double> falling, double wanted)
    {
        (double low, double high) = (0, 9);
        for (int i = 0; i < 50; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = falling(middle) > wanted ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
