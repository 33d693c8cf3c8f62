using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.Labels;

/// <summary>Durations as Go and compose files write them: <c>10s</c>, <c>1m30s</c>, <c>1.5h</c>,
/// <c>250ms</c>.</summary>
/// <remarks>Source: Go, time.ParseDuration. Unlike Prometheus' durations there are fractions, and no days.</remarks>
internal static class GoDuration
{
    private static readonly (string Suffix, double Ticks)[] Units =
    [
        ("ns", 0.01), ("us", 10), ("µs", 10), ("ms", TimeSpan.TicksPerMillisecond), ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
    ];

    /// <summary>Reads a duration ≥ 0.</summary>
    /// <returns>A duration, or CAP061.</returns>
    public static Parsed<TimeSpan> Parse(string text, SourceSpan at)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        double ticks = 0;
        int position = 0;
        while (position < text.Length)
        {
            int start = position;
            while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
            {
                position++;
            }

            bool isNumber = double.TryParse(text.AsSpan(start, position - start), NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out double number);
            (string? suffix, double length) = Array.Find(Units,
                u => string.CompareOrdinal(text, position, u.Suffix, 0, u.Suffix.Length) == 0);
            if (!isNumber || suffix is null)
            {
                return Wrong(text, at);
            }

            ticks += number * length;
            position += suffix.Length;
        }

        // Go's durations end at 292 years; ours are cut at the same order of magnitude.
        return text.Length == 0 || ticks > 9.2e16 ? Wrong(text, at) : TimeSpan.FromTicks((long)Math.Round(ticks));
    }

    private static Diagnostic Wrong(string text, SourceSpan at) =>
        new("CAP061", at, $"'{text}' is not a duration", "write for example 10s or 1m30s");
}
