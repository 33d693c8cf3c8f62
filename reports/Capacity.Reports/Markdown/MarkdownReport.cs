using System.Text;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The report for a pull request: verdict and fix first, the rest folded, always short enough for a
/// comment.</summary>
public static class MarkdownReport
{
    /// <summary>Most bytes in UTF-8; code hosts refuse comments above 65,536 characters.</summary>
    public const int MostBytes = 60_000;

    private const string LeftOut = "\nMore did not fit here; the HTML report has it.\n";

    /// <summary>Renders the report.</summary>
    /// <returns>Markdown with tables, Mermaid charts and folds, below <see cref="MostBytes"/>.</returns>
    public static string Render(CheckReport report)
    {
        var figures = new ReportFigures(report);
        string[] parts =
        [
            Verdict(figures),
            Objectives(figures),
            MarkdownReadiness.Gates(figures),
            Charts(figures),
            Changes(figures),
            MarkdownReadiness.Reaction(figures),
            MarkdownReadiness.Headroom(figures),
            MarkdownReadiness.Sensitivity(figures),
            Rehearsal(report),
            Alerts(figures),
            Inputs(report),
            Warnings(report),
            Reproduce(report),
            $"\n<sub>capacity {MarkdownText.Escape(report.ToolVersion)} · seed {report.Seed}</sub>\n",
        ];
        var text = new StringBuilder();
        int bytes = Encoding.UTF8.GetByteCount(LeftOut);
        bool leftOut = false;
        foreach (string part in parts)
        {
            int size = Encoding.UTF8.GetByteCount(part);
            if (bytes + size >= MostBytes)
            {
                leftOut = true;
                continue;
            }

            bytes += size;
            text.Append(part);
        }

        return (leftOut ? text.Append(LeftOut) : text).ToString();
    }

    private static string Verdict(ReportFigures figures)
    {
        Verdict v = figures.Report.Verdict;
        string sign = v.Kind switch
        {
            VerdictKind.Go => "✅",
            VerdictKind.NoGo => "⛔",
            VerdictKind.GoWithConditions => "⚠️",
            _ => "❔",
        };
        (string fix, string detail) = Headline.Fix(figures);
        var text = new StringBuilder();
        text.Append($"## {sign} {Headline.Word(v.Kind)}: {MarkdownText.Escape(figures.Report.Scenario.Name)}\n\n");
        text.Append($"**{MarkdownText.Escape(Headline.Sentence(figures), 600)}.** ");
        text.Append($"{MarkdownText.Escape(Headline.Detail(figures), 1200)}\n\n");
        text.Append($"{Headline.Launches(v)} {(v.Passed == 1 ? "passes" : "pass")} ");
        text.Append($"(95 % interval {NumberText.PercentRange(v.Low, v.High)}).\n\n");
        if (fix.Length > 0)
        {
            text.Append($"**{MarkdownText.Escape(fix, 600)}**: {MarkdownText.Escape(detail)}\n\n");
        }
        else if (v.Kind == VerdictKind.Go && Headline.FirstToBreak(figures) is { Length: > 0 } first)
        {
            text.Append(MarkdownText.Escape(first, 600)).Append("\n\n");
        }

        foreach (string reason in v.Reasons.Concat(v.Kind == VerdictKind.NoGo ? [] : v.Conditions).Take(20))
        {
            text.Append($"- {MarkdownText.Escape(reason)}\n");
        }

        return text.Append(v.Reasons.Count + v.Conditions.Count > 0 ? "\n" : "").ToString();
    }

    private static string Objectives(ReportFigures figures) => figures.Objectives.Count == 0 ? "" : MarkdownText.Table(
        ["", "Objective", "Limit", "Predicted", "90 % of launches", "Held in"],
        figures.Objectives.Select(o => (string[])
        [
            o.State switch { ObjectiveState.Met => "✅ met", ObjectiveState.AtRisk => "⚠️ at risk", _ => "⛔ missed" },
            o.Title, o.LimitText, o.PredictedText, o.RangeText, $"{o.Passed} of {o.Total}",
        ])) + "\n";

    private static string Charts(ReportFigures figures)
    {
        LaunchSet set = figures.Report.Launches;
        return MermaidChart.Of("Replicas of the median launch: wanted, ready", "replicas", set.Duration,
            set.Desired.Median, set.Ready.Median)
            + "\n" + MermaidChart.Of("p99 latency of the median launch", "seconds", set.Duration, set.P99.Median)
                + "\n";
    }

    private static string Changes(ReportFigures figures) => figures.Report.Changes.Count == 0 ? ""
        : Fold("What would make it a go",
        MarkdownText.Table(["Change", "Launches that pass", "Cost", "File"],
            figures.Report.Changes.Select(c => (string[])
        [
            MarkdownText.Escape(c.Title), $"{c.Launches.Passed} of {c.Launches.Launches.Count}",
            NumberText.SignedPercent(figures.ExtraCost(c)), MarkdownText.Escape(c.File),
        ]), 12)
        + (figures.Fix is { } fix ? "\n" + MarkdownText.Fenced(Shortened(fix.Snippet), "yaml") : ""));

    private static string Rehearsal(CheckReport report)
    {
        if (report.Measured is not { } measured || report.Comparison is not { } comparison)
        {
            return "**No rehearsal.** A go needs a short run on real HTTP that the model fits: run "
                + $"`capacity check` with `{PlainText.OneLine(report.Scenario.Source.Path).Replace('`', '\'')}`.\n\n";
        }

        string table = MarkdownText.Table(["Predicted against measured", "Typical error", "Worst step"],
        [
            .. comparison.Percentiles.Select(p => (string[])
                [$"{p.Name} latency", NumberText.Percent(p.MedianError), NumberText.Percent(p.WorstError)]),
            ["replica curve", NumberText.Percent(comparison.ReplicaError), ""],
        ]);
        string actions = comparison.Actions.Count == 0 ? ""
            : MarkdownText.Table(["Scale action", "Alert", "Measured", "Predicted", "Off by"],
            comparison.Actions.Select(a => (string[])
            [
                $"{(a.Measured ?? a.Predicted)!.From} → {(a.Measured ?? a.Predicted)!.To}",
                MarkdownText.Escape((a.Measured ?? a.Predicted)!.Alert),
                NumberText.FineClock(a.Measured?.At ?? double.NaN),
                NumberText.FineClock(a.Predicted?.At ?? double.NaN), NumberText.Signed(a.Delay),
            ]), 40);
        string requests = NumberText.Count(measured.Totals.Scheduled);
        return $"{table}\n{ActionTable.Summary(comparison)} The rehearsal sent {requests} requests.\n\n"
            + (actions.Length == 0 ? "" : Fold("Scale actions of the rehearsal", actions));
    }

    private static string Alerts(ReportFigures figures)
    {
        RunResult middle = figures.Report.Launches.Middle;
        IReadOnlyList<string> names = figures.AlertNames();
        return names.Count == 0 ? ""
            : Fold("Alerts", MarkdownText.Table(["Alert", "Fires in", "Middle launch"], names.Select(n => (string[])
        [
            MarkdownText.Escape(n),
            figures.Report.Launches.AlertShares.TryGetValue(n, out double share) ? NumberText.Percent(share) : "",
            string.Join("; ", middle.Alerts.Where(a => a.Name == n).Take(4).Select(Lanes.Describe)),
        ]), 40));
    }

    private static string Inputs(CheckReport report) => report.Inputs.Count == 0 ? ""
        : Fold("What the prediction rests on",
        MarkdownText.Table(["Input", "Value", "Where from"], report.Inputs.Select(i => (string[])
        [
            MarkdownText.Escape(i.Name), MarkdownText.Escape(i.Value),
            MarkdownText.Escape(i.Detail.Length == 0 ? i.Origin : $"{i.Origin}: {i.Detail}"),
        ]), 40));

    private static string Warnings(CheckReport report) => report.Warnings.Count == 0 ? "" : Fold(
        $"{report.Warnings.Count} {(report.Warnings.Count == 1 ? "warning" : "warnings")} about your files",
        MarkdownText.Fenced(Shortened(string.Join("\n\n", report.Warnings.Select(w => w.ToString())))));

    private static string Reproduce(CheckReport report) => report.Commands.Count == 0 ? "" : Fold("Reproduce this",
        MarkdownText.Fenced(Shortened(string.Join('\n', report.Commands)), "sh"));

    private static string Shortened(string text) => text.Length <= 8000 ? text : text[..8000] + "\n…";

    internal static string Fold(string title, string body) =>
        $"<details><summary>{title}</summary>\n\n{body}\n</details>\n\n";
}
