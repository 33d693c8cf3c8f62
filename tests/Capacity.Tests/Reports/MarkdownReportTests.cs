using System.Text;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class MarkdownReportTests
{
    [Fact]
    public void Begins_with_the_verdict_and_then_the_fix()
    {
        string text = MarkdownReport.Render(SampleReport.NoGo());

        Assert.StartsWith("## ⛔ NO-GO: sample (test data)\n", text, StringComparison.Ordinal);
        int fix = text.IndexOf("**Smallest change that makes it a go: com.df.scaleMin 6 → 10**",
            StringComparison.Ordinal);
        int table = text.IndexOf("| Objective |", StringComparison.Ordinal);
        Assert.InRange(fix, 1, table);
        Assert.Equal(2, text.Split("xychart-beta").Length - 1);
        Assert.Equal(text.Split("<details>").Length, text.Split("</details>").Length);
    }

    [Fact]
    public void A_missing_rehearsal_is_named_and_no_error_is_shown()
    {
        string text = MarkdownReport.Render(SampleReport.Unrehearsed());

        Assert.Contains("**No rehearsal.**", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Typical error", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Fits_into_a_comment_whatever_the_users_files_hold()
    {
        CheckReport report = SampleReport.Hostile();
        string longName = new('x', 100_000);
        report = report with
        {
            Warnings = [.. Enumerable.Repeat(new Diagnostic("CAP010", SourceSpan.None, longName, longName), 500)],
            Inputs = [.. Enumerable.Repeat(new ReportInput(longName, longName, longName, longName), 500)],
            Commands = [.. Enumerable.Repeat(longName, 50)],
        };

        Assert.InRange(Encoding.UTF8.GetByteCount(MarkdownReport.Render(report)), 500, MarkdownReport.MostBytes);
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        string text = MarkdownReport.Render(SampleReport.Hostile());

        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
        string unfenced = string.Concat(text.Split("```").Where((_, i) => i % 2 == 0));
        Assert.DoesNotContain("<img", unfenced, StringComparison.Ordinal);
        Assert.DoesNotContain(" @all", unfenced, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fence_is_longer_than_any_inside() =>
        Assert.Equal("`````\na ```` b\n`````\n", MarkdownText.Fenced("a ```` b"));
}
