using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Capacity.Control.PromQl;
using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>A function of a template.</summary>
internal delegate object? TemplateFunction(object?[] arguments);

/// <summary>The functions that templates of alerts use.</summary>
/// <remarks>Source: Prometheus 2.42, template/template.go; Go text/template for the comparisons.</remarks>
internal static class TemplateFunctions
{
    private const string Larger = "kMGTPEZY";
    private const string Smaller = "munpfazy";

    public static TemplateFunction? Find(string name) => name switch
    {
        "humanize" => Numeric(v => Humanize(v)),
        "humanize1024" => Numeric(Humanize1024),
        "humanizeDuration" => Numeric(HumanizeDuration),
        "humanizePercentage" => Numeric(v => GoText.General(v * 100, 4) + "%"),
        "humanizeTimestamp" => Numeric(HumanizeTimestamp),
        "toTime" => Numeric(HumanizeTimestamp),
        "title" => Textual(Title),
        "toUpper" => Textual(t => t.ToUpperInvariant()),
        "toLower" => Textual(t => t.ToLowerInvariant()),
        "stripPort" => Textual(t => t.LastIndexOf(':') is var i and > 0 ? t[..i].Trim('[', ']') : t),
        "stripDomain" => Textual(t => t.Split('.')[0]),
        "parseDuration" => a => PrometheusDuration.Parse(Text(a, 0)).TryGet(out TimeSpan d)
            ? d.TotalSeconds
            : throw new TemplateException($"not a valid duration string: \"{Text(a, 0)}\""),
        "match" => a => Pattern(Text(a, 0)).IsMatch(Text(a, 1)),
        "reReplaceAll" => a => Pattern(Text(a, 0)).Replace(Text(a, 2), m => Re2.Expand(Text(a, 1), m)),
        "print" => a => string.Concat(a.Select(Show)),
        "println" => a => string.Join(' ', a.Select(Show)) + "\n",
        "printf" => a => TemplatePrintf.Format(Text(a, 0), a[1..]),
        "len" => a => At(a, 0) is LabelSet set ? (long)set.Count : Encoding.UTF8.GetByteCount(Text(a, 0)),
        "index" => a => At(a, 0) is LabelSet set ? set[Text(a, 1)] : throw new TemplateException("can't index item"),
        "not" => a => !IsTrue(At(a, 0)),
        "and" => a => a.FirstOrDefault(v => !IsTrue(v), At(a, a.Length - 1)),
        "or" => a => a.FirstOrDefault(IsTrue, At(a, a.Length - 1)),
        "eq" => a => a.Skip(1).Any(b => Compare(At(a, 0), b) == 0),
        "ne" => a => Compare(At(a, 0), At(a, 1)) != 0,
        "lt" => a => Compare(At(a, 0), At(a, 1)) == -1,
        "le" => a => Compare(At(a, 0), At(a, 1)) is -1 or 0,
        "gt" => a => Compare(At(a, 0), At(a, 1)) is not (-1 or 0), // "not lower or equal", also for NaN
        "ge" => a => Compare(At(a, 0), At(a, 1)) != -1,
        _ => null,
    };

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool b => b,
        string s => s.Length > 0,
        long n => n != 0,
        double d => d != 0,
        LabelSet l => l.Count > 0,
        _ => true,
    };

    /// <summary>As <c>%v</c>.</summary>
    public static string Show(object? value) => value switch
    {
        null => "<no value>",
        bool b => b ? "true" : "false",
        double d => GoText.Number(d),
        long n => n.ToString(CultureInfo.InvariantCulture),
        LabelSet set => $"map[{string.Join(' ', set.Labels.Select(l => $"{l.Key}:{l.Value}"))}]",
        _ => value.ToString() ?? "",
    };

    public static double Number(object? value) => value switch
    {
        double d => d,
        long n => n,
        string s when GoText.TryNumber(s, out double read) => read,
        _ => throw new TemplateException($"can't convert {Show(value)} to float"),
    };

    public static string Unquote(string quoted)
    {
        try
        {
            return Regex.Unescape(quoted[1..^1]);
        }
        catch (ArgumentException)
        {
            throw new TemplateException($"invalid syntax: {quoted}");
        }
    }

    private static object? At(object?[] arguments, int index) => index >= 0 && index < arguments.Length
        ? arguments[index]
        : throw new TemplateException("wrong number of args");

    private static string Text(object?[] arguments, int index) => Show(At(arguments, index));

    private static TemplateFunction Numeric(Func<double, string> f) => a => f(Number(At(a, a.Length - 1)));

    private static TemplateFunction Textual(Func<string, string> f) => a => f(Text(a, a.Length - 1));

    private static Regex Pattern(string pattern)
    {
        try
        {
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            return new Regex(pattern, Options, TimeSpan.FromSeconds(1));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new TemplateException($"error parsing regexp: {pattern}");
        }
    }

    // −1, 0 or 1; 2 for NaN, which is neither.
    private static int Compare(object? a, object? b) => (a, b) switch
    {
        (double x, double y) => double.IsNaN(x) || double.IsNaN(y) ? 2 : x.CompareTo(y),
        (long x, long y) => x.CompareTo(y),
        (string x, string y) => Math.Sign(string.CompareOrdinal(x, y)),
        (bool x, bool y) => x.CompareTo(y),
        _ => throw new TemplateException("incompatible types for comparison"),
    };

    private static string Title(string text)
    {
        var result = new StringBuilder(text);
        for (int i = 0; i < result.Length; i++)
        {
            if (i == 0 || !char.IsLetterOrDigit(result[i - 1]))
            {
                result[i] = char.ToUpperInvariant(result[i]);
            }
        }

        return result.ToString();
    }

    private static string Humanize(double v, string unit = "")
    {
        string prefix = "";
        if (v == 0 || !double.IsFinite(v))
        {
            return GoText.General(v, 4) + unit;
        }

        if (Math.Abs(v) >= 1)
        {
            for (int i = 0; i < Larger.Length && Math.Abs(v) >= 1000; i++)
            {
                prefix = Larger[i].ToString();
                v /= 1000;
            }
        }
        else
        {
            for (int i = 0; i < Smaller.Length && Math.Abs(v) < 1; i++)
            {
                prefix = Smaller[i].ToString();
                v *= 1000;
            }
        }

        return GoText.General(v, 4) + prefix + unit;
    }

    private static string Humanize1024(double v)
    {
        string prefix = "";
        for (int i = 0; i < Larger.Length && double.IsFinite(v) && Math.Abs(v) >= 1024; i++)
        {
            prefix = Larger[i] + "i";
            v /= 1024;
        }

        return GoText.General(v, 4) + prefix;
    }

    private static string HumanizeDuration(double v)
    {
        if (!double.IsFinite(v) || v == 0 || Math.Abs(v) < 1)
        {
            return double.IsFinite(v) ? Humanize(v, "s") : GoText.General(v, 4);
        }

        string sign = v < 0 ? "-" : "";
        v = Math.Abs(v);
        long whole = GoDate.Whole(v);
        (long days, long hours, long minutes, long seconds) =
            (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
        return (days, hours, minutes) switch
        {
            (not 0, _, _) => $"{sign}{days}d {hours}h {minutes}m {seconds}s",
            (_, not 0, _) => $"{sign}{hours}h {minutes}m {seconds}s",
            (_, _, not 0) => $"{sign}{minutes}m {seconds}s",
            _ => $"{sign}{GoText.General(v, 4)}s",
        };
    }

    private static string HumanizeTimestamp(double v)
    {
        double max = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).TotalSeconds;
        if (!double.IsFinite(v) || Math.Abs(v) > max / 130)
        {
            return GoText.General(v, 4);
        }

        DateTime time = DateTime.UnixEpoch.AddTicks((long)(v * TimeSpan.TicksPerSecond));
        string fraction = time.ToString(".FFFFFFF", CultureInfo.InvariantCulture);
        return time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + fraction + " +0000 UTC";
    }
}
