using System.Text;
using System.Text.RegularExpressions;

namespace Capacity.Control.Alertmanager;

/// <summary>Go's regular expressions (RE2), anchored at both ends as Alertmanager anchors them.</summary>
/// <remarks>Source: RE2 syntax. Matching takes linear time, as RE2's does; backreferences and lookarounds are
/// refused.</remarks>
internal static class GoRegex
{
    /// <summary>Compiles an expression that must match the whole text.</summary>
    /// <returns>Null when the expression is wrong.</returns>
    public static Regex? Anchored(string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{Translate(pattern)})\z",
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    // Only what differs: ASCII classes, named groups, \Q…\E, and "$", which in .NET also matches before a final
    // newline.
    private static string Translate(string pattern)
    {
        var text = new StringBuilder();
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i++;
                text.Append(pattern[i] switch
                {
                    'd' => inClass ? "0-9" : "[0-9]",
                    'w' => inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]",
                    's' => inClass ? @"\t\n\f\r " : @"[\t\n\f\r ]",
                    'D' when !inClass => "[^0-9]",
                    'W' when !inClass => "[^0-9A-Za-z_]",
                    'S' when !inClass => @"[^\t\n\f\r ]",
                    'Q' => Quoted(pattern, ref i),
                    'p' or 'P' when i + 1 < pattern.Length && char.IsAsciiLetterUpper(pattern[i + 1]) =>
                        $"\\{pattern[i]}{{{pattern[++i]}}}",
                    _ => $"\\{pattern[i]}",
                });
            }
            else if (!inClass && c == '(' && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                text.Append("(?<");
                i += 3;
            }
            else if (inClass && c == '[' && PosixClass(pattern, i) is ({ } members, { } length))
            {
                text.Append(members);
                i += length - 1;
            }
            else
            {
                text.Append(!inClass && c == '$' ? @"\z" : inClass && c == '[' ? @"\[" : c.ToString());
                bool opens = !inClass && c == '[';
                inClass = opens || (inClass && c != ']');
                if (opens)
                {
                    OpenClass(pattern, ref i, text);
                }
            }
        }

        return text.ToString();
    }

    // A bracket right after "[" or "[^" is a member, not the end.
    private static void OpenClass(string pattern, ref int i, StringBuilder text)
    {
        if (i + 1 < pattern.Length && pattern[i + 1] == '^')
        {
            text.Append(pattern[++i]);
        }

        if (i + 1 < pattern.Length && pattern[i + 1] == ']')
        {
            text.Append(@"\]");
            i++;
        }
    }

    private static string Quoted(string pattern, ref int i)
    {
        int end = pattern.IndexOf(@"\E", i, StringComparison.Ordinal);
        string quoted = end < 0 ? pattern[(i + 1)..] : pattern[(i + 1)..end];
        i = end < 0 ? pattern.Length : end + 1;
        return Regex.Escape(quoted);
    }

    private static (string? Members, int? Length) PosixClass(string pattern, int at)
    {
        (string Name, string Members)[] classes =
        [
            ("[:alnum:]", "0-9A-Za-z"), ("[:alpha:]", "A-Za-z"), ("[:digit:]", "0-9"), ("[:lower:]", "a-z"),
            ("[:upper:]", "A-Z"), ("[:space:]", @"\t\n\v\f\r "), ("[:word:]", "0-9A-Za-z_"),
            ("[:xdigit:]", "0-9A-Fa-f"), ("[:punct:]", "!-/:-@\\[-`{-~"), ("[:blank:]", @"\t "),
            ("[:cntrl:]", @"\x00-\x1F\x7F"), ("[:print:]", " -~"),
        ];
        foreach ((string name, string members) in classes)
        {
            if (string.CompareOrdinal(pattern, at, name, 0, name.Length) == 0)
            {
                return (members, name.Length);
            }
        }

        return (null, null);
    }
}
