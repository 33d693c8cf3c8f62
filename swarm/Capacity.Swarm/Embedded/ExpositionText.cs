using System.Globalization;
using System.Text;
using Capacity.Control;

namespace Capacity.Swarm.Embedded;

/// <summary>Prometheus' text exposition format, version 0.0.4, as far as samples go.</summary>
/// <remarks>
/// Source: Prometheus documentation, "Exposition formats". Comments, help and types are skipped; a timestamp is read
/// and ignored. As in Prometheus, one bad line spoils the whole text.
/// </remarks>
internal static class ExpositionText
{
    private const NumberStyles Number =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Reads all samples.</summary>
    /// <returns>Null when any line is not a sample, a comment or empty.</returns>
    public static List<(LabelSet Labels, double Value)>? Read(string text)
    {
        var samples = new List<(LabelSet, double)>();
        ReadOnlySpan<char> rest = text;
        foreach (Range part in rest.Split('\n')) // only this one ends a line; others may be part of a label's value
        {
            ReadOnlySpan<char> line = rest[part].Trim(" \t");
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (ReadLine(line) is not { } sample)
            {
                return null;
            }

            samples.Add(sample);
        }

        return samples;
    }

    private static (LabelSet Labels, double Value)? ReadLine(ReadOnlySpan<char> line)
    {
        int end = 0;
        while (end < line.Length && IsName(line[end], end == 0, colon: true))
        {
            end++;
        }

        if (end == 0)
        {
            return null;
        }

        var labels = new List<KeyValuePair<string, string>> { new(LabelSet.MetricName, line[..end].ToString()) };
        ReadOnlySpan<char> rest = line[end..].TrimStart(" \t");
        if (rest is ['{', ..] && !ReadLabels(ref rest, labels))
        {
            return null;
        }

        rest = rest.TrimStart(" \t");
        int gap = rest.IndexOfAny(" \t");
        ReadOnlySpan<char> number = gap < 0 ? rest : rest[..gap];
        ReadOnlySpan<char> stamp = gap < 0 ? [] : rest[gap..].Trim(" \t");
        if (!stamp.IsEmpty && !long.TryParse(stamp, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return null;
        }

        return Value(number) is { } value ? (new LabelSet(labels), value) : null;
    }

    private static bool ReadLabels(ref ReadOnlySpan<char> rest, List<KeyValuePair<string, string>> labels)
    {
        rest = rest[1..].TrimStart(" \t");
        while (rest is not ['}', ..])
        {
            int end = 0;
            while (end < rest.Length && IsName(rest[end], end == 0, colon: false))
            {
                end++;
            }

            string name = rest[..end].ToString();
            rest = rest[end..].TrimStart(" \t");
            if (name.Length == 0 || rest is not ['=', ..])
            {
                return false;
            }

            rest = rest[1..].TrimStart(" \t");
            if (ReadQuoted(ref rest) is not { } value)
            {
                return false;
            }

            labels.Add(new(name, value));
            rest = rest.TrimStart(" \t");
            if (rest is [',', ..])
            {
                rest = rest[1..].TrimStart(" \t");
            }
            else if (rest is not ['}', ..])
            {
                return false;
            }
        }

        rest = rest[1..];
        return true;
    }

    private static string? ReadQuoted(ref ReadOnlySpan<char> rest)
    {
        if (rest is not ['"', ..])
        {
            return null;
        }

        var value = new StringBuilder();
        for (int i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                return value.ToString();
            }

            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                i++;
                value.Append(rest[i] switch { 'n' => "\n", '\\' => "\\", '"' => "\"", char other => $"\\{other}" });
            }
            else
            {
                value.Append(rest[i]);
            }
        }

        return null;
    }

    private static double? Value(ReadOnlySpan<char> text) => text switch
    {
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.TryParse(text, Number, CultureInfo.InvariantCulture, out double value) ? value : null,
    };

    private static bool IsName(char c, bool first, bool colon) =>
        char.IsAsciiLetter(c) || c == '_' || (colon && c == ':') || (!first && char.IsAsciiDigit(c));
}
