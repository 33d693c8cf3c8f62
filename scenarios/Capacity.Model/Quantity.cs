using System.Globalization;

namespace Capacity.Model;

/// <summary>Reads amounts with their units written out: <c>420/s</c>, <c>1.5s</c>, <c>70%</c>.</summary>
/// <remarks>
/// Each method answers null for null, and null with one diagnostic added for a text that it cannot read: CAP020 (not
/// such an amount), CAP021 (no unit), CAP022 (unknown unit) or CAP023 (outside the range).
/// </remarks>
public sealed class Quantity(List<Diagnostic> diagnostics)
{
    /// <summary>Highest rate that is taken for meant: requests per second.</summary>
    public const double RateMax = 1_000_000;
    /// <summary>Longest duration that is taken for meant: seconds.</summary>
    public const double DurationMax = 7 * 86_400;

    private static readonly (string Suffix, double Seconds)[] DurationUnits =
    [
        ("d", 86_400), ("h", 3_600), ("m", 60), ("min", 60), ("s", 1), ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6),
    ];

    private static readonly (string Suffix, double PerSecond)[] RateUnits =
    [
        ("/s", 1), ("/min", 1.0 / 60), ("/m", 1.0 / 60), ("/h", 1.0 / 3_600),
    ];

    /// <summary>Requests per second.</summary>
    public double? Rate(YamlScalar? node)
    {
        if (node is null || !Split(node, "a rate", "420/s", out double number, out string unit))
        {
            return null;
        }

        if (unit.Length == 0)
        {
            return Wrong("CAP021", node, $"the rate '{node.Text}' has no unit", $"write {node.Text}/s (or /min, /h)");
        }

        double factor = RateUnits.FirstOrDefault(u => u.Suffix == unit).PerSecond;
        if (factor == 0)
        {
            return Wrong("CAP022", node, $"unknown unit '{unit}' in the rate '{node.Text}'", "use /s, /min or /h");
        }

        return Within(node, number * factor, 0, RateMax, "a rate", "0/s", "1000000/s");
    }

    /// <summary>Seconds.</summary>
    /// <param name="node">For example <c>1h30m</c>; large units first, each once; <c>0</c> needs no unit.</param>
    /// <param name="positive">Whether zero is refused.</param>
    public double? Duration(YamlScalar? node, bool positive = false)
    {
        if (node is null)
        {
            return null;
        }

        string text = node.Text.Trim();
        if (text.StartsWith('-'))
        {
            return Wrong("CAP023", node, $"the duration '{text}' is negative", "write 0s or more");
        }

        double total = 0;
        double smallest = double.PositiveInfinity;
        int position = 0;
        do
        {
            int digits = Digits(text, position);
            if (!Number(text.AsSpan(position, digits), out double number))
            {
                return Wrong("CAP020", node, $"'{text}' is not a duration", "write for example 400ms, 1.5s or 1h30m");
            }

            position += digits;
            int end = position;
            while (end < text.Length && !char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            string unit = text[position..end].Trim();
            position = end;
            if (unit.Length == 0)
            {
                if (number == 0 && total == 0)
                {
                    break;
                }

                return Wrong("CAP021", node, $"the duration '{text}' has no unit",
                    text.All(char.IsAsciiDigit) ? $"write {text}s (or ms, m, h)"
                    : "write a unit after each number: 1h30m");
            }

            double seconds = DurationUnits.FirstOrDefault(u => u.Suffix == unit).Seconds;
            if (seconds == 0)
            {
                return Wrong("CAP022", node, $"unknown unit '{unit}' in the duration '{text}'",
                    "use d, h, m, s, ms or us");
            }

            if (seconds >= smallest)
            {
                return Wrong("CAP020", node, $"unit '{unit}' is out of order in the duration '{text}'",
                    "large units first, each once");
            }

            smallest = seconds;
            total += number * seconds;
        }
        while (position < text.Length);

        if (positive && total <= 0)
        {
            return Wrong("CAP023", node, "this duration must be longer than zero", "write for example 5m");
        }

        return Within(node, total, 0, DurationMax, "a duration", "0s", "7d");
    }

    /// <summary>A share, 1 is all.</summary>
    /// <param name="node"><c>70%</c> or <c>0.7</c>.</param>
    /// <param name="max">Largest share allowed.</param>
    public double? Share(YamlScalar? node, double max = 1)
    {
        if (node is null || !Split(node, "a share", "70%", out double number, out string unit))
        {
            return null;
        }

        if (unit is not ("" or "%"))
        {
            return Wrong("CAP022", node, $"unknown unit '{unit}' in the share '{node.Text}'", "use %, as in 70%");
        }

        if (unit.Length == 0 && number > Math.Min(max, 10))
        {
            return Wrong("CAP021", node, $"the share '{node.Text}' has no unit", $"write {node.Text}%");
        }

        string upper = string.Create(CultureInfo.InvariantCulture, $"{max * 100:0}%");
        return Within(node, unit == "%" ? number / 100 : number, 0, max, "a share", "0%", upper);
    }

    /// <summary>A whole number.</summary>
    public int? Count(YamlScalar? node, string what, int min, int max)
    {
        if (node is null)
        {
            return null;
        }

        string range = string.Create(CultureInfo.InvariantCulture, $"write a whole number from {min} to {max}");
        string text = node.Text.Trim();
        if (!Number(text.AsSpan(text.StartsWith('-') ? 1 : 0), out double number) || number != Math.Floor(number))
        {
            diagnostics.Add(new Diagnostic("CAP020", node.At, $"'{node.Text}' is not a number of {what}", range));
            return null;
        }

        number = text.StartsWith('-') ? -number : number;
        if (number < min || number > max)
        {
            diagnostics.Add(new Diagnostic("CAP023", node.At, $"the number of {what} cannot be {text}", range));
            return null;
        }

        return (int)number;
    }

    /// <summary>A number, or a number with a word after it.</summary>
    /// <param name="node">For example <c>20</c> or <c>3 replica-hours</c>.</param>
    /// <param name="what">With its article, for messages.</param>
    /// <param name="units">The words allowed; the first is shown in hints. An empty one allows none at all.</param>
    /// <param name="min">Smallest value.</param>
    /// <param name="max">Largest value.</param>
    public double? Amount(YamlScalar? node, string what, string[] units, double min, double max)
    {
        string example = units[0].Length == 0 ? "20" : $"3 {units[0]}";
        if (node is null || !Split(node, what, example, out double number, out string unit))
        {
            return null;
        }

        if (!units.Contains(unit, StringComparer.Ordinal))
        {
            return unit.Length == 0
                ? Wrong("CAP021", node, $"{what} needs its unit", $"write {node.Text} {units[0]}")
                : Wrong("CAP022", node, $"unknown unit '{unit}' in '{node.Text}'", $"write for example {example}");
        }

        string suffix = units[0].Length == 0 ? "" : $" {units[0]}";
        return Within(node, number, min, max, what, Plain(min) + suffix, Plain(max) + suffix);
    }

    private static string Plain(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private static int Digits(string text, int from)
    {
        int end = from;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        return end - from;
    }

    private static bool Number(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        return text.Length is > 0 and < 40
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private bool Split(YamlScalar node, string what, string example, out double number, out string unit)
    {
        string text = node.Text.Trim();
        int sign = text.StartsWith('-') ? 1 : 0;
        int digits = Digits(text, sign);
        unit = text[(sign + digits)..].Trim();
        if (!Number(text.AsSpan(sign, digits), out number) || unit.AsSpan().ContainsAnyInRange('0', '9'))
        {
            string joined = text.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
            bool grouped = digits > 0 && joined != text && joined.Length - Digits(joined, 0) < 5;
            Wrong("CAP020", node, $"'{node.Text}' is not {what}", $"write for example {(grouped ? joined : example)}");
            return false;
        }

        number = sign == 1 ? -number : number;
        return true;
    }

    private double? Within(YamlScalar node, double value, double min, double max, string what, string low, string high)
    {
        if (value >= min && value <= max)
        {
            return value;
        }

        return value < min
            ? Wrong("CAP023", node, $"{what} cannot be '{node.Text}'", $"write {low} or more")
            : Wrong("CAP023", node, $"'{node.Text}' is too high for {what}", $"write {high} or less");
    }

    private double? Wrong(string code, YamlScalar node, string message, string hint)
    {
        diagnostics.Add(new Diagnostic(code, node.At, message, hint));
        return null;
    }
}
