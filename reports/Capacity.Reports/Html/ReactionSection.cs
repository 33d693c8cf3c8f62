using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Where the time goes between a scrape and the replicas that it calls for, link by link.</summary>
internal static class ReactionSection
{
    private const int Most = 8; // scale actions; a long run repeats itself

    /// <summary>The section; null when the middle launch never asks for more replicas.</summary>
    public static ReportSection? Of(ReportFigures figures)
    {
        ScaleAction[] ups =
        [
            .. figures.Report.Launches.Middle.ScaleActions.Where(a => a.To > a.From && Total(a.Chain) > 0).Take(Most),
        ];
        if (ups.Length == 0)
        {
            return null;
        }

        double longest = ups.Max(a => Total(a.Chain));
        return new ReportSection("reaction", "Reaction", "Where does the reaction time go?",
            Html.Of($"""
                From the scrape that shows it to replicas in rotation, for each time that the middle launch asks for
                more. The longest link is the one to shorten.
                """),
            Html.Of($"""
                {ReportSection.Table("Reaction time by link",
                    new Html("<th>Action</th><th class=\"n\">Takes</th><th class=\"links\">Link by link</th>"),
                    ups.Select(a => Row(a, longest)), "reaction")}
                <p class="under lks">{ActionTable.LinkNames.Select((name, i) =>
                    Html.Of($"<span><i class=\"lk{i}\"></i>{name}: {ActionTable.Meanings[i]}</span>"))}</p>
                """));
    }

    private static double Total(ScaleChain chain) =>
        ActionTable.Delays(chain).Where(d => d > 0).DefaultIfEmpty(0).Sum();

    private static Html Row(ScaleAction action, double longest)
    {
        (string Name, double Delay, int Index)[] links =
        [
            .. ActionTable.LinkNames.Zip(ActionTable.Delays(action.Chain)).Select((l, i) => (l.First, l.Second, i))
                .Where(l => l.Second > 0),
        ];
        string words = string.Join(" · ", links.Where(l => l.Delay >= 0.05)
            .Select(l => $"{l.Name} {DurationText.Format(l.Delay)}"));
        return Html.Of($"""
            <tr><td><b>{action.From} → {action.To}</b> at {NumberText.Clock(action.At)}
            <small>{Html.Breakable(action.Alert)}</small></td>
            <td class="n"><b>{NumberText.Length(Total(action.Chain))}</b></td>
            <td><div class="lkbar" role="img" aria-label="{words}">{links.Select(l =>
                Html.Of($"<i class=\"lk{l.Index}\" style=\"width:{100 * l.Delay / longest}%\"></i>"))}</div>
            <small>{words}</small></td></tr>
            """);
    }
}
