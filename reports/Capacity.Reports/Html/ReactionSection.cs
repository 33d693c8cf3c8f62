using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Where the time goes between a change of the load and the replicas that it calls for, link by
/// link.</summary>
internal static class ReactionSection
{
    private const int Most = 8; // scale actions; a long run repeats itself

    /// <summary>The first scale-ups of the middle launch; empty when it never asks for more replicas.</summary>
    public static IReadOnlyList<ReactionTime> Ups(ReportFigures figures) =>
    [
        .. ReactionTime.Of(figures.Report.Launches.Middle)
            .Where(t => t.Action.To > t.Action.From && t.Seconds > 0).Take(Most),
    ];

    /// <summary>The links that take a part worth naming, in words.</summary>
    public static string Words(ReactionTime time) => string.Join(" · ", time.Links
        .Where(l => l.Seconds >= Math.Max(0.05, time.Seconds / 1_000))
        .Select(l => $"{l.Name} {DurationText.Format(l.Seconds)}"));

    /// <summary>The section; null when the middle launch never asks for more replicas.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        IReadOnlyList<ReactionTime> ups = Ups(figures);
        if (ups.Count == 0)
        {
            return null;
        }

        double longest = ups.Max(t => t.Seconds);
        var shown = ups.SelectMany(t => t.Links).Where(l => l.Seconds > 0).DistinctBy(l => l.Name)
            .OrderBy(l => Place(l.Name)).ToList();
        return new ReportSection("reaction", "Reaction", "Where does the reaction time go?",
            Html.Of($"""
                From the change of the load, as the latency shows it, to replicas in rotation, for each time that the
                middle launch asks for more. The longest link is the one to shorten.
                """),
            Html.Of($"""
                {ReportSection.Table("Reaction time by link",
                    new Html("<th>Action</th><th class=\"n\">Takes</th><th class=\"links\">Link by link</th>"),
                    ups.Select(t => Row(t, longest)), "reaction")}
                <ul class="under lks">{shown.Select(l =>
                    Html.Of($"<li><i class=\"lk{Place(l.Name)}\"></i><b>{l.Name}</b>: {l.What}</li>"))}</ul>
                """));
    }

    private static Html Row(ReactionTime time, double longest) => Html.Of($"""
        <tr><td><b>{time.Action.From} → {time.Action.To}</b> at {NumberText.Clock(time.Action.At)}
        <small>{Html.Breakable(time.Action.Alert)}</small></td>
        <td class="n"><b>{NumberText.Length(time.Seconds)}</b></td>
        <td><div class="lkbar" role="img" aria-label="{Words(time)}">{time.Links.Where(l => l.Seconds > 0).Select(l =>
            Html.Of($"<i class=\"lk{Place(l.Name)}\" style=\"width:{100 * l.Seconds / longest}%\"></i>"))}</div>
        <small>{Words(time)}</small></td></tr>
        """);

    /// <summary>The place of a link in the chain: its colour.</summary>
    private static int Place(string link) => link switch
    {
        "requests" => 0,
        "evaluation" => 1,
        "for" => 2,
        "group" or "repeat" => 3,
        "delivery" => 4,
        "orchestrator" => 5,
        "start" => 6,
        "rotation" => 7,
        _ => 8,
    };
}
