using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.Rules.Testing;

/// <summary>A YAML value → a number, by the rules of the YAML library that Prometheus uses.</summary>
/// <remarks>Source: go-yaml v2, resolve.go: whole numbers in four bases with underscores, <c>.inf</c>, <c>.nan</c>.
/// </remarks>
internal static class YamlNumber
{
    /// <summary>Reads a number.</summary>
    /// <returns>Null when it is a text (also <c>"1"</c>, <c>NaN</c>, <c>Inf</c>) or a truth value.</returns>
    public static double? Of(YamlScalar scalar)
    {
        if (!scalar.Plain)
        {
            return null;
        }

        string text = scalar.Text.Replace("_", "", StringComparison.Ordinal);
        string unsigned = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        double sign = text.StartsWith('-') ? -1 : 1;
        switch (scalar.Text)
        {
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return double.PositiveInfinity;
            case "-.inf" or "-.Inf" or "-.INF":
                return double.NegativeInfinity;
            case ".nan" or ".NaN" or ".NAN":
                return double.NaN;
        }

        if (unsigned.Length > 1 && unsigned[0] == '0' && (char.IsAsciiDigit(unsigned[1]) || IsBase(unsigned[1])))
        {
            return Whole(unsigned) is { } whole ? sign * whole : Decimal(unsigned) is { } d ? sign * d : null;
        }

        return Decimal(unsigned) is { } value ? sign * value : null;
    }

    private static bool IsBase(char c) => c is 'x' or 'X' or 'o' or 'O' or 'b' or 'B';

    private static double? Whole(string text)
    {
        bool named = IsBase(text[1]);
        int radix = char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'b' => 2, _ => 8 };
        string digits = named ? text[2..] : text[1..];
        double value = 0;
        foreach (char c in digits)
        {
            if (!char.IsAsciiHexDigit(c) || Convert.ToInt32(c.ToString(), 16) >= radix)
            {
                return null;
            }

            value = (value * radix) + Convert.ToInt32(c.ToString(), 16);
        }

        return digits.Length > 0 && double.IsFinite(value) ? value : null;
    }

    private static double? Decimal(string text) =>
        text.Length > 0 && (char.IsAsciiDigit(text[0]) || (text[0] == '.' && text.Length > 1))
        && double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double value)
            ? value
            : null;
}
