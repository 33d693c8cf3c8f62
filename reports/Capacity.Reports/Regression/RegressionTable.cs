namespace Capacity.Reports;

/// <summary>A comparison for the terminal.</summary>
public static class RegressionTable
{
    /// <summary>The lines: verdict, a row per metric, what to know.</summary>
    public static IReadOnlyList<string> Lines(RegressionReport report)
    {
        string[] head = ["", "metric", "base", "new", "change", "interval", "margin"];
        string[][] rows =
        [
            head,
            .. report.Metrics.Select(m => (string[])
            [
                RegressionWords.Sign(m.Verdict), m.Metric.NameOf(),
                RegressionWords.Value(m.Metric, m.Before), RegressionWords.Value(m.Metric, m.After),
                RegressionWords.Change(m.Metric, m.Change), RegressionWords.Interval(m),
                RegressionWords.Change(m.Metric, m.Margin),
            ]),
        ];
        int[] widths = [.. head.Select((_, column) => rows.Max(r => r[column].Length))];
        var lines = new List<string>
        {
            $"{RegressionWords.Sign(report.Verdict)} {RegressionWords.Word(report.Verdict)}   "
                + $"{PlainText.OneLine(report.Scenario)}: {RegressionWords.Sentence(report)}",
            $"  {RegressionWords.Basis(report)}; base {PlainText.OneLine(report.Base)}, "
                + $"new {PlainText.OneLine(report.New)}",
        };
        lines.AddRange(rows.Select(row =>
            "  " + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
        lines.AddRange(report.Metrics.Where(m => m.Note.Length > 0).Select(m => $"  ! {m.Metric.NameOf()}: {m.Note}"));
        lines.AddRange(report.Cautions.Select(c => $"  ! {PlainText.OneLine(c)}"));
        string next = RegressionWords.NextStep(report);
        if (next.Length > 0)
        {
            lines.Add($"  = {next}");
        }

        return lines;
    }
}
