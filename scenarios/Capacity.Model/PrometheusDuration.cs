using System.Globalization;
using System.Text;

namespace Capacity.Model;

/// <summary>Durations as Prometheus writes them: <c>30s</c>, <c>1h30m</c>, <c>0</c>.</summary>
/// <remarks>Source: prometheus/common, model/time.go. Units descend and occur at most once.</remarks>
public static class PrometheusDuration
{
    private static readonly (string Suffix, TimeSpan Length)[] UnitsDescending =
    [
        ("y", TimeSpan.FromDays(365)), ("w", TimeSpan.FromDays(7)), ("d", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">For example <c>1m30s</c>. No sign, no fraction, no spaces.</param>
    /// <param name="at">Where the text stands, for the diagnostics.</param>
    /// <returns>A duration ≥ 0, or DUR001 (number), DUR002 (unit), DUR003 (order) or DUR004 (too long).</returns>
    public static Parsed<TimeSpan> Parse(string text, SourceSpan at = default)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        Diagnostic Wrong(string code, int offset, int length, string message, string hint) =>
            new(code, at.Right(offset, Math.Max(1, length)), message, hint);

        TimeSpan total = TimeSpan.Zero;
        int unitsUsed = 0;
        int position = 0;
        do
        {
            int digits = CountWhile(text, position, char.IsAsciiDigit);
            ReadOnlySpan<char> number = text.AsSpan(position, digits);
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                return Wrong("DUR001", position, digits, $"'{text}' is not a duration",
                    "write for example 30s or 1m30s");
            }

            position += digits;
            int letters = CountWhile(text, position, char.IsAsciiLetter);
            string suffix = text.Substring(position, letters);
            int unit = Array.FindIndex(UnitsDescending, u => u.Suffix == suffix);
            if (unit < 0)
            {
                return Wrong("DUR002", position, letters, $"unknown unit '{suffix}' in duration '{text}'",
                    "use y, w, d, h, m, s or ms");
            }

            if (unit < unitsUsed)
            {
                return Wrong("DUR003", position, letters, $"unit '{suffix}' is out of order in duration '{text}'",
                    "large units first, each once");
            }

            TimeSpan length = UnitsDescending[unit].Length;
            if (count > (TimeSpan.MaxValue - total) / length)
            {
                return Wrong("DUR004", position, letters, $"duration '{text}' is too long",
                    "the longest duration is about 29000 years");
            }

            total += count * length;
            unitsUsed = unit + 1;
            position += letters;
        }
        while (position < text.Length);

        return total;
    }

    /// <summary>Writes the shortest text that <see cref="Parse"/> reads back to the same duration.</summary>
    /// <param name="duration">Whole milliseconds, ≥ 0; a fraction of a millisecond is cut off.</param>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var text = new StringBuilder();
        foreach ((string suffix, TimeSpan length) in UnitsDescending)
        {
            long count = duration.Ticks / length.Ticks;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{suffix}");
                duration -= count * length;
            }
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static int CountWhile(string text, int start, Func<char, bool> matches)
    {
        int end = start;
        while (end < text.Length && matches(text[end]))
        {
            end++;
        }

        return end - start;
    }
}
