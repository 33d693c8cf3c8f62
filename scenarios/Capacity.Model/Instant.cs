namespace Capacity.Model;

/// <summary>An instant of the run's clock, virtual or real, counted in 100 ns ticks since the Unix epoch.</summary>
/// <remarks>Not a <see cref="TimeSpan"/>, so that an instant cannot be passed where a duration is meant.</remarks>
/// <param name="Ticks">100 ns ticks since 1970-01-01T00:00:00Z.</param>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>Later than every instant that a run reaches.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>Whole milliseconds since the Unix epoch, rounded down: the resolution of Prometheus' samples.</summary>
    public long Milliseconds => Math.DivRem(Ticks, TimeSpan.TicksPerMillisecond).Quotient;

    /// <summary>Seconds since the Unix epoch.</summary>
    public double Seconds => (double)Ticks / TimeSpan.TicksPerSecond;

    /// <summary>The instant with this many milliseconds since the Unix epoch.</summary>
    public static Instant FromMilliseconds(long milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond);

    /// <summary>The instant with this many seconds since the Unix epoch, rounded to the nearest tick.</summary>
    public static Instant FromSeconds(double seconds) => new((long)Math.Round(seconds * TimeSpan.TicksPerSecond));

    /// <summary>Converts from the framework's instants.</summary>
    public static Instant From(DateTimeOffset instant) => new((instant - DateTimeOffset.UnixEpoch).Ticks);

    /// <summary>The earlier of two.</summary>
    public static Instant Min(Instant a, Instant b) => a < b ? a : b;

    /// <summary>Moves an instant by a duration.</summary>
    public static Instant operator +(Instant instant, TimeSpan duration) => new(instant.Ticks + duration.Ticks);

    /// <summary>Moves an instant back by a duration.</summary>
    public static Instant operator -(Instant instant, TimeSpan duration) => new(instant.Ticks - duration.Ticks);

    /// <summary>Measures the duration between two instants.</summary>
    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    /// <summary>Whether the left instant is earlier.</summary>
    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    /// <summary>Whether the left instant is later.</summary>
    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    /// <summary>Whether the left instant is earlier or equal.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    /// <summary>Whether the left instant is later or equal.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;

    /// <summary>As a framework instant.</summary>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(Ticks);

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <inheritdoc/>
    public override string ToString() => $"{Seconds:0.000}";
}
