using System.Globalization;
using System.Text;
using Capacity.Control.PromQl;

namespace Capacity.Control.Rules;

/// <summary>Go's printf as alerts use it: flags, width, precision, and the verbs v s q d f e g t x c %.</summary>
internal static class TemplatePrintf
{
    public static string Format(string format, object?[] arguments)
    {
        var text = new StringBuilder();
        int next = 0;
        int i = 0;
        while (i < format.Length)
        {
            if (format[i] != '%')
            {
                text.Append(format[i++]);
                continue;
            }

            int start = i + 1;
            int end = start;
            while (end < format.Length && "+-# .0123456789".Contains(format[end], StringComparison.Ordinal))
            {
                end++;
            }

            if (end >= format.Length)
            {
                return text.Append("%!(NOVERB)").ToString();
            }

            i = end + 1;
            if (format[end] == '%')
            {
                text.Append('%');
            }
            else if (next >= arguments.Length)
            {
                text.Append("%!").Append(format[end]).Append("(MISSING)");
            }
            else
            {
                text.Append(One(format[start..end], format[end], arguments[next++]));
            }
        }

        if (next < arguments.Length)
        {
            IEnumerable<string> extra = arguments.Skip(next).Select(a => $"{TypeName(a)}={TemplateFunctions.Show(a)}");
            text.Append("%!(EXTRA ").AppendJoin(", ", extra).Append(')');
        }

        return text.ToString();
    }

    private static string One(string flags, char verb, object? argument)
    {
        int digits = flags.TakeWhile(c => !char.IsAsciiDigit(c) && c != '.').Count();
        string marks = flags[..digits];
        string[] sizes = flags[digits..].Split('.');
        bool zeros = sizes[0].StartsWith('0');
        int width = Size(sizes[0], 0);
        int precision = sizes.Length > 1 ? Size(sizes[1], 0) : -1;
        string shown = Verb(verb, precision, argument);
        bool number = argument is double or long;
        if (number && marks.Contains('+', StringComparison.Ordinal) && shown[0] is not ('-' or '+' or '%'))
        {
            shown = "+" + shown;
        }
        else if (number && marks.Contains(' ', StringComparison.Ordinal) && shown[0] != '-')
        {
            shown = " " + shown;
        }

        if (marks.Contains('-', StringComparison.Ordinal))
        {
            return shown.PadRight(width);
        }

        if (!zeros || !number)
        {
            return shown.PadLeft(width);
        }

        int sign = shown[0] is '-' or '+' ? 1 : 0;
        return shown[..sign] + shown[sign..].PadLeft(Math.Max(width - sign, 0), '0');
    }

    private static int Size(string text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? Math.Min(size, 200)
            : otherwise;

    private static string Verb(char verb, int precision, object? argument) => (verb, argument) switch
    {
        ('v' or 'g' or 'G', double d) => GoText.General(d, precision),
        ('f' or 'F', double d) => GoText.Decimals(d, precision < 0 ? 6 : precision),
        ('e' or 'E', double d) => GoText.Exponent(d, precision < 0 ? 6 : precision),
        ('d' or 'v', long n) => n.ToString(CultureInfo.InvariantCulture),
        ('x', long n) => n.ToString("x", CultureInfo.InvariantCulture),
        ('c', long n) => ((char)n).ToString(),
        ('t' or 'v', bool b) => b ? "true" : "false",
        ('s' or 'v', string s) => precision >= 0 && precision < s.Length ? s[..precision] : s,
        ('q', string s) => GoText.Quote(s),
        ('x', string s) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s)),
        ('s' or 'v', LabelSet set) => TemplateFunctions.Show(set),
        (_, null) => verb == 'v' ? "<nil>" : $"%!{verb}(<nil>)",
        _ => $"%!{verb}({TypeName(argument)}={TemplateFunctions.Show(argument)})",
    };

    private static string TypeName(object? value) => value switch
    {
        double => "float64",
        long => "int",
        bool => "bool",
        string => "string",
        _ => "map[string]string",
    };
}
