using System.Text;
using System.Text.Json.Nodes;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Tests.Support;

namespace Capacity.Tests.Reports;

public class CheckReportReaderTests
{
    public static TheoryData<string> Samples =>
        ["no-go", "go", "undecided", "conditions", "unrehearsed", "hostile", "bare", "library"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_report_that_was_read_back_renders_the_same_bytes_in_every_form(string sample)
    {
        CheckReport report = Sample(sample);
        CheckReport read = Read(Text(report));

        Assert.Equal(Text(report), Text(read));
        Assert.Equal(HtmlReport.Render(report), HtmlReport.Render(read));
        Assert.Equal(MarkdownReport.Render(report), MarkdownReport.Render(read));
        Assert.Equal(JUnitReport.Render(report), JUnitReport.Render(read));
        Assert.Equal(TerminalSummary.Lines(report), TerminalSummary.Lines(read));
    }

    [Fact]
    public void The_scenario_comes_back_whole_with_its_settings()
    {
        Scenario scenario = Read(Text(Sample("library"))).Scenario;

        Assert.Equal(12, scenario.Service.Workers);
        Assert.Equal(6, scenario.Load.Count);
        Assert.Equal(SourceLine("latency.p99"), scenario.Objectives[0].At.Line);
    }

    [Theory]
    [InlineData("", "CAP091", "the file is empty")]
    [InlineData("{", "CAP091", "not a stored report: Expected")]
    [InlineData("{}", "CAP091", "it lacks 'schemaVersion', 'toolVersion'")]
    [InlineData("{\"schemaVersion\":7}", "CAP092", "of version 7")]
    public void What_is_no_report_is_refused(string text, string code, string expected)
    {
        Diagnostic fault = Fault(text);

        Assert.Equal(code, fault.Code);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_is_named_before_anything_else_and_at_its_place()
    {
        Diagnostic fault = Fault("{\n  \"é\": 1, \"schemaVersion\": 2,\n  \"unknown\": {}\n}");

        Assert.Equal("CAP092", fault.Code);
        Assert.Equal((2, 11), (fault.At.Line, fault.At.Column));
        Assert.Contains("newer", fault.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("launches.launches", "[]", "no launches")]
    [InlineData("objectives", "[]", "for each objective")]
    [InlineData("inputs", "[null]", "empty entry")]
    [InlineData("launches.p99.low", "[]", "differ in length")]
    [InlineData("predicted", null, "two runs")]
    [InlineData("verdict.gates", "[null]", "empty entry")]
    [InlineData("readiness.drills", "[null]", "empty entry")]
    [InlineData("readiness.levels.0.passedByObjective", "[]", "for each objective")]
    [InlineData("readiness.levels.0.total", "0", "no launches")]
    public void Contradictions_are_named(string path, string? value, string expected)
    {
        JsonNode json = JsonNode.Parse(Text(Sample("no-go")))!;
        string[] steps = path.Split('.');
        JsonNode parent = steps[..^1].Aggregate(json, (node, step) =>
            int.TryParse(step, System.Globalization.CultureInfo.InvariantCulture, out int place)
                ? node[place]! : node[step]!);
        parent[steps[^1]] = value is null ? null : JsonNode.Parse(value);
        Diagnostic fault = Fault(json.ToJsonString());

        Assert.Equal("CAP093", fault.Code);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_later_programs_added_may_be_absent_and_unknown_ones_are_ignored()
    {
        JsonNode json = JsonNode.Parse(Text(Sample("library")))!;
        json["scenario"]!.AsObject().Remove("settings");
        json["scenario"]!.AsObject().Remove("stages");
        json["warnings"]!.AsArray().ToList().ForEach(w => w!.AsObject().Remove("length"));
        json["somethingNew"] = new JsonObject { ["deep"] = 1 };
        json["launches"]!["somethingNew"] = 1;

        CheckReport read = Read(json.ToJsonString());

        Assert.Equal(6, read.Scenario.Service.Workers);
        Assert.All(read.Warnings, w => Assert.Equal(1, w.At.Length));
    }

    [Fact]
    public void No_damaged_report_makes_the_reader_or_the_forms_throw()
    {
        string text = Text(Sample("no-go"));
        var random = new RandomSource(1, "damage");
        string[] puts = ["", "null", "\"", "[", "-9e99", "\ud800", "{}", "0", "1e308", "true"];
        for (int i = 0; i < 150; i++)
        {
            int at = random.NextIndex(text.Length);
            int cut = random.NextIndex(8);
            string bad = text[..at] + puts[random.NextIndex(puts.Length)] + text[Math.Min(text.Length, at + cut)..];
            if (CheckReportJson.Read(new SourceText("a.json", bad)).TryGet(out CheckReport? read))
            {
                _ = MarkdownReport.Render(read).Length + JUnitReport.Render(read).Length;
                _ = HtmlReport.Render(read);
            }
        }
    }

    [Fact]
    public void An_error_in_one_long_line_shows_its_surroundings_alone()
    {
        string text = Text(Sample("go")).Replace("\"step\":", "\"step\":x", StringComparison.Ordinal);

        string shown = Fault(text).ToString();

        Assert.InRange(shown.Length, 10, 2000);
        Assert.Contains("\"step\":x", shown, StringComparison.Ordinal);
    }

    private static int SourceLine(string word) => 1 + Array.FindIndex(
        File.ReadAllLines(Repository.At("scenarios", "library", "flash-sale.yaml")),
        line => line.Contains(word, StringComparison.Ordinal));

    private static CheckReport Sample(string name) => name switch
    {
        "no-go" => SampleReport.NoGo(),
        "go" => SampleReport.Go(),
        "undecided" => SampleReport.Undecided(),
        "conditions" => SampleReport.Conditions(),
        "unrehearsed" => SampleReport.Unrehearsed(),
        "hostile" => SampleReport.Hostile(),
        "bare" => SampleReport.Bare(),
        _ => FromLibrary(),
    };

    private static CheckReport FromLibrary()
    {
        string path = Repository.At("scenarios", "library", "flash-sale.yaml");
        Parsed<Scenario> parsed = ScenarioReader.Read(
            new SourceText("scenarios/library/flash-sale.yaml", File.ReadAllText(path)), ["service.workers=12"]);
        Assert.True(parsed.TryGet(out Scenario? scenario));
        CheckReport sample = SampleReport.NoGo();
        Launch Fitted(Launch launch) => launch with
        {
            Outcomes = [.. scenario.Objectives.Zip(launch.Outcomes, (o, was) => was with { Objective = o })],
        };
        LaunchSet With(LaunchSet set) => set with { Launches = [.. set.Launches.Select(Fitted)] };
        return sample with
        {
            Scenario = scenario,
            Launches = With(sample.Launches),
            Readiness = sample.Readiness! with
            {
                Levels =
                [
                    .. sample.Readiness.Levels.Select(l => l with
                    {
                        PassedByObjective = [.. l.PassedByObjective.Take(scenario.Objectives.Count)],
                    }),
                ],
            },
            Changes = [.. sample.Changes.Select(c => c with { Launches = With(c.Launches) })],
        };
    }

    private static string Text(CheckReport report) => Encoding.UTF8.GetString(CheckReportJson.ToUtf8(report));

    private static CheckReport Read(string text)
    {
        Parsed<CheckReport> read = CheckReportJson.Read(new SourceText("report.json", text));
        Assert.True(read.TryGet(out CheckReport? report), string.Join('\n', read.Diagnostics));
        return report;
    }

    private static Diagnostic Fault(string text)
    {
        Parsed<CheckReport> read = CheckReportJson.Read(new SourceText("report.json", text));
        Assert.False(read.TryGet(out _));
        return Assert.Single(read.Diagnostics);
    }
}
