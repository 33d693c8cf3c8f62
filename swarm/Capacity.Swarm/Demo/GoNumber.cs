using System.Buffers;
using System.Globalization;

namespace Capacity.Swarm.Demo;

/// <summary>Numbers as the original service reads them.</summary>
internal static class GoNumber
{
    private const double DelayMax = 24 * 3600 * 1000.0; // nobody waits for a day
    private static readonly SearchValues<char> Letters = SearchValues.Create("+-0123456789");

    /// <summary>The delay that a request asks for.</summary>
    /// <param name="text">Milliseconds; null when the request has no such parameter.</param>
    /// <returns>Zero unless the text is a whole number above zero: an optional sign and ASCII digits, nothing
    /// else.</returns>
    /// <remarks>Source: Go's strconv.Atoi; its multiplication by a million makes numbers out of range
    /// negative.</remarks>
    public static TimeSpan Delay(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ms)
        && text.AsSpan().IndexOfAnyExcept(Letters) < 0 && ms > 0
            ? TimeSpan.FromMilliseconds(Math.Min(ms, DelayMax))
            : TimeSpan.Zero;
}
