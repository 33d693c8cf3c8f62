using Capacity.Model;

namespace Capacity.Cli.Limits;

/// <summary>Where a few noisy probes say that the limit is, and how sure they are.</summary>
/// <param name="LogRate">Natural logarithm of the rate.</param>
/// <param name="Error">Standard error of <paramref name="LogRate"/>; at least <see cref="LeastError"/>.</param>
/// <param name="Count">Probes that it comes from.</param>
internal sealed record LimitEstimate(double LogRate, double Error, int Count)
{
    /// <summary>No measurement of a rate is surer than this.</summary>
    public const double LeastError = 0.005;

    /// <summary>Fewer probes near the limit give no estimate.</summary>
    public const int FewestProbes = 4;

    private const double Outside = 0.025; // on either side of the interval
    private const int MostFreedom = 60; // beyond, the distribution hardly changes
    private const double Reach = 0.25; // probes further off say little about the limit itself
    private const double MostExcess = 1.5;
    private const double LeastSlope = 1; // the excess of a queue grows at least as fast as its load
    private const double MostSlope = 20;

    /// <summary>The rate where a line through the probes near the limit crosses it.</summary>
    /// <param name="probes">In any order; those of a late generator are left out.</param>
    /// <param name="around">Logarithm of the rate near which the limit is expected.</param>
    /// <returns>Null with fewer than <see cref="FewestProbes"/> near it.</returns>
    public static LimitEstimate? Of(IEnumerable<LimitProbe> probes, double around)
    {
        LimitProbe[] near = [.. Near(probes, around)];
        if (near.Length < FewestProbes)
        {
            return null;
        }

        (double Rate, double Excess)[] points =
            [.. near.Select(p => (Math.Log(p.Rate), Math.Clamp(p.Excess, -MostExcess, MostExcess)))];
        double rate = points.Average(p => p.Rate);
        double excess = points.Average(p => p.Excess);
        double spread = points.Sum(p => (p.Rate - rate) * (p.Rate - rate));
        double slope = Math.Clamp(
            spread > 0 ? points.Sum(p => (p.Rate - rate) * (p.Excess - excess)) / spread : LeastSlope,
            LeastSlope, MostSlope);
        double left = points.Sum(p => Square(p.Excess - excess - (slope * (p.Rate - rate))));
        double error = Math.Sqrt(left / (near.Length - 2) / near.Length) / slope;
        return new LimitEstimate(rate - (excess / slope), Math.Max(LeastError, error), near.Length);
    }

    /// <summary>The probes that an estimate comes from.</summary>
    public static IEnumerable<LimitProbe> Near(IEnumerable<LimitProbe> probes, double around) =>
        probes.Where(p => !p.Busy && Math.Abs(Math.Log(p.Rate) - around) <= Reach);

    /// <summary>What the probes and the model say together.</summary>
    /// <remarks>Where they agree the surer one counts more; where they do not, the probes are right, and the interval
    /// says how far the model is off. It always covers the interval of either.</remarks>
    /// <param name="measured">From the probes, without their bias.</param>
    /// <param name="model">From a fitted model; null when there is none.</param>
    public static RateLimit Together(LimitEstimate measured, LimitEstimate? model)
    {
        RateLimit probes = measured.ToLimit();
        if (model is null)
        {
            return probes;
        }

        RateLimit fit = model.ToLimit();
        double apart = Math.Abs(measured.LogRate - model.LogRate);
        bool agree = apart <= 1.96 * Math.Sqrt(Square(measured.Error) + Square(model.Error));
        double weight = agree ? Square(measured.Error) / (Square(measured.Error) + Square(model.Error)) : 0;
        return new RateLimit(Math.Exp(measured.LogRate + (weight * (model.LogRate - measured.LogRate))),
            Math.Min(probes.Low, fit.Low), Math.Max(probes.High, fit.High));
    }

    /// <summary>With a 95 % interval by Student's t.</summary>
    public RateLimit ToLimit()
    {
        double t = StudentT.ExceededWith(Outside, Math.Clamp(Count - 2, 1, MostFreedom)); // two for the line
        return new RateLimit(
            Math.Exp(LogRate), Math.Exp(LogRate - (t * Error)), Math.Exp(LogRate + (t * Error)));
    }

    private static double Square(double value) => value * value;
}
