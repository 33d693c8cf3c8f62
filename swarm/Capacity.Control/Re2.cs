using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Capacity.Control;

/// <summary>RE2 patterns, matched in linear time against the whole text: Prometheus' and Alertmanager's.</summary>
/// <remarks>
/// .NET's engine without backtracking refuses what RE2 refuses (look-around, back references). What the two spell
/// differently is translated: ASCII classes, <c>(?P&lt;name&gt;)</c>, <c>\Q…\E</c>, <c>[[:alpha:]]</c>, <c>$</c>.
/// </remarks>
internal static class Re2
{
    private const string RepeatMax = "1000";

    /// <summary>Compiles a pattern for whole texts.</summary>
    /// <returns>False, with the reason, when it is not an RE2 pattern.</returns>
    public static bool TryCompile(
        string pattern, bool dotMatchesNewline, [NotNullWhen(true)] out Regex? regex, out string problem)
    {
        regex = null;
        try
        {
            string translated = new Translation(pattern).Run();
            RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
                | (dotMatchesNewline ? RegexOptions.Singleline : RegexOptions.None);
            regex = new Regex(@"\A(?:" + translated + @")\z", options, TimeSpan.FromSeconds(10));
            problem = "";
            return true;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException or FormatException)
        {
            problem = error is FormatException ? error.Message : "unsupported or unbalanced pattern";
            return false;
        }
    }

    /// <summary>Replaces <c>$1</c>, <c>${name}</c> and <c>$$</c> as Go's regexp.Expand does.</summary>
    public static string Expand(string template, Match match)
    {
        var text = new StringBuilder();
        int i = 0;
        while (i < template.Length)
        {
            char c = template[i];
            if (c != '$' || i + 1 >= template.Length)
            {
                text.Append(c);
                i++;
                continue;
            }

            if (template[i + 1] == '$')
            {
                text.Append('$');
                i += 2;
                continue;
            }

            bool braced = template[i + 1] == '{';
            int start = i + (braced ? 2 : 1);
            int end = start;
            while (end < template.Length && (char.IsAsciiLetterOrDigit(template[end]) || template[end] == '_'))
            {
                end++;
            }

            if (end == start || (braced && (end >= template.Length || template[end] != '}')))
            {
                text.Append('$');
                i++;
                continue;
            }

            text.Append(match.Groups[template[start..end]].Value);
            i = braced ? end + 1 : end;
        }

        return text.ToString();
    }

    private sealed class Translation(string pattern)
    {
        private readonly StringBuilder _out = new();
        private int _i;

        public string Run()
        {
            while (_i < pattern.Length)
            {
                char c = pattern[_i];
                switch (c)
                {
                    case '\\':
                        Escape(inClass: false);
                        break;
                    case '[':
                        Class();
                        break;
                    case '(' when Starts("(?P<"):
                        _out.Append("(?<");
                        _i += 4;
                        break;
                    case '(' when Starts("(?#") || Starts("(?>") || Starts("(?("):
                        throw new FormatException("invalid or unsupported Perl syntax");
                    case '$':
                        _out.Append(@"\z");
                        _i++;
                        break;
                    case '{':
                        Repeat();
                        break;
                    default:
                        _out.Append(c);
                        _i++;
                        break;
                }
            }

            return _out.ToString();
        }

        private bool Starts(string text) => string.CompareOrdinal(pattern, _i, text, 0, text.Length) == 0;

        private void Repeat()
        {
            int end = pattern.IndexOf('}', _i);
            string inside = end < 0 ? "" : pattern[(_i + 1)..end];
            string[] bounds = inside.Split(',');
            bool isRepeat = inside.Length > 0 && bounds.Length <= 2 && bounds[0].Length > 0
                && bounds.All(b => b.All(char.IsAsciiDigit));
            if (!isRepeat)
            {
                _out.Append(@"\{"); // a literal brace in RE2
                _i++;
                return;
            }

            if (bounds.Any(b => b.Length > 4 || (b.Length == 4 && string.CompareOrdinal(b, RepeatMax) > 0)))
            {
                throw new FormatException("invalid repeat count");
            }

            _out.Append(pattern, _i, end - _i + 1);
            _i = end + 1;
        }

        private void Class()
        {
            _out.Append('[');
            _i++;
            if (_i < pattern.Length && pattern[_i] == '^')
            {
                _out.Append('^');
                _i++;
            }

            bool first = true;
            while (_i < pattern.Length && (first || pattern[_i] != ']'))
            {
                first = false;
                if (pattern[_i] == '\\')
                {
                    Escape(inClass: true);
                }
                else if (Starts("[:"))
                {
                    NamedClass();
                }
                else
                {
                    _out.Append(pattern[_i] is '[' or ']' ? "\\" : "").Append(pattern[_i]);
                    _i++;
                }
            }

            if (_i >= pattern.Length)
            {
                throw new FormatException("missing closing ]");
            }

            _out.Append(']');
            _i++;
        }

        private void NamedClass()
        {
            int end = pattern.IndexOf(":]", _i, StringComparison.Ordinal);
            string name = end < 0 ? "" : pattern[(_i + 2)..end];
            _out.Append(name switch
            {
                "alnum" => "0-9A-Za-z",
                "alpha" => "A-Za-z",
                "ascii" => @"\x00-\x7F",
                "blank" => @"\t ",
                "cntrl" => @"\x00-\x1F\x7F",
                "digit" => "0-9",
                "graph" => "!-~",
                "lower" => "a-z",
                "print" => " -~",
                "punct" => @"!-/:-@\[-`{-~",
                "space" => @"\t\n\v\f\r ",
                "upper" => "A-Z",
                "word" => "0-9A-Za-z_",
                "xdigit" => "0-9A-Fa-f",
                _ => throw new FormatException("invalid character class range"),
            });
            _i = end + 2;
        }

        private void Escape(bool inClass)
        {
            if (_i + 1 >= pattern.Length)
            {
                throw new FormatException("trailing backslash");
            }

            char c = pattern[_i + 1];
            _i += 2;
            switch (c)
            {
                case 'd': _out.Append(inClass ? "0-9" : "[0-9]"); break;
                case 'D' when !inClass: _out.Append("[^0-9]"); break;
                case 'w': _out.Append(inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]"); break;
                case 'W' when !inClass: _out.Append("[^0-9A-Za-z_]"); break;
                case 's': _out.Append(inClass ? @"\t\n\f\r " : @"[\t\n\f\r ]"); break;
                case 'S' when !inClass: _out.Append(@"[^\t\n\f\r ]"); break;
                case 'D' or 'W' or 'S': _out.Append('\\').Append(c); break;
                case 'Q' when !inClass: Quoted(); break;
                case 'z' when !inClass: _out.Append(@"\z"); break;
                case 'A' or 'b' or 'B' when !inClass: _out.Append('\\').Append(c); break;
                case 'a' or 'f' or 'n' or 'r' or 't' or 'v': _out.Append('\\').Append(c); break;
                case 'p' or 'P': Property(c); break;
                case 'x': Hex(); break;
                case >= '0' and <= '7': Octal(c); break;
                default:
                    if (char.IsAsciiLetterOrDigit(c))
                    {
                        throw new FormatException($"invalid escape sequence: `\\{c}`");
                    }

                    _out.Append('\\').Append(c);
                    break;
            }
        }

        private void Quoted()
        {
            int end = pattern.IndexOf(@"\E", _i, StringComparison.Ordinal);
            _out.Append(Regex.Escape(pattern[_i..(end < 0 ? pattern.Length : end)]));
            _i = end < 0 ? pattern.Length : end + 2;
        }

        private void Property(char kind)
        {
            bool braced = _i < pattern.Length && pattern[_i] == '{';
            int end = braced ? pattern.IndexOf('}', _i) : _i;
            if (end < 0 || _i >= pattern.Length)
            {
                throw new FormatException("invalid character class range");
            }

            string name = braced ? pattern[(_i + 1)..end] : pattern[_i..(_i + 1)];
            _out.Append('\\').Append(kind).Append('{').Append(name switch
            {
                "Greek" => "IsGreek",
                "Cyrillic" => "IsCyrillic",
                _ => name,
            }).Append('}');
            _i = end + 1;
        }

        private void Hex()
        {
            bool braced = _i < pattern.Length && pattern[_i] == '{';
            int end = braced ? pattern.IndexOf('}', _i) : _i + 2;
            string digits = end < 0 || end > pattern.Length ? "" : pattern[(_i + (braced ? 1 : 0))..end];
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                || code > char.MaxValue)
            {
                throw new FormatException("invalid escape sequence: `\\x`");
            }

            _out.Append(Regex.Escape(((char)code).ToString()));
            _i = braced ? end + 1 : end;
        }

        private void Octal(char first)
        {
            // RE2 reads \0, \012 and \123 as octal, and refuses \1 to \7 alone: they look like back references.
            int code = first - '0';
            int digits = 1;
            while (digits < 3 && _i < pattern.Length && pattern[_i] is >= '0' and <= '7')
            {
                code = (code * 8) + pattern[_i] - '0';
                digits++;
                _i++;
            }

            if (first != '0' && digits == 1)
            {
                throw new FormatException($"invalid escape sequence: `\\{first}`");
            }

            _out.Append(Regex.Escape(((char)code).ToString()));
        }
    }
}
