using System.Text.Json;
using System.Xml.Linq;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Tests.Regression;

public sealed class RegressionFormTests
{
    private static readonly Scenario Shop = ScenarioOf("""
        version: 1
        name: shop
        target: { service: a_b, stack: s.yml, alertmanager: a.yml }
        load: [{ inject: 1/s, during: 1m }]
        requests: [{ name: all, service_time: 1ms }]
        objectives:
          - { metric: errors, under: 1% }
          - { metric: latency.p99, under: 80ms }
        """);

    [Fact]
    public void The_table_leads_with_the_verdict_and_lines_up()
    {
        IReadOnlyList<string> lines = RegressionTable.Lines(SampleRuns.Report(slower: 1.25));

        Assert.Equal("✗ REGRESSED   shop: latency.p99 is worse by more than the margin", lines[0]);
        Assert.Equal("  12 pairs of measured runs; base base, new new", lines[1]);
        Assert.Contains("+25", lines[3], StringComparison.Ordinal);
        Assert.Equal(lines[2].IndexOf("margin", StringComparison.Ordinal),
            lines[3].IndexOf("+3 %", StringComparison.Ordinal));
        Assert.Contains("±0 points", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_get_every_number()
    {
        using JsonDocument json = JsonDocument.Parse(RegressionJson.Render(SampleRuns.Report(slower: 1.25)));
        JsonElement p99 = json.RootElement.GetProperty("metrics")[0];

        Assert.Equal("regressed", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(12, json.RootElement.GetProperty("pairs").GetInt32());
        Assert.Equal("latency.p99", p99.GetProperty("name").GetString());
        Assert.InRange(p99.GetProperty("change").GetDouble(), 0.22, 0.28);
        Assert.True(p99.GetProperty("low").GetDouble() > p99.GetProperty("margin").GetDouble());
        JsonDocument.Parse(RegressionJson.Render(SampleRuns.Report(pairs: 1))).Dispose(); // NaN is null
    }

    [Theory]
    [InlineData(1.25, 1, 0)]
    [InlineData(1.03, 0, 1)]
    [InlineData(1.0, 0, 0)]
    public void JUnit_fails_what_regressed_and_skips_what_is_open(double slower, int failures, int skipped)
    {
        XElement suite = XDocument.Parse(RegressionJUnit.Render(SampleRuns.Report(slower: slower)))
            .Root!.Element("testsuite")!;

        Assert.Equal(3, suite.Elements("testcase").Count());
        Assert.Equal($"{failures}", suite.Attribute("failures")!.Value);
        Assert.Equal($"{skipped}", suite.Attribute("skipped")!.Value);
        Assert.Equal(failures, suite.Descendants("failure").Count());
        Assert.Equal(skipped, suite.Descendants("skipped").Count());
    }

    [Fact]
    public void The_comment_has_its_marker_first_and_stays_small()
    {
        string comment = RegressionMarkdown.Render(SampleRuns.Report(slower: 1.25));
        RegressionReport hostile = SampleRuns.Report() with
        {
            Scenario = "--> <img src=x> | @all " + new string('x', 100_000),
            Base = new string('|', 100_000),
            New = "`\n# new",
            Cautions = [.. Enumerable.Repeat(new string('*', 100_000), 100)],
        };
        string worst = RegressionMarkdown.Render(hostile);

        Assert.StartsWith("<!-- capacity-compare:shop -->\n### ✗ REGRESSED: shop\n", comment, StringComparison.Ordinal);
        Assert.Contains("| ✗ | latency.p99 |", comment, StringComparison.Ordinal);
        Assert.True(worst.Length < 60_000, $"{worst.Length}");
        Assert.Equal(1, worst.Split("-->").Length - 1);
        Assert.DoesNotContain("@all", worst, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", worst, StringComparison.Ordinal);
    }

    [Fact]
    public void GitHub_gets_the_line_of_the_objective()
    {
        string line = Assert.Single(RegressionAnnotations.GitHub(SampleRuns.Report(slower: 1.25), Shop));

        Assert.StartsWith("::error file=shop%2C1.yaml,line=8,title=latency.p99 regressed::", line,
            StringComparison.Ordinal);
        Assert.Contains("margin +3 %25", line, StringComparison.Ordinal);
        Assert.StartsWith("::warning ",
            RegressionAnnotations.GitHub(SampleRuns.Report(pairs: 2), Shop)[0], StringComparison.Ordinal);
        Assert.Empty(RegressionAnnotations.GitHub(SampleRuns.Report(), Shop));
    }

    [Fact]
    public void GitLab_gets_a_code_quality_report()
    {
        using JsonDocument json =
            JsonDocument.Parse(RegressionAnnotations.GitLab(SampleRuns.Report(slower: 1.25), Shop));
        JsonElement entry = json.RootElement.EnumerateArray().Single();

        Assert.Equal("major", entry.GetProperty("severity").GetString());
        Assert.Equal("shop,1.yaml", entry.GetProperty("location").GetProperty("path").GetString());
        Assert.Equal(8, entry.GetProperty("location").GetProperty("lines").GetProperty("begin").GetInt32());
        Assert.Matches("^[0-9a-f]{32}$", entry.GetProperty("fingerprint").GetString()!);
        Assert.Equal("[]\n", RegressionAnnotations.GitLab(SampleRuns.Report(), Shop));
    }

    [Fact]
    public void A_baseline_reads_back_and_compares_as_its_runs_do()
    {
        (ComparedSet before, ComparedSet after) = SampleRuns.Sides(8, slower: 1.25);
        var baseline = Baseline.Of(before, "1.0", SampleRuns.Start, null);
        string text = BaselineJson.Render(baseline);
        var file = new SourceText("b.json", text);

        Assert.Equal(StoredKind.Baseline, StoredResult.KindOf(file));
        Parsed<Baseline> parsed = BaselineJson.Read(file);
        Assert.True(parsed.TryGet(out Baseline? read), string.Join('\n', parsed.Diagnostics));
        Assert.Equal(text, BaselineJson.Render(read));
        Assert.Equal(8, text.Split('\n').Count(l => l.StartsWith("    {\"seed\"", StringComparison.Ordinal)));
        Assert.True(read.ToSet(file).TryGet(out ComparedSet? set));
        RegressionTest.Compare(before, after, new RegressionSettings()).TryGet(out RegressionReport? direct);
        RegressionTest.Compare(set, after, new RegressionSettings()).TryGet(out RegressionReport? stored);
        Assert.Equal(direct!.Metrics, stored!.Metrics);
    }

    [Theory]
    [InlineData("", "CAP091")]
    [InlineData("{}", "CAP091")]
    [InlineData("{\"baseline\":true,\"schemaVersion\":9}", "CAP092")]
    public void What_is_no_baseline_is_refused(string text, string code) =>
        Assert.Equal(code, Assert.Single(BaselineJson.Read(new SourceText("b.json", text)).Diagnostics).Code);

    [Fact]
    public void No_damaged_baseline_makes_the_reader_throw()
    {
        string text = BaselineJson.Render(Baseline.Of(SampleRuns.Sides(2).Before, "1.0", null, "abc1234"));
        var random = new RandomSource(3, "damage");
        string[] puts = ["", "null", "\"", "[", "-9e99", "\ud800", "{}", "0"];
        for (int i = 0; i < 400; i++)
        {
            int at = random.NextIndex(text.Length);
            string bad = text[..at] + puts[random.NextIndex(puts.Length)]
                + text[Math.Min(text.Length, at + random.NextIndex(9))..];
            var file = new SourceText("b.json", bad);
            StoredResult.KindOf(file);
            if (BaselineJson.Read(file).TryGet(out Baseline? read) && read.ToSet(file).TryGet(out ComparedSet? set))
            {
                RegressionTest.Compare(set, set, new RegressionSettings()).TryGet(out RegressionReport? report);
                _ = report is null ? "" : RegressionJson.Render(report) + RegressionMarkdown.Render(report);
            }
        }
    }

    private static Scenario ScenarioOf(string text)
    {
        Assert.True(ScenarioReader.Read(new SourceText("shop,1.yaml", text)).TryGet(out Scenario? scenario));
        return scenario;
    }
}
