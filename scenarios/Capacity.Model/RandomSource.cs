namespace Capacity.Model;

/// <summary>Seeded randomness that belongs to exactly one cause of variation.</summary>
/// <remarks>
/// One source per cause (arrivals, service times, start-up delays) leaves the other causes unchanged when a policy
/// changes, so two runs differ by the policy alone (common random numbers). The generator is our own because a
/// seed in a report must give the same run on every .NET version.
/// Source: SplitMix64; Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
/// </remarks>
public sealed class RandomSource
{
    private ulong _state;

    /// <summary>Creates the source that a run uses for one cause.</summary>
    /// <param name="runSeed">The seed that every report prints.</param>
    /// <param name="cause">Stable name, for example <c>arrivals</c>.</param>
    public RandomSource(ulong runSeed, string cause)
    {
        _state = runSeed;
        foreach (char letter in cause)
        {
            _state = NextBits() ^ letter;
        }
    }

    /// <summary>The seed of a stream of its own for one cause within a run.</summary>
    public static ulong SeedOf(ulong runSeed, string cause) => new RandomSource(runSeed, cause).NextBits();

    /// <summary>Draws 64 random bits.</summary>
    public ulong NextBits()
    {
        unchecked
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Draws from [0, 1) with 53 random bits.</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws from the exponential distribution.</summary>
    /// <param name="mean">Mean, ≥ 0, in any unit.</param>
    public double NextExponential(double mean) => mean * -Math.Log(1.0 - NextUnit());

    /// <summary>Draws a whole number from [0, <paramref name="count"/>).</summary>
    /// <param name="count">≥ 1.</param>
    public int NextIndex(int count) => (int)(NextUnit() * count);
}
