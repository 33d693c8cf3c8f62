using System.Globalization;
using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Rules.Testing;

/// <summary>Reads the labels and values of a series as test files write them: <c>up{job="a"}</c>,
/// <c>0+1x5 _ 3</c>.</summary>
/// <remarks>Source: Prometheus 2.42, promql/parser: ParseMetric and ParseSeriesDesc.</remarks>
public static class SeriesText
{
    private const int ValuesMax = 10_000_000; // a repetition beyond this is a slip of the finger

    /// <summary>Reads a metric: a name, labels in braces, or both.</summary>
    /// <param name="text">For example <c>up{job="a"}</c>; empty or <c>{}</c> has no labels.</param>
    /// <param name="place">The place of some characters of the text.</param>
    /// <returns>Labels, or RUL011.</returns>
    public static Parsed<LabelSet> Labels(string text, Func<int, int, SourceSpan> place)
    {
        var lexer = new Lexer(text, default);
        IReadOnlyList<Token> tokens = lexer.Run();
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        string name = "";
        int i = 0;
        if (tokens[0].Kind == TokenKind.Word)
        {
            name = tokens[i++].Value;
        }

        if (tokens[i].Value == "{" && tokens[i].Kind == TokenKind.Symbol)
        {
            i++;
            while (i + 2 < tokens.Count && IsLabelName(tokens[i]) && tokens[i + 1].Value == "="
                && tokens[i + 2].Kind == TokenKind.Text)
            {
                if (!labels.TryAdd(tokens[i].Value, tokens[i + 2].Value))
                {
                    return Wrong(tokens[i], $"label '{tokens[i].Value}' is given twice", "remove one");
                }

                i += tokens[i + 3].Value == "," ? 4 : 3;
                if (tokens[i - 1].Value != ",")
                {
                    break;
                }
            }

            if (tokens[i].Value != "}")
            {
                return Wrong(tokens[i], $"{tokens[i]} is not expected in '{text}'", "write {name=\"value\", …}");
            }

            i++;
        }

        if (lexer.Problem is not null || tokens[i].Kind != TokenKind.End)
        {
            return Wrong(tokens[i], $"'{text}' is not a series", "write for example up{job=\"web\"}");
        }

        labels[LabelSet.MetricName] = name.Length > 0 ? name : labels.GetValueOrDefault(LabelSet.MetricName, "");
        return new LabelSet(labels);

        Diagnostic Wrong(Token token, string message, string hint) =>
            new("RUL011", place(Math.Min(token.Start, Math.Max(0, text.Length - 1)), token.Length), message, hint);
    }

    private static bool IsLabelName(Token token) =>
        token.Kind == TokenKind.Word && !token.Value.Contains(':', StringComparison.Ordinal);

    /// <summary>Reads values, each after white space.</summary>
    /// <param name="text"><c>1</c>, <c>-2.5</c>, <c>1x3</c> (four times 1), <c>0+5x3</c> (0 5 10 15), <c>_</c> and
    /// <c>_x3</c> (gaps), <c>stale</c>, <c>NaN</c>, <c>Inf</c>.</param>
    /// <param name="place">The place of some characters of the text.</param>
    /// <returns>Values, null for a gap; or RUL010.</returns>
    public static Parsed<IReadOnlyList<double?>> Values(string text, Func<int, int, SourceSpan> place)
    {
        var values = new List<double?>();
        int start = 0;
        while (true)
        {
            while (start < text.Length && text[start] is ' ' or '\t' or '\n' or '\r')
            {
                start++;
            }

            if (start == text.Length)
            {
                return values;
            }

            int end = start;
            while (end < text.Length && text[end] is not (' ' or '\t' or '\n' or '\r'))
            {
                end++;
            }

            string item = text[start..end];
            if (new Item(item).Expand(values) is { } problem)
            {
                return new Diagnostic("RUL010", place(start, item.Length), $"'{item}': {problem}",
                    "write 1, 1x3 (four times), 0+5x3 (0 5 10 15), _ (a gap), _x3, stale, NaN or Inf");
            }

            start = end;
        }
    }

    /// <summary>One value, or a run of them.</summary>
    private sealed class Item(string text)
    {
        private int _i;

        /// <summary>Adds the values.</summary>
        /// <returns>What is wrong, or null.</returns>
        public string? Expand(List<double?> values)
        {
            if (text == "stale")
            {
                values.Add(Samples.StaleMarker.Value);
                return null;
            }

            bool gap = text[0] == '_';
            double value = double.NaN;
            double step = 0;
            if (gap)
            {
                _i++;
            }
            else if (Number(signNeeded: false) is { } first)
            {
                value = first;
            }
            else
            {
                return "this is not a number";
            }

            bool steps = !gap && _i < text.Length && text[_i] is '+' or '-';
            if (steps)
            {
                if (Number(signNeeded: true) is not { } by)
                {
                    return "after the sign a number is expected";
                }

                step = by;
            }

            if (_i == text.Length)
            {
                if (steps)
                {
                    return "after the step 'x' and a count are expected";
                }

                values.Add(gap ? null : value);
                return null;
            }

            return Repeat(values, gap, value, step);
        }

        private string? Repeat(List<double?> values, bool gap, double value, double step)
        {
            if (text[_i] != 'x' || !long.TryParse(text.AsSpan(_i + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out long times))
            {
                return "a count after 'x' is expected here";
            }

            if (times > ValuesMax - values.Count)
            {
                return $"more than {ValuesMax} values";
            }

            if (gap)
            {
                values.AddRange(Enumerable.Repeat<double?>(null, (int)times));
                return null;
            }

            // Added up one by one, so that the last digits are those of Prometheus. The count is of steps, not values.
            for (long n = 0; n <= times; n++, value += step)
            {
                values.Add(value);
            }

            return null;
        }

        private double? Number(bool signNeeded)
        {
            bool signed = text[_i] is '+' or '-';
            double sign = text[_i] == '-' ? -1 : 1;
            _i += signed ? 1 : 0;
            if (signNeeded && !signed)
            {
                return null;
            }

            int start = _i;
            if (_i < text.Length && char.IsAsciiLetter(text[_i]) && text[_i] != 'x')
            {
                while (_i < text.Length && (char.IsAsciiLetterOrDigit(text[_i]) || text[_i] is '_' or ':'))
                {
                    _i++;
                }

                return text[start.._i].ToUpperInvariant() switch
                {
                    "NAN" => double.NaN,
                    "INF" => sign * double.PositiveInfinity,
                    _ => null,
                };
            }

            int digits = Digits();
            if (_i < text.Length && text[_i] == '.')
            {
                _i++;
                digits += Digits();
            }

            if (digits > 0 && _i < text.Length && text[_i] is 'e' or 'E')
            {
                _i++;
                _i += _i < text.Length && text[_i] is '+' or '-' ? 1 : 0;
                if (Digits() == 0)
                {
                    return null;
                }
            }

            ReadOnlySpan<char> number = text.AsSpan(start, _i - start);
            return digits > 0 ? sign * double.Parse(number, CultureInfo.InvariantCulture) : null;
        }

        private int Digits()
        {
            int start = _i;
            while (_i < text.Length && char.IsAsciiDigit(text[_i]))
            {
                _i++;
            }

            return _i - start;
        }
    }
}
