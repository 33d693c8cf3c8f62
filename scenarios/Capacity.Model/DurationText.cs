using System.Globalization;

namespace Capacity.Model;

/// <summary>Durations for people: three digits and a unit.</summary>
public static class DurationText
{
    /// <summary>Writes a duration, for example <c>24 ms</c>, <c>1.27 s</c> or <c>3 min 03 s</c>.</summary>
    /// <param name="seconds">NaN gives a dash.</param>
    public static string Format(double seconds)
    {
        if (double.IsNaN(seconds))
        {
            return "–";
        }

        double size = Math.Abs(seconds);
        return size switch
        {
            < 0.0000005 => "0 s",
            < 0.0009995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0.#} µs"),
            < 0.00995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.##} ms"),
            < 0.0995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.#} ms"),
            < 0.9995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0} ms"),
            < 9.995 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"),
            < 59.5 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
            _ => Long(seconds),
        };
    }

    private static string Long(double seconds)
    {
        long whole = (long)Math.Min(Math.Round(Math.Abs(seconds)), 1e15);
        string sign = seconds < 0 ? "−" : "";
        return whole < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{whole / 60} min {whole % 60:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{whole / 3600} h {whole / 60 % 60:00} min");
    }
}
