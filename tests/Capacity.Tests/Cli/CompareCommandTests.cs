using Capacity.Cli;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Tests.Regression;
using Capacity.Tests.Reports;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1.25, "No", "✗ REGRESSED   shop")]
    [InlineData(1.0, "Ok", "✓ PASSED   shop")]
    [InlineData(1.03, "Inconclusive", "? NOT ENOUGH EVIDENCE   shop")]
    public async Task Two_folders_of_runs_give_a_verdict_and_its_exit_code(double slower, string code, string line)
    {
        Sides(slower);

        CommandLineRun run = await CommandLineRun.Of("compare", Folder("base"), Folder("new"),
            "--json", _folder.File("o.json"), "--markdown", _folder.File("o.md"), "--junit", _folder.File("o.xml"));

        Assert.Equal(Enum.Parse<ExitCode>(code), run.Code);
        Assert.StartsWith(line, run.Output, StringComparison.Ordinal);
        Assert.All(["o.json", "o.md", "o.xml"], name => Assert.True(new FileInfo(_folder.File(name)).Length > 100));
    }

    [Fact]
    public async Task The_report_of_a_check_stands_for_its_rehearsal()
    {
        CheckReport report = SampleReport.NoGo();
        await File.WriteAllBytesAsync(_folder.File("report.json"), CheckReportJson.ToUtf8(report),
            TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_folder.File("run.json"), RunResultJson.ToUtf8(report.Measured!),
            TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of(
            "compare", _folder.File("report.json"), _folder.File("run.json"), "--json", "-");

        Assert.Equal(ExitCode.Inconclusive, run.Code);
        Assert.Contains("\"pairs\": 1", run.Output.Replace("\":", "\": ", StringComparison.Ordinal)
            .Replace(":  ", ": ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patterns_name_runs_as_folders_do()
    {
        Sides(1.25);
        CommandLineRun folders = await CommandLineRun.Of("compare", Folder("base"), Folder("new"), "--json", "-");
        CommandLineRun patterns = await CommandLineRun.Of(
            "compare", $"{Folder("base")}/*.json", $"{Folder("new")}/0??.json", "--json", "-");

        Assert.Equal(folders.Output.Replace($"{Folder("base")}", "", StringComparison.Ordinal)
            .Replace($"{Folder("new")}", "", StringComparison.Ordinal),
            patterns.Output.Replace($"{Folder("base")}/*.json", "", StringComparison.Ordinal)
                .Replace($"{Folder("new")}/0??.json", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Annotations_need_a_scenario_and_go_to_its_objectives()
    {
        Sides(1.25);
        string scenario = Scenario();

        CommandLineRun none = await CommandLineRun.Of(
            "compare", Folder("base"), Folder("new"), "--annotations", "github");
        CommandLineRun with = await CommandLineRun.Of("compare", Folder("base"), Folder("new"),
            "--annotations", "github", "--scenario", scenario);
        CommandLineRun gitLab = await CommandLineRun.Of("compare", Folder("base"), Folder("new"),
            "--annotations", "gitlab", "--annotations-file", _folder.File("q.json"), "--scenario", scenario);

        Assert.Contains("--scenario FILE says", none.Error);
        Assert.Contains($"::error file={scenario},line=6,", with.Error);
        Assert.Contains("\"major\"", await TextAsync("q.json"));
        Assert.Equal(ExitCode.No, gitLab.Code);
    }

    [Theory]
    [InlineData("compare one", "compare takes two inputs")]
    [InlineData("compare one two three", "put a pattern into quotes")]
    [InlineData("compare one two", "there is no file one")]
    [InlineData("compare a --base http://127.0.0.1:1", "--base and --new belong together")]
    [InlineData("compare a b --base http://127.0.0.1:1 --new http://127.0.0.1:2", "take one scenario")]
    [InlineData("compare a b --margin lots", "--margin must be a share")]
    [InlineData("compare a b --pairs few", "--pairs must be auto or a number")]
    [InlineData("compare a b --base nowhere", "--base must be an address")]
    [InlineData("baseline update a.yaml", "made of stored runs or of new ones")]
    [InlineData("baseline update a.yaml b.json --runs 3", "and not both")]
    [InlineData("report nothing.json", "there is no file nothing.json")]
    public async Task Wrong_words_end_with_2(string line, string expected)
    {
        CommandLineRun run = await CommandLineRun.Of(line.Split(' '));

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("{\"provenance\":", "CAP091")]
    [InlineData("{\"schemaVersion\":3,\"provenance\":\"measured\"}", "CAP092")]
    [InlineData("{\"schemaVersion\":0,\"provenance\":\"measured\"}", "CAP092")]
    [InlineData("{\"verdict\":{}}", "CAP190")]
    [InlineData("{\"baseline\":{}}", "CAP176")]
    [InlineData("not JSON", "CAP091")]
    public async Task A_file_that_is_no_run_is_named_and_ends_with_3(string text, string code)
    {
        Sides(1);
        await File.WriteAllTextAsync(Path.Combine(Folder("new"), "009.json"), text,
            TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of("compare", Folder("base"), Folder("new"));

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains($"error[{code}]", run.Error, StringComparison.Ordinal);
        Assert.Contains("009.json:1:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_folders_interrupted_runs_and_other_loads_are_named()
    {
        Sides(1);
        Directory.CreateDirectory(Folder("empty"));
        Write("partial", 1, SampleRuns.Run(1) with { Partial = true });
        Write("mixed", 1, SampleRuns.Run(1));
        Write("mixed", 2, SampleRuns.Run(2) with { Duration = 40 });
        Write("other", 1, SampleRuns.Run(1) with { Scenario = "store" });

        foreach ((string folder, string code) in new[]
        {
            ("empty", "CAP177"), ("partial", "CAP179"), ("mixed", "CAP178"), ("other", "CAP180"),
        })
        {
            CommandLineRun run = await CommandLineRun.Of("compare", Folder("base"), Folder(folder));

            Assert.Equal(ExitCode.InvalidScenario, run.Code);
            Assert.Contains($"error[{code}]", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_baseline_is_written_reviewed_and_compared_with()
    {
        Sides(1.3);
        string baseline = _folder.File("shop-baseline.json");
        CommandLineRun update = await CommandLineRun.Of(
            "baseline", "update", Scenario(), Folder("base"), "--file", baseline);
        CommandLineRun again = await CommandLineRun.Of(
            "baseline", "update", Scenario(), Folder("base"), "--file", baseline);
        CommandLineRun compare = await CommandLineRun.Of("compare", "--baseline", baseline, Folder("new"));

        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (update.Code, again.Code));
        Assert.Contains("wrote", update.Output);
        Assert.Contains("→", again.Output);
        Assert.Equal(ExitCode.No, compare.Code);
        Assert.Contains("not measured in turns", (await CommandLineRun.Of(
            "compare", "--baseline", baseline, Folder("late"))).Output);
    }

    [Fact]
    public async Task A_baseline_is_never_overwritten_by_bad_input()
    {
        Sides(1);
        string baseline = _folder.File("b.json");
        await CommandLineRun.Of("baseline", "update", Scenario(), Folder("base"), "--file", baseline);
        string before = await TextAsync("b.json");
        Write("other", 1, SampleRuns.Run(1) with { Scenario = "store" });
        await File.WriteAllTextAsync(_folder.File("bad.json"), "{", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.File("mine.json"), "{\"mine\":1}", TestContext.Current.CancellationToken);

        CommandLineRun bad = await Update(_folder.File("bad.json"), baseline);
        CommandLineRun other = await Update(Folder("other"), baseline);
        CommandLineRun mine = await Update(Folder("base"), _folder.File("mine.json"));

        Assert.All([bad, other, mine], run => Assert.Equal(ExitCode.InvalidScenario, run.Code));
        Assert.Contains("CAP183", other.Error);
        Assert.Contains("CAP184", mine.Error);
        Assert.Equal(before, await TextAsync("b.json"));
        Assert.Equal("{\"mine\":1}", await TextAsync("mine.json"));
        Task<CommandLineRun> Update(string results, string file) =>
            CommandLineRun.Of("baseline", "update", Scenario(), results, "--file", file);
    }

    [Fact]
    public async Task An_empty_baseline_says_how_to_fill_it()
    {
        Sides(1);
        Baseline full = Baseline.Of(SampleRuns.Sides(1).Before, "1.0", null, null);
        await File.WriteAllTextAsync(_folder.File("b.json"), BaselineJson.Render(full with { Runs = [] }),
            TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of("compare", "--baseline", _folder.File("b.json"), Folder("new"));

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP182", run.Error);
        Assert.Contains("capacity baseline update", run.Error);
    }

    [Fact]
    public async Task A_report_is_rebuilt_in_every_form_from_its_stored_form()
    {
        CheckReport report = SampleReport.NoGo() with { ToolVersion = CapacityProgram.Version };
        await File.WriteAllBytesAsync(_folder.File("report.json"), CheckReportJson.ToUtf8(report),
            TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of("report", _folder.File("report.json"),
            "--html", _folder.File("a.html"), "--markdown", _folder.File("a.md"), "--junit", _folder.File("a.xml"),
            "--json", "-");
        CommandLineRun summary = await CommandLineRun.Of("report", _folder.File("report.json"));

        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal(HtmlReport.Render(report), await TextAsync("a.html"));
        Assert.Equal(MarkdownReport.Render(report), await TextAsync("a.md"));
        Assert.Equal(JUnitReport.Render(report), await TextAsync("a.xml"));
        Assert.Equal(await TextAsync("report.json"), run.Output);
        Assert.StartsWith(TerminalSummary.Lines(report)[0], summary.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_not_a_report()
    {
        Write("base", 1, SampleRuns.Run(1));

        CommandLineRun run = await CommandLineRun.Of("report", Path.Combine(Folder("base"), "001.json"),
            "--html", _folder.File("a.html"));

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP175", run.Error);
        Assert.False(File.Exists(_folder.File("a.html")));
    }

    private string Folder(string name) => Path.Combine(_folder.Path, name);

    private Task<string> TextAsync(string name) =>
        File.ReadAllTextAsync(_folder.File(name), TestContext.Current.CancellationToken);

    private void Sides(double slower)
    {
        for (int i = 0; i < 8; i++)
        {
            DateTimeOffset at = SampleRuns.Start.AddMinutes(2 * i);
            double noise = 1 + (0.001 * (i % 3));
            Write("base", i + 1, SampleRuns.Run((ulong)i + 1, 0.02 * noise, at: at));
            Write("new", i + 1, SampleRuns.Run((ulong)i + 1, 0.02 * slower / noise, at: at.AddMinutes(1)));
            Write("late", i + 1, SampleRuns.Run((ulong)i + 1, 0.02 * noise, at: at.AddDays(1)));
        }
    }

    private void Write(string folder, int number, RunResult run)
    {
        Directory.CreateDirectory(Folder(folder));
        File.WriteAllBytes(Path.Combine(Folder(folder), $"{number:000}.json"), RunResultJson.ToUtf8(run));
    }

    private string Scenario()
    {
        foreach (string name in (string[])["s.yml", "a.yml"])
        {
            File.WriteAllText(_folder.File(name), "{}");
        }

        File.WriteAllText(_folder.File("shop.yaml"), """
            version: 1
            name: shop
            target: { service: a_b, stack: s.yml, alertmanager: a.yml }
            load: [{ inject: 1/s, during: 1m }]
            requests: [{ name: all, service_time: 1ms }]
            objectives: [{ metric: latency.p99, under: 80ms }]
            """);
        return _folder.File("shop.yaml");
    }
}
