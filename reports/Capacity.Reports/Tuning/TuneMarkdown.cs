using System.Text;

namespace Capacity.Reports;

/// <summary>The answer of a search as Markdown: for a pull request.</summary>
public static class TuneMarkdown
{
    private const int KnobsShown = 12;

    /// <summary>Renders it.</summary>
    public static string Render(TuneReport report)
    {
        var text = new StringBuilder()
            .Append("# Scaling policy: ").Append(MarkdownText.Escape(report.Scenario.Name)).Append("\n\n**")
            .Append(MarkdownText.Escape(report.Headline)).Append(".**\n\n")
            .Append(NumberText.Count(report.Searched)).Append(" policies searched, ")
            .Append(NumberText.Count(report.RuledOut)).Append(" ruled out unsimulated, ")
            .Append(NumberText.Count(report.Launches)).Append(" launches, ")
            .Append(NumberText.Count(report.Requests)).Append(" requests. Service times ")
            .Append(MarkdownText.Escape(report.Calibration, 400)).Append(".\n\n")
            .Append(MarkdownText.Table(
                ["policy", "launches that pass", "95 %", "above limits", "replica-hours", "changes"],
                report.Suggestions.Select(s => (IReadOnlyList<string>)
                [
                    MarkdownText.Escape(s.Title), $"{s.Passed} of {s.Total}",
                    NumberText.PercentRange(s.Interval.Low, s.Interval.High),
                    NumberText.Length(Math.Round(s.Bad)), NumberText.Count(s.Cost), NumberText.Count(s.Actions),
                ]))).Append('\n');
        foreach (IGrouping<string, TuneEdit> file in (report.Suggested?.Edits ?? []).GroupBy(e => e.File))
        {
            text.Append("\n**").Append(MarkdownText.Escape(file.Key)).Append("**\n\n")
                .Append(MarkdownText.Fenced(string.Join('\n', file.Select(e => e.Snippet)), "yaml"));
        }

        TuneKnob[] knobs = [.. report.Knobs.Where(k => !double.IsNaN(k.CostRange)).Take(KnobsShown)];
        if (knobs.Length > 0)
        {
            text.Append("\n<details><summary>What matters, and how far each may move</summary>\n\n")
                .Append(MarkdownText.Table(["knob", "now", "suggested", "safe", "moves cost by", "moves bad time by"],
                    knobs.Select(k => (IReadOnlyList<string>)
                    [
                        MarkdownText.Escape($"{k.Name} ({k.Id})"), k.Text(k.Configured), k.Text(k.Suggested),
                        k.SafeText, NumberText.Count(k.CostRange), NumberText.Length(Math.Round(k.BadRange)),
                    ])))
                .Append("\n</details>\n");
        }

        foreach (TuneDoubt doubt in report.Suggested?.Doubts ?? [])
        {
            text.Append("\n* if ").Append(MarkdownText.Escape(doubt.Name)).Append(": ")
                .Append(NumberText.Count(doubt.Passed)).Append(" of ").Append(NumberText.Count(doubt.Total))
                .Append(" launches pass");
        }

        return text.Append("\n\n").Append(MarkdownText.Fenced(report.Command, "sh")).ToString();
    }
}
