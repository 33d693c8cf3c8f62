using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class HtmlReportTests
{
    [Fact]
    public void The_same_report_gives_the_same_page() =>
        Assert.Equal(HtmlReport.Render(SampleReport.NoGo()), HtmlReport.Render(SampleReport.NoGo()));

    [Fact]
    public void Sections_come_in_order() => Assert.Equal(
        ["fixes", "objectives", "gates", "timeline", "reaction", "headroom", "sensitivity", "evidence", "reproduce"],
        Body(SampleReport.NoGo()).Split("<section id=\"").Skip(1)
            .Select(s => s[..s.IndexOf('"', StringComparison.Ordinal)]));

    [Fact]
    public void Without_changes_there_is_no_section_for_them() =>
        Assert.DoesNotContain("id=\"fixes\"", Body(SampleReport.Go()), StringComparison.Ordinal);

    [Fact]
    public void A_missing_rehearsal_is_named_with_what_to_run()
    {
        string body = Body(SampleReport.Unrehearsed());

        Assert.Contains("<h3>No rehearsal</h3>", body, StringComparison.Ordinal);
        Assert.Contains("capacity check scenarios/sample.yaml", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Prediction error", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GO")]
    [InlineData("GO WITH CONDITIONS")]
    [InlineData("NO-GO")]
    [InlineData("NOT ENOUGH EVIDENCE")]
    public void Each_verdict_has_its_word(string word)
    {
        CheckReport report = word switch
        {
            "GO" => SampleReport.Go(),
            "GO WITH CONDITIONS" => SampleReport.Conditions(),
            "NO-GO" => SampleReport.NoGo(),
            _ => SampleReport.Unrehearsed(),
        };

        Assert.Contains($"aria-label=\"Verdict: {word}\"", Body(report), StringComparison.Ordinal);
    }

    [Fact]
    public void One_mark_per_launch() =>
        Assert.Equal(100, Count(Body(SampleReport.NoGo()), "title=\"launch "));

    [Fact]
    public void Only_the_pages_own_script_may_run()
    {
        string page = HtmlReport.Render(SampleReport.NoGo());
        string script = Between(page, "<script>", "</script>");
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));

        Assert.Contains("default-src &#39;none&#39;", page, StringComparison.Ordinal);
        Assert.Contains($"script-src &#39;sha256-{hash}&#39;", page, StringComparison.Ordinal);
        Assert.Equal(2, Count(page, "</script>"));
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere()
    {
        string body = Body(SampleReport.NoGo());

        Assert.DoesNotContain("src=", body, StringComparison.Ordinal);
        Assert.Equal(Count(body, "href=\""), Count(body, "href=\"#"));
    }

    [Fact]
    public void The_charts_get_the_figures_as_they_are()
    {
        CheckReport report = SampleReport.NoGo();
        using JsonDocument data = JsonDocument.Parse(Between(HtmlReport.Render(report), "id=\"data\">", "</script>"));
        JsonElement latency = data.RootElement.GetProperty("charts").EnumerateArray()
            .Single(c => c.GetProperty("id").GetString() == "latency");
        JsonElement p99 = latency.GetProperty("series").EnumerateArray()
            .Single(s => s.GetProperty("name").GetString() == "p99");

        Assert.Equal(report.Launches.P99.Median[40], p99.GetProperty("values")[40].GetDouble(), 0.001);
        Assert.Equal(report.Launches.P99.High[40], p99.GetProperty("high")[40].GetDouble(), 0.001);
        Assert.Equal(5, data.RootElement.GetProperty("charts").GetArrayLength());
    }

    [Fact]
    public void A_report_with_next_to_nothing_in_it_still_renders()
    {
        CheckReport report = SampleReport.Bare();

        Assert.DoesNotContain("NaN", Body(report), StringComparison.Ordinal);
        Assert.NotEmpty(MarkdownReport.Render(report));
        Assert.NotEmpty(JUnitReport.Render(report));
        Assert.NotEmpty(TerminalSummary.Lines(report));
        Assert.NotEmpty(CheckReportJson.ToUtf8(report));
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        string page = HtmlReport.Render(SampleReport.Hostile());

        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Equal(2, Count(page, "</script>"));
        Assert.DoesNotContain("\u001b", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<b>", "&lt;b&gt;")]
    [InlineData("a & b", "a &amp; b")]
    [InlineData("\" onload='x'", "&quot; onload=&#39;x&#39;")]
    public void Holes_are_escaped_and_markup_is_not(string hole, string escaped) =>
        Assert.Equal($"<p title=\"{escaped}\"><i></i></p>",
            Html.Of($"<p title=\"{hole}\">{new Html("<i></i>")}</p>").Markup);

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string Between(string text, string before, string after)
    {
        int from = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[from..text.IndexOf(after, from, StringComparison.Ordinal)];
    }

    private static string Body(CheckReport report)
    {
        string page = HtmlReport.Render(report);
        int from = page.IndexOf("<body>", StringComparison.Ordinal);
        return page[from..page.IndexOf("<script", from, StringComparison.Ordinal)];
    }
}
