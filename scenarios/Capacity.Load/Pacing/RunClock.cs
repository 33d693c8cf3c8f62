using System.Diagnostics;

namespace Capacity.Load.Pacing;

/// <summary>Seconds since the start of a run.</summary>
/// <param name="start">The <see cref="Stopwatch"/> timestamp of second 0.</param>
internal sealed class RunClock(long start)
{
    private readonly double _secondsPerTick = 1.0 / Stopwatch.Frequency;

    /// <summary>Seconds; negative before the start.</summary>
    public double Now => (Stopwatch.GetTimestamp() - start) * _secondsPerTick;

    /// <summary>The timestamp of an instant.</summary>
    /// <param name="seconds">Since the start; infinity is never.</param>
    public long At(double seconds) =>
        double.IsPositiveInfinity(seconds) ? long.MaxValue : start + (long)(seconds * Stopwatch.Frequency);
}
