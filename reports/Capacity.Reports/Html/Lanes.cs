using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Phases, scale events and alerts of the middle launch, on the time axis of the charts above.</summary>
internal static class Lanes
{
    private const int MarksMax = 3; // in one place

    /// <summary>The lanes and their legend.</summary>
    public static Html Of(ReportFigures figures)
    {
        double duration = figures.Report.Launches.Duration;
        IReadOnlyList<string> alerts = figures.AlertNames();
        return Html.Of($"""
            <div class="lanes">
            {Html.When(figures.Phases.Any(p => p.Name.Length > 0), () => Phases(figures.Phases, duration))}
            {ScaleEvents(figures.Report.Launches.Middle.ScaleActions, duration)}
            {alerts.Select(a => Alert(a, figures.Report.Launches, duration))}
            {Hint(figures, alerts.Count)}
            </div>
            """);
    }

    private static Html Phases(IReadOnlyList<PhaseSpan> phases, double duration)
    {
        string label = string.Join(", ", phases.Select(p => $"{p.Name} from {NumberText.Clock(p.From)}"));
        return Lane("Phase", "", label, phases.Select((p, i) => Html.Of($"""
            <span class="ph {(i % 2 == 1 ? "odd" : "")}" {Span(p.From, p.To, duration)}
            title="{p.Name}, {NumberText.Clock(p.From)} – {NumberText.Clock(p.To)}">{p.Name}</span>
            """)));
    }

    private static Html ScaleEvents(IReadOnlyList<ScaleAction> actions, double duration)
    {
        List<ScaleAction[]> groups = Grouped(actions, duration / 22);
        string label = actions.Count == 0
            ? "no scale events"
            : string.Join(", ", actions.Select(a => $"{a.From} to {a.To} at {NumberText.Clock(a.At)}"));
        return Lane("Scale events", "", label, groups.Select(g =>
        {
            double middle = (g[0].At + g[^1].At) / 2;
            string title = string.Join("; ", g.Select(a => $"{NumberText.Clock(a.At)} {a.From} → {a.To} ({a.Alert})"));
            return Html.Of($"""
                <span class="ev {(g.All(a => a.To < a.From) ? "dn" : "")}" data-from="{middle}"
                style="left:{Percent(middle, duration)}%" title="{title}">{Marks(g)}</span>
                """);
        }));
    }

    /// <summary>Neighbours share one mark, so that marks do not cover each other.</summary>
    private static List<ScaleAction[]> Grouped(IReadOnlyList<ScaleAction> actions, double gap)
    {
        var groups = new List<List<ScaleAction>>();
        foreach (ScaleAction action in actions.Where(a => a.From != a.To))
        {
            if (groups.Count > 0 && action.At - groups[^1][^1].At <= gap)
            {
                groups[^1].Add(action);
            }
            else
            {
                groups.Add([action]);
            }
        }

        return [.. groups.Select(g => g.ToArray())];
    }

    /// <summary>The steps of a group, those in one direction together.</summary>
    private static string Marks(ScaleAction[] group)
    {
        var steps = new List<int>();
        foreach (int by in group.Select(a => a.To - a.From))
        {
            if (steps.Count > 0 && Math.Sign(steps[^1]) == Math.Sign(by))
            {
                steps[^1] += by;
            }
            else
            {
                steps.Add(by);
            }
        }

        return string.Join(' ', steps.Take(MarksMax).Select(by => (by < 0 ? "▼ −" : "▲ +") + Math.Abs(by)))
            + (steps.Count > MarksMax ? " …" : "");
    }

    private static Html Alert(string name, LaunchSet set, double duration)
    {
        AlertSpan[] spans = [.. set.Middle.Alerts.Where(a => a.Name == name)];
        string share = set.AlertShares.TryGetValue(name, out double s) ? NumberText.Percent(s) : "";
        string label = spans.Length == 0
            ? $"{name}: not active in the middle launch"
            : $"{name}: " + string.Join(", ", spans.Select(Describe));
        return Lane(name, share, label, spans.Select(a => Html.Of($"""
            <span class="pe" {Span(a.Pending, double.IsNaN(a.Firing) ? a.End : a.Firing, duration)}
            title="{name} {Describe(a)}"></span>{Firing(a, duration)}
            """)));
    }

    private static Html Firing(AlertSpan span, double duration) => Html.When(!double.IsNaN(span.Firing), () =>
        Html.Of($"""
        <span class="fi {Tone(span.Severity)}" {Span(span.Firing, span.End, duration)}
        title="{span.Name} {Describe(span)}"></span>
        """));

    /// <summary>An alert's stretch in words.</summary>
    public static string Describe(AlertSpan span) => double.IsNaN(span.Firing)
        ? $"pending {NumberText.Clock(span.Pending)} – {NumberText.Clock(span.End)}"
        : $"pending {NumberText.Clock(span.Pending)}, "
            + $"firing {NumberText.Clock(span.Firing)} – {NumberText.Clock(span.End)}";

    /// <summary>The colour class of a severity or of the direction that an alert scales to.</summary>
    private static string Tone(string severity) => severity switch
    {
        "up" => "up",
        "down" => "down",
        "critical" or "page" or "error" => "critical",
        _ => "warning",
    };

    private static Html Lane(string name, string share, string label, IEnumerable<Html> marks) => Html.Of($"""
        <div class="lane"><span class="nm" title="{name}">{Html.Breakable(name)}</span><span class="pr">{share}</span>
        <div class="tr" role="img" aria-label="{label}">{marks}</div></div>
        """);

    private static Html Hint(ReportFigures figures, int alerts)
    {
        string[] tones =
        [
            .. figures.Report.Launches.Middle.Alerts.Where(a => !double.IsNaN(a.Firing)).Select(a => Tone(a.Severity))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        string lanes = $"Lanes show the middle launch, number {figures.Report.Launches.MiddleNumber}.";
        Html pending = alerts > 0 ? new Html("<span><i class=\"pe\"></i>pending</span>") : Html.Empty;
        return Html.Of($"""
            <p class="lanehint">{pending}
            {tones.Select(t => Html.Of($"<span><i class=\"fi {t}\"></i>{Meaning(t)}</span>"))}
            <span>{(alerts > 0 ? "%: share of launches in which the alert fires. " : "")}{lanes}</span></p>
            """);
    }

    private static string Meaning(string tone) => tone switch
    {
        "up" => "firing, asks for more",
        "down" => "firing, asks for fewer",
        _ => $"firing, {tone}",
    };

    private static Html Span(double from, double to, double duration) => Html.Of($"""
        data-from="{from}" data-to="{to}"
        style="left:{Percent(from, duration)}%;width:max({Percent(to - from, duration)}%,2px)"
        """);

    private static double Percent(double seconds, double duration) => duration > 0 ? seconds / duration * 100 : 0;
}
