using System.Globalization;
using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>Values of knobs as the user's files write them.</summary>
internal static class KnobText
{
    /// <summary>Stops for times, seconds: about a third apart.</summary>
    public static readonly IReadOnlyList<double> Times =
        [1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1_200, 1_800, 3_600];

    /// <summary>Whole numbers from one to another.</summary>
    public static IEnumerable<double> Counts(int from, int to) =>
        Enumerable.Range(from, Math.Max(1, to - from + 1)).Select(n => (double)n);

    /// <summary>Stops for times within bounds.</summary>
    public static IEnumerable<double> TimesWithin(double from, double to) => Times.Where(t => t >= from && t <= to);

    /// <summary>Writes a number with a point and without an exponent.</summary>
    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>Writes seconds as Prometheus does: <c>1m30s</c>.</summary>
    public static string Time(double seconds) => PrometheusDuration.Format(Span(seconds));

    /// <summary>Writes seconds as a scenario does: <c>8.8ms</c>, <c>2s</c>.</summary>
    public static string Precise(double seconds) => seconds is > 0 and < 1
        ? (seconds * 1e3).ToString("0.#########", CultureInfo.InvariantCulture) + "ms"
        : seconds.ToString("0.#########", CultureInfo.InvariantCulture) + "s";

    /// <summary>Seconds as a time span, to the millisecond.</summary>
    public static TimeSpan Span(double seconds) => TimeSpan.FromMilliseconds(Math.Round(seconds * 1e3));
}
