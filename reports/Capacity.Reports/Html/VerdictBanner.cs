using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The answer: word, sentence, smallest fix, and one mark per launch.</summary>
internal static class VerdictBanner
{
    /// <summary>The banner.</summary>
    public static Html Of(ReportFigures figures)
    {
        CheckReport report = figures.Report;
        Verdict verdict = report.Verdict;
        string word = Headline.Word(verdict.Kind);
        return Html.Of($"""
            <div class="verdict {ToneOf(verdict.Kind)}" id="verdict" role="region" aria-label="Verdict: {word}"><div
            class="l">
            <span class="pill">{Icons.Of(verdict.Kind)}{word}</span>
            <h2>{Headline.Sentence(figures)}.</h2><p>{Headline.Detail(figures)}</p>
            {Reasons(verdict)}
            {Conditions(verdict)}
            {Fix(figures)}
            <div class="act">{Links(figures)}</div></div>
            <div class="r">{Marks(figures)}<b>{Headline.Launches(verdict)}
            {(verdict.Passed == 1 ? "passes" : "pass")}</b>
            <small>95 % interval {NumberText.PercentRange(verdict.Low, verdict.High)}; a go needs at least 95 %, beyond
            chance. {Legend(figures)}</small></div></div>
            """);
    }

    private static string ToneOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Go => "go",
        VerdictKind.NoGo => "nogo",
        VerdictKind.GoWithConditions => "risk",
        _ => "unknown",
    };

    private static Html Reasons(Verdict verdict) => Html.When(verdict.Reasons.Count > 0, () => Html.Of($"""
        <div class="reasons">
        <b>{(verdict.Kind == VerdictKind.Inconclusive ? "Why there is no answer" : "What limits this answer")}</b>
        <ul>{verdict.Reasons.Select(r => Html.Of($"<li>{r}</li>"))}</ul></div>
        """));

    private static Html Conditions(Verdict verdict) => Html.When(
        verdict.Conditions.Count > 0 && verdict.Kind != VerdictKind.NoGo, () => Html.Of($"""
            <div class="reasons"><b>Conditions</b>
            <ul>{verdict.Gates.Where(g => g.Kind == GateKind.Soft && g.State != GateState.Pass).Select(Condition)}</ul>
            </div>
            """));

    private static Html Condition(Gate gate) => Html.Of($"""
        <li><b>{gate.Name}</b>: {gate.ObservedText}, must be {gate.ThresholdText}; <span>{gate.Condition}</span></li>
        """);

    private static Html Fix(ReportFigures figures)
    {
        if (figures.Report.Verdict.Kind == VerdictKind.Go)
        {
            string first = Headline.FirstToBreak(figures);
            int end = first.IndexOf(". ", StringComparison.Ordinal);
            return Html.When(end > 0, () => Box("note", Icons.Warn, first[..end], first[(end + 2)..]));
        }

        (string title, string detail) = Headline.Fix(figures);
        return Html.When(title.Length > 0, () => figures.Fix is null
            ? Box("note", Icons.Warn, title, detail)
            : Box("", Icons.Ok, title, detail));
    }

    private static Html Box(string kind, Html icon, string title, string detail) =>
        Html.Of($"<div class=\"fixbox {kind}\">{icon}<div><b>{title}</b><span>{detail}</span></div></div>");

    private static Html Links(ReportFigures figures)
    {
        int fixes = figures.Report.Changes.Count(c => ReportFigures.ShareOf(c.Launches) >= Verdict.Target);
        string compare = fixes switch
        {
            0 => "See the changes that were tried",
            1 => "See the change that helps",
            _ => $"Compare {fixes} changes that help",
        };
        Html call = Html.When(figures.Report.Changes.Count > 0, () =>
            Html.Of($"<a class=\"cta\" href=\"#fixes\">{compare}</a>"));
        return Html.Of($"{call}<a href=\"#evidence\">How far can I trust this?</a>");
    }

    private static Html Marks(ReportFigures figures)
    {
        IReadOnlyList<Launch> launches = figures.Report.Launches.Launches;
        int columns = Math.Clamp((int)Math.Ceiling(Math.Sqrt(launches.Count)), 5, 40);
        var ranked = launches.Select(l => (Launch: l, Over: SecondsOver(l)))
            .OrderByDescending(l => l.Launch.Passed).ThenBy(l => l.Over).ThenBy(l => l.Launch.Number).ToArray();
        double most = ranked.Max(l => l.Over);
        IEnumerable<Html> marks = ranked.Select(l =>
            Html.Of($"<i class=\"{Shade(l.Launch.Passed, l.Over, most)}\" "
                + $"title=\"{Describe(l.Launch, l.Over)}\"></i>"));
        return Html.Of($"""
            <div class="marks" style="--columns:{columns}" role="img"
            aria-label="{Headline.Launches(figures.Report.Verdict)} pass">{marks}</div>
            """);
    }

    private static double SecondsOver(Launch launch) =>
        launch.Outcomes.Where(o => o.Objective.IsLatency).Sum(o => o.Value);

    private static string Shade(bool passed, double over, double most) => passed ? "p"
        : most <= 0 || over >= most * 0.75 ? "s3"
        : over >= most * 0.4 ? "s2"
        : "s1";

    private static string Describe(Launch launch, double over)
    {
        string[] broken = [.. launch.Outcomes.Where(o => !o.Passed).Select(o => o.Objective.Name)];
        string slow = over > 0 ? $", {NumberText.Length(over)} over the latency limit" : "";
        return $"launch {launch.Number}: " + (launch.Passed ? "passes" : $"breaks {string.Join(", ", broken)}") + slow;
    }

    private static string Legend(ReportFigures figures) =>
        "Each mark is one simulated launch with its own traffic, start-up times and service times: "
        + "discs pass, squares do not."
        + (figures.Latency is null || figures.Report.Verdict.Passed == figures.Report.Verdict.Total
            ? ""
            : " The stronger the colour, the longer it was too slow.");
}
