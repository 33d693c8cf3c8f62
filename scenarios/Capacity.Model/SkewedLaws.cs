namespace Capacity.Model;

/// <content>The laws with long or adjustable tails.</content>
public abstract partial record ServiceLaw
{
    /// <summary>Gamma: between constant (cv 0) and exponential (cv 1), or more variable than that.</summary>
    /// <param name="Mean">Seconds, &gt; 0.</param>
    /// <param name="Cv">Standard deviation over mean, &gt; 0.</param>
    public sealed record Gamma(double Mean, double Cv) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => Mean;

        /// <inheritdoc/>
        public override double Quantile(double share)
        {
            double shape = 1 / (Cv * Cv);
            return Mean * GammaDistribution.Quantile(shape, share) / shape;
        }

        /// <inheritdoc/>
        public override string ToString() => LawText.Of("gamma", Mean, Cv);
    }

    /// <summary>Pareto: the tail falls with a power, so that a few values are very long.</summary>
    /// <param name="Min">Smallest value, seconds, &gt; 0.</param>
    /// <param name="Shape">&gt; 1, so that there is a mean; at most 2 the variance is infinite.</param>
    public sealed record Pareto(double Min, double Shape) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => Min * Shape / (Shape - 1);

        /// <inheritdoc/>
        public override double Quantile(double share) => Min * Math.Pow(1 - share, -1 / Shape);

        /// <inheritdoc/>
        public override string ToString() => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"Pareto, min {DurationText.Format(Min)}, shape {Shape:0.###}");
    }

    /// <summary>Two exponential laws mixed with balanced means: more variable than exponential.</summary>
    /// <param name="Mean">Seconds, &gt; 0.</param>
    /// <param name="Cv">Standard deviation over mean, ≥ 1; 1 is the exponential law.</param>
    /// <remarks>Both parts bring the same share of the work, the usual way to fix the third parameter.</remarks>
    public sealed record Hyperexponential(double Mean, double Cv) : ServiceLaw
    {
        private double Fast => (1 + Math.Sqrt(((Cv * Cv) - 1) / ((Cv * Cv) + 1))) / 2;

        /// <inheritdoc/>
        public override double MeanSeconds => Mean;

        /// <inheritdoc/>
        public override double Quantile(double share)
        {
            // The tail p·e^(−2px) + (1−p)·e^(−2(1−p)x) at x means; Newton from the left of a convex function
            // never overshoots.
            double fast = Fast;
            double above = 1 - share;
            double x = 0;
            for (int i = 0; i < 500; i++)
            {
                double first = fast * Math.Exp(-2 * fast * x);
                double second = (1 - fast) * Math.Exp(-2 * (1 - fast) * x);
                double step = (first + second - above) / ((2 * fast * first) + (2 * (1 - fast) * second));
                x += step;
                if (step <= 1e-13 * x)
                {
                    break;
                }
            }

            return Mean * x;
        }

        /// <inheritdoc/>
        public override string ToString() => LawText.Of("hyperexponential", Mean, Cv);
    }
}

/// <summary>How laws with a mean and a coefficient of variation are told.</summary>
internal static class LawText
{
    public static string Of(string law, double mean, double cv) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{law}, mean {DurationText.Format(mean)}, cv {cv:0.###}");
}
