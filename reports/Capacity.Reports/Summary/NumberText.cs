using System.Globalization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Numbers for people: grouped, with the digits that mean something.</summary>
public static class NumberText
{
    private const char Group = '\u202f'; // narrow no-break space: a group never wraps
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>A count or a rate, for example <c>1 500</c> or <c>11.1</c>; NaN is a dash.</summary>
    public static string Count(double number)
    {
        if (!double.IsFinite(number))
        {
            return "–";
        }

        string text = Math.Abs(number) switch
        {
            >= 100 => Math.Round(number).ToString("0", Invariant),
            >= 10 => number.ToString("0.#", Invariant),
            _ => number.ToString("0.##", Invariant),
        };
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point];
        int first = whole.StartsWith('-') ? 1 : 0;
        for (int i = whole.Length - 3; i > first && whole.Length - first > 3; i -= 3)
        {
            whole = whole.Insert(i, $"{Group}");
        }

        return (whole + (point < 0 ? "" : text[point..])).Replace('-', '−');
    }

    /// <summary>A share as a percentage: two digits after the point below 1 %, one below 10 %.</summary>
    public static string Percent(double share)
    {
        if (!double.IsFinite(share))
        {
            return "–";
        }

        double percent = share * 100;
        string format = Math.Abs(percent) switch { < 1 => "0.##", < 10 => "0.#", > 99 and < 100 => "0.#", _ => "0" };
        return percent.ToString(format, Invariant).Replace('-', '−') + " %";
    }

    /// <summary>An interval of shares, for example <c>0.2–5.4 %</c>.</summary>
    public static string PercentRange(double low, double high) =>
        string.Create(Invariant, $"{low * 100:0.#}–{high * 100:0.#} %");

    /// <summary>From one value to another; one value alone when both read the same.</summary>
    public static string Range(string low, string high) => low == high ? low : $"{low} – {high}";

    /// <summary>A length of time without empty parts: <c>45 min</c>, not <c>45 min 00 s</c>.</summary>
    public static string Length(double seconds)
    {
        string text = DurationText.Format(seconds);
        return text.EndsWith(" 00 s", StringComparison.Ordinal) ? text[..^5]
            : text.EndsWith(" 00 min", StringComparison.Ordinal) ? text[..^7]
            : text;
    }

    /// <summary>A length of time as people say it: <c>about 50 s</c>, <c>about 3 min</c>.</summary>
    public static string About(double seconds) => seconds switch
    {
        < 10 => "about " + Length(seconds),
        < 90 => string.Create(Invariant, $"about {Math.Round(seconds / 5) * 5:0} s"),
        < 5400 => string.Create(Invariant, $"about {Math.Round(seconds / 60):0} min"),
        _ => string.Create(Invariant, $"about {seconds / 3600:0.#} h"),
    };

    /// <summary>An instant of a run, <c>m:ss</c>; <c>h:mm:ss</c> from one hour on; a dash for NaN.</summary>
    public static string Clock(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return "–";
        }

        long whole = (long)Math.Round(Math.Max(0, seconds));
        return whole < 3600
            ? string.Create(Invariant, $"{whole / 60}:{whole % 60:00}")
            : string.Create(Invariant, $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}");
    }

    /// <summary>An instant of a rehearsal, which may last only seconds: <c>0:07.4</c>.</summary>
    public static string FineClock(double seconds) => !double.IsFinite(seconds)
        ? "–"
        : string.Create(Invariant,
            $"{(long)(Math.Max(0, seconds) / 60)}:{Math.Floor(Math.Max(0, seconds) % 60 * 10) / 10:00.0}");

    /// <summary>A difference of two durations with its sign: <c>+0.12 s</c>.</summary>
    public static string Signed(double seconds) => double.IsNaN(seconds)
        ? "–"
        : Math.Abs(seconds) < 0.0005 ? "0 s"
        : (seconds < 0 ? "−" : "+") + DurationText.Format(Math.Abs(seconds));

    /// <summary>A relative difference with its sign: <c>+15 %</c>.</summary>
    public static string SignedPercent(double share) => !double.IsFinite(share)
        ? "–"
        : string.Create(Invariant,
            $"{(share < -0.0005 ? "−" : share > 0.0005 ? "+" : "±")}{Math.Abs(share) * 100:0.#} %");
}
