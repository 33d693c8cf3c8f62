namespace Capacity.Model;

/// <summary>The distribution of a duration: a closed set of laws, each known by its quantile function.</summary>
public abstract partial record ServiceLaw
{
    /// <summary>The duration that a share of all values stays below.</summary>
    /// <param name="share">0 ≤ share &lt; 1.</param>
    /// <returns>Seconds, ≥ 0.</returns>
    public abstract double Quantile(double share);

    /// <summary>Mean, seconds, by the midpoint rule over 10,000 quantiles unless the law knows better.</summary>
    public virtual double MeanSeconds => Enumerable.Range(0, 10_000).Average(i => Quantile((i + 0.5) / 10_000));

    /// <summary>Always the same duration.</summary>
    /// <param name="Seconds">≥ 0.</param>
    public sealed record Constant(double Seconds) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => Seconds;

        /// <inheritdoc/>
        public override double Quantile(double share) => Seconds;

        /// <inheritdoc/>
        public override string ToString() => DurationText.Format(Seconds);
    }

    /// <summary>Every duration between two bounds is equally likely.</summary>
    /// <param name="FromSeconds">≥ 0.</param>
    /// <param name="ToSeconds">≥ <paramref name="FromSeconds"/>.</param>
    public sealed record Uniform(double FromSeconds, double ToSeconds) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => (FromSeconds + ToSeconds) / 2;

        /// <inheritdoc/>
        public override double Quantile(double share) => FromSeconds + (share * (ToSeconds - FromSeconds));

        /// <inheritdoc/>
        public override string ToString() =>
            $"uniform {DurationText.Format(FromSeconds)} to {DurationText.Format(ToSeconds)}";
    }

    /// <summary>Memoryless.</summary>
    /// <param name="Mean">Seconds, ≥ 0.</param>
    public sealed record Exponential(double Mean) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => Mean;

        /// <inheritdoc/>
        public override double Quantile(double share) => -Mean * Math.Log(1 - share);

        /// <inheritdoc/>
        public override string ToString() => $"exponential, mean {DurationText.Format(Mean)}";
    }

    /// <summary>The usual law of response times: its logarithm is normal.</summary>
    /// <param name="Median">Seconds, &gt; 0.</param>
    /// <param name="Sigma">Standard deviation of the logarithm, ≥ 0.</param>
    public sealed record Lognormal(double Median, double Sigma) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => Median * Math.Exp(Sigma * Sigma / 2);

        /// <inheritdoc/>
        public override double Quantile(double share) => Median * Math.Exp(Sigma * Normal.Quantile(share));

        /// <inheritdoc/>
        public override string ToString() =>
            $"lognormal, p50 {DurationText.Format(Median)}, p95 {DurationText.Format(Quantile(0.95))}";
    }

    /// <summary>Any law, given by points of its quantile function and straight lines between them.</summary>
    /// <param name="Points">At least two, shares ascending from 0 to 1, seconds not descending.</param>
    public sealed record Empirical(IReadOnlyList<(double Share, double Seconds)> Points) : ServiceLaw
    {
        /// <inheritdoc/>
        public override double MeanSeconds => Points.Zip(Points.Skip(1),
            (a, b) => (b.Share - a.Share) * (a.Seconds + b.Seconds) / 2).Sum();

        /// <inheritdoc/>
        public override double Quantile(double share)
        {
            int low = 0;
            int high = Points.Count - 1;
            while (high - low > 1)
            {
                int middle = (low + high) / 2;
                (low, high) = Points[middle].Share <= share ? (middle, high) : (low, middle);
            }

            ((double s0, double v0), (double s1, double v1)) = (Points[low], Points[high]);
            return s1 > s0 ? v0 + ((v1 - v0) * (share - s0) / (s1 - s0)) : v1;
        }

        /// <inheritdoc/>
        public override string ToString() =>
            $"p50 {DurationText.Format(Quantile(0.5))}, p95 {DurationText.Format(Quantile(0.95))}, "
            + $"p99 {DurationText.Format(Quantile(0.99))}";
    }
}
