using System.Globalization;

namespace Capacity.Reports;

/// <summary>A line chart that code hosts draw from text: Mermaid's xychart.</summary>
internal static class MermaidChart
{
    private const int MostPoints = 60;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Draws lines over time.</summary>
    /// <param name="title">Without quotes.</param>
    /// <param name="unit">Of the values.</param>
    /// <param name="duration">Seconds.</param>
    /// <param name="lines">One value per step each; steps without a value are drawn at 0.</param>
    /// <returns>A fenced block; empty without values.</returns>
    public static string Of(string title, string unit, double duration, params IReadOnlyList<double>[] lines)
    {
        string[][] drawn = [.. lines.Where(l => l.Count > 0).Select(Thinned)];
        if (drawn.Length == 0)
        {
            return "";
        }

        double highest = lines.SelectMany(l => l).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        (double length, string clock) = duration >= 180 ? (duration / 60, "minutes") : (duration, "seconds");
        string top = Math.Max(highest * 1.1, 1e-3).ToString("0.###", Invariant);
        string rows = string.Concat(drawn.Select(d => $"  line [{string.Join(", ", d)}]\n"));
        return string.Create(Invariant, $"""
            ```mermaid
            xychart-beta
              title "{title}"
              x-axis "{clock}" 0 --> {length:0.##}
              y-axis "{unit}" 0 --> {top}
            {rows}```

            """);
    }

    /// <summary>The highest value of each group of steps, so that a short peak is not lost.</summary>
    private static string[] Thinned(IReadOnlyList<double> values)
    {
        int group = (values.Count + MostPoints - 1) / MostPoints;
        return
        [
            .. values.Chunk(group).Select(c => c.Where(double.IsFinite).DefaultIfEmpty(0).Max()
                .ToString("0.###", Invariant)),
        ];
    }
}
