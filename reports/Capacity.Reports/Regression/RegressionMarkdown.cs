using System.Text;

namespace Capacity.Reports;

/// <summary>A comparison as the comment of a pull request.</summary>
/// <remarks>The first line is a marker that no reader sees: whoever posts the comment finds the earlier one by it and
/// replaces it. Always far below the 65,536 characters that a comment may have.</remarks>
public static class RegressionMarkdown
{
    private const int CautionsMax = 20;

    /// <summary>The marker of a scenario's comment.</summary>
    public static string Marker(string scenario) =>
        $"<!-- capacity-compare:{MarkdownText.Escape(scenario).Replace("--", "- -", StringComparison.Ordinal)} -->";

    /// <summary>Renders it, with a final newline.</summary>
    public static string Render(RegressionReport report)
    {
        var text = new StringBuilder();
        text.Append(Marker(report.Scenario)).Append('\n');
        text.Append("### ").Append(RegressionWords.Sign(report.Verdict)).Append(' ')
            .Append(RegressionWords.Word(report.Verdict)).Append(": ").Append(MarkdownText.Escape(report.Scenario))
            .Append("\n\n");
        text.Append(MarkdownText.Escape(Capital(RegressionWords.Sentence(report)), 400)).Append(".\n");
        text.Append(Capital(RegressionWords.Basis(report))).Append("; base ")
            .Append(MarkdownText.Escape(report.Base)).Append(", new ").Append(MarkdownText.Escape(report.New))
            .Append(".\n\n");
        text.Append(MarkdownText.Table(["", "metric", "base", "new", "change", "interval", "margin"],
            report.Metrics.Select(m => (IReadOnlyList<string>)
            [
                RegressionWords.Sign(m.Verdict), m.Metric.NameOf(), RegressionWords.Value(m.Metric, m.Before),
                RegressionWords.Value(m.Metric, m.After), RegressionWords.Change(m.Metric, m.Change),
                RegressionWords.Interval(m), RegressionWords.Change(m.Metric, m.Margin),
            ])));
        string[] notes =
        [
            .. report.Metrics.Where(m => m.Note.Length > 0).Select(m => $"{m.Metric.NameOf()}: {m.Note}"),
            .. report.Cautions.Take(CautionsMax),
            .. new[] { RegressionWords.NextStep(report) }.Where(n => n.Length > 0),
        ];
        if (notes.Length > 0)
        {
            text.Append('\n').AppendJoin('\n', notes.Select(n => "- " + MarkdownText.Escape(n, 400))).Append('\n');
        }

        return text.ToString();
    }

    private static string Capital(string sentence) =>
        sentence.Length == 0 ? "" : char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
