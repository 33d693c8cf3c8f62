using System.Globalization;

namespace Capacity.Control.Labels;

/// <summary>Whole numbers exactly as Go's <c>strconv.Atoi</c> accepts them.</summary>
/// <remarks>Source: Go, strconv/atoi.go. The seed programs read labels and query parameters with it.</remarks>
internal static class GoInteger
{
    /// <summary>Reads an optional sign and decimal digits within 64 bits; no spaces, points, underscores or
    /// prefixes.</summary>
    public static bool TryAtoi(string text, out long value)
    {
        value = 0;
        ReadOnlySpan<char> digits = text.StartsWith('+') || text.StartsWith('-') ? text.AsSpan(1) : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
