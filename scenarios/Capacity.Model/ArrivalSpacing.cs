namespace Capacity.Model;

/// <summary>How open arrivals are spaced around the profile's rate: a closed set.</summary>
/// <remarks>All keep the expected number of requests; they differ in how far the arrivals cluster.</remarks>
public abstract record ArrivalSpacing
{
    private ArrivalSpacing()
    {
    }

    /// <summary>A Poisson process: independent users.</summary>
    public static ArrivalSpacing Poisson { get; } = new Independent();

    /// <summary>An even grid: a pacing load generator.</summary>
    public static ArrivalSpacing Even { get; } = new Grid();

    /// <summary>The same spacing when the whole load is played faster.</summary>
    /// <param name="speed">&gt; 0; bursts last a <paramref name="speed"/>th.</param>
    public ArrivalSpacing Faster(double speed) =>
        this is Bursty bursts ? bursts with { MeanBurst = bursts.MeanBurst / speed } : this;

    /// <summary>See <see cref="Poisson"/>.</summary>
    public sealed record Independent : ArrivalSpacing;

    /// <summary>See <see cref="Even"/>.</summary>
    public sealed record Grid : ArrivalSpacing;

    /// <summary>A two-state Markov-modulated Poisson process: calm and bursts follow each other, each exponentially
    /// long; in a burst the rate is <see cref="Factor"/> times the profile's, in between accordingly lower.</summary>
    /// <param name="Factor">≥ 1; times <paramref name="Share"/> at most 1.</param>
    /// <param name="Share">Share of the time in bursts, 0 &lt; share &lt; 1.</param>
    /// <param name="MeanBurst">Mean length of a burst, seconds, &gt; 0.</param>
    public sealed record Bursty(double Factor, double Share, double MeanBurst) : ArrivalSpacing
    {
        /// <summary>What the profile's rate is multiplied with between bursts, ≥ 0.</summary>
        public double CalmFactor => Math.Max(0, (1 - (Share * Factor)) / (1 - Share));

        /// <summary>Mean time between bursts, seconds.</summary>
        public double MeanCalm => MeanBurst * (1 - Share) / Share;
    }

    /// <summary>Independent gaps that vary more than exponential ones: a mixture of two exponentials with balanced
    /// means, carried to seconds by the profile.</summary>
    /// <param name="Variability">Squared coefficient of variation of the gaps, ≥ 1; 1 is Poisson.</param>
    public sealed record Variable(double Variability) : ArrivalSpacing
    {
        /// <summary>Share of the short gaps, ≥ ½; their mean is 1 / (2 · share) of the mean gap.</summary>
        /// <remarks>Source: Tijms, "A First Course in Stochastic Models", appendix B: H2 with balanced means.</remarks>
        public double ShortShare => (1 + Math.Sqrt((Variability - 1) / (Variability + 1))) / 2;
    }
}
