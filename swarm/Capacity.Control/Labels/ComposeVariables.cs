using System.Text;

namespace Capacity.Control.Labels;

/// <summary>Replaces <c>${NAME:-default}</c> in a compose file's values.</summary>
/// <remarks>Source: compose specification, "Interpolation". <c>$$</c> is a dollar sign.</remarks>
internal static class ComposeVariables
{
    /// <summary>Replaces variables; one without value and default becomes empty, as with Docker.</summary>
    public static string Replace(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        int i = 0;
        while (i < text.Length)
        {
            char next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (text[i] != '$' || (next != '$' && next != '{' && !IsNameStart(next)))
            {
                result.Append(text[i++]);
            }
            else if (next == '$')
            {
                result.Append('$');
                i += 2;
            }
            else if (next == '{')
            {
                int end = text.IndexOf('}', i);
                end = end < 0 ? text.Length : end;
                result.Append(Braced(text[(i + 2)..end], variables));
                i = Math.Min(end + 1, text.Length);
            }
            else
            {
                int end = i + 1;
                while (end < text.Length && IsNamePart(text[end]))
                {
                    end++;
                }

                result.Append(variables.GetValueOrDefault(text[(i + 1)..end], ""));
                i = end;
            }
        }

        return result.ToString();
    }

    private static string Braced(string inside, IReadOnlyDictionary<string, string> variables)
    {
        int end = 0;
        while (end < inside.Length && IsNamePart(inside[end]))
        {
            end++;
        }

        string? value = variables.GetValueOrDefault(inside[..end]);
        string rest = inside[end..];
        if (rest.StartsWith(":-", StringComparison.Ordinal))
        {
            return string.IsNullOrEmpty(value) ? rest[2..] : value;
        }

        return value ?? (rest.StartsWith('-') ? rest[1..] : "");
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
