namespace Capacity.Scripting;

/// <summary>A stretch of load: a closed set of open ones (arrivals), closed ones (copies) and pauses.</summary>
public abstract record LoadSimulation
{
    private protected LoadSimulation()
    {
    }

    /// <summary>Open: arrivals at a steady rate.</summary>
    internal sealed record Inject(double Rate, TimeSpan Interval, TimeSpan During) : LoadSimulation;

    /// <summary>Open: the rate moves linearly from where it is.</summary>
    internal sealed record RampingInject(double Rate, TimeSpan Interval, TimeSpan During) : LoadSimulation;

    /// <summary>Open: each interval draws its own rate.</summary>
    internal sealed record InjectRandom(int MinRate, int MaxRate, TimeSpan Interval, TimeSpan During) : LoadSimulation;

    /// <summary>Open: so many arrivals, and no more.</summary>
    internal sealed record IterationsForInject(double Rate, TimeSpan Interval, long Iterations) : LoadSimulation;

    /// <summary>Closed: copies that begin again as soon as they end.</summary>
    internal sealed record KeepConstant(int Copies, TimeSpan During) : LoadSimulation;

    /// <summary>Closed: the number of copies moves linearly from where it is.</summary>
    internal sealed record RampingConstant(int Copies, TimeSpan During) : LoadSimulation;

    /// <summary>Closed: copies share so many iterations, and no more.</summary>
    internal sealed record IterationsForConstant(int Copies, long Iterations) : LoadSimulation;

    /// <summary>Nothing.</summary>
    internal sealed record Pause(TimeSpan During) : LoadSimulation;
}

/// <summary>Makes the stretches of load of a scenario.</summary>
/// <remarks>
/// Open ones start an iteration at its instant, whatever became of those before; closed ones start it when a copy is
/// free. One scenario has either open or closed ones, besides pauses; the two that count iterations stand alone.
/// </remarks>
public static class Simulation
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Open: arrivals at a steady rate, as <c>inject</c> of a scenario file.</summary>
    /// <param name="rate">Arrivals per interval, ≥ 0; may be a fraction.</param>
    /// <param name="interval">What the rate is counted by.</param>
    /// <param name="during">Length.</param>
    public static LoadSimulation Inject(double rate, TimeSpan interval, TimeSpan during) =>
        new LoadSimulation.Inject(Rate(rate), Interval(interval, during), Length(during));

    /// <summary>Open: the rate moves linearly from where it is to another, as <c>ramp_to</c> of a scenario
    /// file.</summary>
    /// <param name="rate">Arrivals per interval at the end, ≥ 0.</param>
    /// <param name="interval">What the rate is counted by.</param>
    /// <param name="during">How long the change takes.</param>
    public static LoadSimulation RampingInject(double rate, TimeSpan interval, TimeSpan during) =>
        new LoadSimulation.RampingInject(Rate(rate), Interval(interval, during), Length(during));

    /// <summary>Open: each interval draws a whole number of arrivals between two bounds.</summary>
    /// <param name="minRate">Fewest arrivals per interval, ≥ 0.</param>
    /// <param name="maxRate">Most arrivals per interval, ≥ <paramref name="minRate"/>.</param>
    /// <param name="interval">Length of an interval.</param>
    /// <param name="during">Length.</param>
    public static LoadSimulation InjectRandom(int minRate, int maxRate, TimeSpan interval, TimeSpan during)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minRate);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRate, minRate);
        return new LoadSimulation.InjectRandom(minRate, maxRate, Interval(interval, during), Length(during));
    }

    /// <summary>Open: arrivals at a steady rate until there were enough.</summary>
    /// <param name="rate">Arrivals per interval, &gt; 0.</param>
    /// <param name="interval">What the rate is counted by.</param>
    /// <param name="iterations">How many, ≥ 1.</param>
    public static LoadSimulation IterationsForInject(double rate, TimeSpan interval, long iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        return new LoadSimulation.IterationsForInject(Rate(rate), Length(interval), iterations);
    }

    /// <summary>Closed: so many copies, each beginning again as soon as it ends.</summary>
    /// <param name="copies">≥ 0.</param>
    /// <param name="during">Length.</param>
    public static LoadSimulation KeepConstant(int copies, TimeSpan during) =>
        new LoadSimulation.KeepConstant(Copies(copies), Length(during));

    /// <summary>Closed: the number of copies moves linearly from where it is to another.</summary>
    /// <param name="copies">At the end, ≥ 0.</param>
    /// <param name="during">How long the change takes.</param>
    public static LoadSimulation RampingConstant(int copies, TimeSpan during) =>
        new LoadSimulation.RampingConstant(Copies(copies), Length(during));

    /// <summary>Closed: copies share a number of iterations.</summary>
    /// <param name="copies">≥ 1.</param>
    /// <param name="iterations">Of all copies together, ≥ 1.</param>
    public static LoadSimulation IterationsForConstant(int copies, long iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        return new LoadSimulation.IterationsForConstant(Copies(copies), iterations);
    }

    /// <summary>Nothing at all.</summary>
    /// <param name="during">Length.</param>
    public static LoadSimulation Pause(TimeSpan during) => new LoadSimulation.Pause(Length(during));

    private static double Rate(double rate) => rate is >= 0 and <= 1e7
        ? rate
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, "a rate is between 0 and 10,000,000");

    private static int Copies(int copies) => copies is >= 0 and <= 1_000_000
        ? copies
        : throw new ArgumentOutOfRangeException(nameof(copies), copies, "copies are between 0 and 1,000,000");

    private static TimeSpan Length(TimeSpan during) => during > TimeSpan.Zero && during <= Longest
        ? during
        : throw new ArgumentOutOfRangeException(nameof(during), during, "a length is above 0 and at most 30 days");

    private static TimeSpan Interval(TimeSpan interval, TimeSpan during) => Length(interval) <= during
        ? interval
        : throw new ArgumentOutOfRangeException(
            nameof(interval), interval, "an interval is at most as long as its simulation");
}
