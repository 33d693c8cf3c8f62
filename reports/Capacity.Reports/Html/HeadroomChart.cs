using System.Globalization;

namespace Capacity.Reports;

/// <summary>Share of good launches over the load: a small chart that needs no script, with its numbers as a
/// table.</summary>
internal static class HeadroomChart
{
    /// <summary>The chart.</summary>
    /// <param name="readiness">With at least one level.</param>
    public static Html Of(Readiness readiness)
    {
        IReadOnlyList<LoadLevel> levels = readiness.Levels;
        double most = Math.Max(1.5, levels[^1].Factor * 1.06);
        double X(double factor) => factor / most * 100;
        static double Y(LoadLevel level) => 100 - (100.0 * level.Passed / level.Total);
        string line = string.Join(' ', levels.Select(l =>
            string.Create(CultureInfo.InvariantCulture, $"{X(l.Factor):0.##},{Y(l):0.##}")));
        string label = "Launches that pass: " + string.Join(", ",
            levels.Select(l => $"{l.Passed} of {l.Total} at {Headroom.Factor(l.Factor)}"));
        double every = most > 2.5 ? 1 : 0.5;
        return Html.Of($"""
            <div class="card hrc"><div class="chead"><div class="ctitle"><h3>Launches that keep every objective</h3>
            <p>over the load, as a multiple of the expected one</p></div></div>
            <div class="hr" role="img" aria-label="{label}">
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            <line class="goal" x1="0" x2="100" y1="5" y2="5"/>
            <line class="now" x1="{X(1)}" x2="{X(1)}" y1="0" y2="100"/>
            <line class="spare" x1="{X(Gates.Headroom)}" x2="{X(Gates.Headroom)}" y1="0" y2="100"/>
            <polyline points="{line}"/></svg>
            {levels.Select(l => Point(l, X(l.Factor), Y(l)))}
            <span class="y" style="top:0">100 %</span><span class="y" style="top:50%">50 %</span><span class="y"
            style="top:100%">0 %</span>
            {Ticks(most, every).Select(t => Tick(t, X(t)))}
            </div><p class="under">Dashed: 95 % of launches; the load as expected; 1.3 times that.</p>
            <details class="numbers"><summary>Numbers</summary><table><thead><tr><th class="n">Load</th>
            <th class="n">Launches that pass</th></tr></thead><tbody>{levels.Select(Row)}</tbody></table></details>
            </div>
            """);
    }

    private static Html Point(LoadLevel level, double x, double y)
    {
        string kind = level.Passed >= Verdict.Target * level.Total ? "p" : "";
        return Html.Of($"<i class=\"{kind}\" style=\"left:{x}%;top:{y}%\"></i>");
    }

    private static Html Tick(double factor, double x) =>
        Html.Of($"<span class=\"x\" style=\"left:{x}%\">{Headroom.Factor(factor)}</span>");

    private static IEnumerable<double> Ticks(double most, double every)
    {
        for (int i = 1; i * every <= most; i++)
        {
            yield return i * every;
        }
    }

    private static Html Row(LoadLevel level) => Html.Of($"""
        <tr><td class="n">{Headroom.Factor(level.Factor)}</td><td class="n">{level.Passed} of {level.Total}</td></tr>
        """);
}
