using Capacity.Cli;
using Capacity.Cli.Importing;
using Capacity.Model;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Importing;

public sealed class ImportTests
{
    internal const string Har =
        """
        {"log": {"version": "1.2", "entries": [
          {"startedDateTime": "2026-01-01T10:00:00.000Z", "timings": {"wait": 12.5},
           "request": {"method": "GET", "url": "https://shop.example/items?page=1"}},
          {"startedDateTime": "2026-01-01T10:00:01.000Z", "timings": {"wait": 20},
           "request": {"method": "GET", "url": "https://shop.example/items?page=2"}},
          {"startedDateTime": "2026-01-01T10:00:02.000Z",
           "request": {"method": "POST", "url": "https://shop.example/buy"}},
          {"startedDateTime": "2026-01-01T10:00:03.000Z", "timings": {"wait": 3},
           "request": {"method": "GET", "url": "https://cdn.example/a.css"}}
        ]}}
        """;

    internal const string Stages =
        """
        {"scenarios": {"peak": {"executor": "ramping-arrival-rate", "startRate": 0, "timeUnit": "1m", "stages": [
            {"duration": "1m30s", "target": 600}, {"duration": "5m", "target": 600}, {"duration": "30s", "target": 0}
          ]}},
         "thresholds": {"http_req_failed": ["rate<0.01"], "http_req_duration": ["p(95)<250"]}}
        """;

    [Fact]
    public void A_recording_becomes_kinds_with_shares_and_the_times_that_were_measured()
    {
        Scenario scenario = Read(Har, out IReadOnlyList<Diagnostic> warnings);

        Assert.Equal(["GET /items", "POST /buy"], scenario.Requests.Select(r => r.Name));
        Assert.Equal(2 / 3.0, scenario.Requests[0].Share, 1e-4);
        Assert.Equal("/items?page=1", scenario.Requests[0].Path);
        Assert.Equal(0.0125, scenario.Requests[0].ServiceTime.Quantile(0), 1e-9);
        Assert.Equal(0.020, scenario.Requests[0].ServiceTime.Quantile(0.9999), 1e-5);
        Assert.Equal(1.5, Assert.IsType<LoadStage.Open>(Assert.Single(scenario.Load)).ToRate, 1e-9);
        Assert.Contains(warnings, w => w.Code == "CAP165" && w.At.Line == 1);
    }

    [Fact]
    public void Stages_of_arrivals_map_exactly()
    {
        Scenario scenario = Read(Stages, out _);

        Assert.Equal(
            [
                new LoadStage.Open("", 10, 90, 90), new LoadStage.Open("", 10, 0, 300),
                    new LoadStage.Open("", 0, 30, 30),
            ], scenario.Load);
        Assert.Contains(scenario.Objectives, o => o is { Metric: ObjectiveMetric.Errors, Limit: 0.01 });
        Assert.Contains(scenario.Objectives, o => o is { Metric: ObjectiveMetric.LatencyP95, Limit: 0.25 });
    }

    [Theory]
    [InlineData("{\"vus\": 5, \"duration\": \"30s\"}", 5, 30)]
    [InlineData("{\"stages\": [{\"duration\": \"0s\", \"target\": 7}, {\"duration\": \"1m\", \"target\": 7}]}", 7, 60)]
    public void Users_map_where_they_come_at_once(string text, int users, double seconds)
    {
        var stage = Assert.IsType<LoadStage.Users>(Assert.Single(Read(text, out _).Load));

        Assert.Equal((users, seconds), (stage.Count, stage.During));
    }

    [Theory]
    [InlineData("{\n  \"stages\": [\n    {\"duration\": \"1m\", \"target\": 10}\n  ]\n}", "CAP163", 3, 5)]
    [InlineData("{\"scenarios\": {\"a\": {\"executor\": \"per-vu-iterations\"}}}", "CAP163", 1, 34)]
    [InlineData("{\"scenarios\": {\"a\": {}, \"b\": {}}}", "CAP163", 1, 15)]
    [InlineData("{\"stages\": [{\"duration\": \"1 minute\", \"target\": 1}]}", "CAP164", 1, 26)]
    [InlineData("{\"log\": {\"entries\": []}}", "CAP164", 1, 21)]
    [InlineData("{\"log\": {\"entries\": [{\"request\": {\"url\": 5}}]}}", "CAP164", 1, 42)]
    [InlineData("{\"a\": 1}", "CAP166", 1, 1)]
    [InlineData("{\"a\": ", "CAP162", 1, 7)]
    public void What_has_no_exact_form_is_told_with_its_place(string text, string code, int line, int column)
    {
        Parsed<ImportedScenario> read = ForeignFile.Read(new SourceText("x.json", text));

        Assert.False(read.TryGet(out _));
        Diagnostic first = read.Diagnostics.First(d => d.Severity == Severity.Error);
        Assert.Equal((code, line, column), (first.Code, first.At.Line, first.At.Column));
    }

    [Fact]
    public async Task The_command_writes_a_file_once_and_never_over_another()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("shop.har"), Har);
        string output = folder.File("shop.yaml");

        CommandLineRun first = await CommandLineRun.Of("import", folder.File("shop.har"), "-o", output);
        CommandLineRun second = await CommandLineRun.Of("import", folder.File("shop.har"), "-o", output);

        Assert.Equal((ExitCode.Ok, ExitCode.Usage), (first.Code, second.Code));
        Assert.Contains("name: shop", File.ReadAllText(output));
    }

    /// <summary>Imports a text; whatever can be imported is a scenario that can be read.</summary>
    internal static void Import(string text)
    {
        if (ForeignFile.Read(new SourceText("fuzz", text)).TryGet(out ImportedScenario? imported))
        {
            Parsed<Scenario> read = ScenarioReader.Read(new SourceText("imported", imported.ToYaml("fuzz")));
            Assert.True(read.TryGet(out _), string.Join('\n', read.Diagnostics));
        }
    }

    private static Scenario Read(string text, out IReadOnlyList<Diagnostic> warnings)
    {
        Parsed<ImportedScenario> read = ForeignFile.Read(new SourceText("x.json", text));
        warnings = read.Diagnostics;
        Assert.True(read.TryGet(out ImportedScenario? imported), string.Join('\n', read.Diagnostics));
        Parsed<Scenario> scenario = ScenarioReader.Read(new SourceText("x.yaml", imported.ToYaml("x")));
        Assert.True(scenario.TryGet(out Scenario? value), string.Join('\n', scenario.Diagnostics));
        return value;
    }
}
