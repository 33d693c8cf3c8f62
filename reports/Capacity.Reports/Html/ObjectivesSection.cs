namespace Capacity.Reports;

/// <summary>Every objective: limit, prediction, range and result.</summary>
internal static class ObjectivesSection
{
    /// <summary>The section; null when the scenario has no objectives.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        if (figures.Objectives.Count == 0)
        {
            return null;
        }

        var head = new Html("<th>Objective</th><th>Limit</th><th>Predicted</th>"
            + "<th class=\"range\">Range and limit</th><th>Result</th>");
        Html lead = Html.Of($"Disc: median launch. Bar: middle 90 % of launches. Upright line: the limit.");
        return new ReportSection("objectives", "Objectives", "Objectives", lead,
            ReportSection.Table("Objectives", head, figures.Objectives.Select(Row), "goals"));
    }

    private static Html Row(ObjectiveSummary o)
    {
        string tone = Icons.Tone(o.State);
        return Html.Of($"""
            <tr><td><b>{o.Title}</b></td><td>{o.LimitText}</td><td>{o.PredictedText}<small>90 %: <span
            class="nw">{o.RangeText}</span></small></td><td>{Bullet(o, tone)}</td>
            <td><span class="st {tone}">{Icons.Of(o.State)}{o.StateWord}</span>
            <small>held in {o.Passed} of {o.Total}</small></td></tr>
            """);
    }

    private static Html Bullet(ObjectiveSummary o, string tone)
    {
        double most = Math.Max(o.ShownLimit, o.Shown.High) * 1.15;
        double Place(double value) => most > 0 ? Math.Clamp(value / most * 100, 0, 100) : 0;
        double low = Place(o.Shown.Low);
        double width = Math.Max(0.8, Place(o.Shown.High) - low);
        string label =
            $"median {o.ShownText(o.Shown.Median)}, middle 90 % {o.RangeText}, limit {o.ShownText(o.ShownLimit)}";
        return Html.Of($"""
            <div class="bul {tone}" role="img" aria-label="{label}" title="{label}"><span class="t"></span><span
            class="i" style="left:{low}%;width:{width}%"></span><span class="g"
            style="left:{Place(o.ShownLimit)}%"></span><span class="d" style="left:{Place(o.Shown.Median)}%"></span>
            </div>
            """);
    }
}
