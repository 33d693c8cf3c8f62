using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Traffic, replicas and latency over time, with the lanes of phases, scale events and alerts below.</summary>
internal static class TimelineSection
{
    /// <summary>The section; null when the launches have no steps.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        LaunchSet set = figures.Report.Launches;
        if (set.P99.Median.Count == 0 && set.Ready.Median.Count == 0)
        {
            return null;
        }

        Html lead = Html.Of($"""
            Lines are the median launch, shaded bands the middle 90 %. <span
            class="js">Drag to zoom all panels, double-click to see all again; with the keyboard, arrows move the
            cursor.</span><noscript>The charts need JavaScript; the lanes and the tables do not.</noscript>
            """);
        return new ReportSection("timeline", "Timeline", "What happens, minute by minute", lead, Html.Of($"""
            <div class="card stack" data-group="launch">
            {Panel("traffic", "Traffic", "requests/s")}
            {Panel("replicas", "Replicas", "")}
            {Panel("latency", "Latency", "log scale" + (figures.Breaches.Count > 0 ? "; tinted: over the limit" : ""))}
            {Lanes.Of(figures)}
            </div>
            {EventTables.Of(figures)}
            """));
    }

    /// <summary>The frame of one chart.</summary>
    public static Html Panel(string id, string title, string note, string kind = "") => Html.Of($"""
        <div class="pad {kind}" data-chart="{id}"><div class="chead"><div class="ctitle"><h3>{title}</h3><p>{note}</p>
        </div><div class="clegend"></div></div><div class="cbody"></div></div>
        """);
}
