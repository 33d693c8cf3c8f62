using System.Globalization;
using System.Text;

namespace Capacity.Control.PromQl;

/// <summary>Numbers and texts as Go writes them, since Prometheus' users see those.</summary>
internal static class GoText
{
    private const int ExponentFrom = 6; // where strconv's 'g' switches to exponents when the precision is free

    /// <summary>As <c>%v</c>: the shortest digits, with an exponent from 1e+06 on and below 1e-4.</summary>
    public static string Number(double value) => General(value, precision: -1);

    /// <summary>As <c>%.{precision}g</c>; a negative precision takes the shortest digits that read back.</summary>
    public static string General(double value, int precision)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        bool shortest = precision < 0;
        precision = precision == 0 ? 1 : precision;
        string scientific = shortest
            ? Shortest(value)
            : value.ToString($"E{precision - 1}", CultureInfo.InvariantCulture);
        int e = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = scientific[0] == '-' ? "-" : "";
        string digits = scientific[sign.Length..e].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        digits = digits.Length == 0 ? "0" : digits;
        int limit = shortest ? ExponentFrom : precision;
        if (exponent < -4 || exponent >= limit)
        {
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{ExponentText(exponent)}";
        }

        return sign + Plain(digits, exponent);
    }

    /// <summary>As <c>strconv.FormatFloat(v, 'f', -1, 64)</c>: the shortest digits, never an exponent.</summary>
    public static string Fixed(double value)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        string scientific = Shortest(value);
        int e = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = scientific[0] == '-' ? "-" : "";
        return sign + Plain(scientific[sign.Length..e].Replace(".", "", StringComparison.Ordinal), exponent);
    }

    /// <summary>As <c>%.{precision}e</c>.</summary>
    public static string Exponent(double value, int precision)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        string scientific = value.ToString($"E{precision}", CultureInfo.InvariantCulture);
        int e = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{scientific[..e]}e{ExponentText(exponent)}";
    }

    /// <summary>As <c>%.{precision}f</c>.</summary>
    public static string Decimals(double value, int precision) =>
        Special(value) ?? value.ToString($"F{precision}", CultureInfo.InvariantCulture);

    /// <summary>In double quotes, with Go's escapes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                < ' ' or '\x7f' => $@"\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Reads a text as a number as Go's ParseFloat does: no spaces, no thousands separators.</summary>
    public static bool TryNumber(string text, out double value)
    {
        string lower = text.ToLowerInvariant();
        string unsigned = lower.TrimStart('+', '-');
        if (unsigned is "inf" or "infinity" && lower.Length - unsigned.Length <= 1)
        {
            value = lower[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (lower == "nan")
        {
            value = double.NaN;
            return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint
            | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && !unsigned.StartsWith('i')
            && !unsigned.StartsWith('n');
    }

    private static string? Special(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => null,
    };

    private static string ExponentText(int exponent) =>
        (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits + new string('0', exponent + 1 - digits.Length)
            : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    // "R" already has the shortest digits; this only moves its point.
    private static string Shortest(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        string sign = text[0] == '-' ? "-" : "";
        text = text[sign.Length..];
        int e = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = e < 0
            ? 0
            : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        string trimmed = digits.TrimStart('0');
        exponent -= digits.Length - trimmed.Length;
        trimmed = trimmed.TrimEnd('0');
        return trimmed.Length == 0
            ? sign + "0E0"
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{trimmed[0]}.{trimmed[1..]}E{exponent}");
    }
}
