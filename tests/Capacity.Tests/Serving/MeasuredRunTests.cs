using System.Text;
using Capacity.Cli.Checking;
using Capacity.Cli.Serving;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Tests.Reports;
using Capacity.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Serving;

public sealed class MeasuredRunTests
{
    private static readonly LoadedScenario Small = ServedScenario.Small();

    internal static RunResult Rehearsed() =>
        LaunchSimulation.Run(Predictions.Rehearsal(Small), 3, CancellationToken.None) with
        {
            Provenance = Provenance.Measured,
        };

    private static Parsed<MeasuredRun> Read(string text) =>
        MeasuredRun.Read(new SourceText("run.json", text), Small.Scenario);

    private static string Stored(RunResult run) => Encoding.UTF8.GetString(RunResultJson.ToUtf8(run));

    [Fact]
    public void A_run_as_long_as_the_rehearsal_is_a_rehearsal()
    {
        Assert.True(Read(Stored(Rehearsed())).TryGet(out MeasuredRun? rehearsal));
        Assert.True(Read(Stored(
            LaunchSimulation.Run(Predictions.Launch(Small), 3, TestContext.Current.CancellationToken)))
            .TryGet(out MeasuredRun? launch));

        Assert.Equal((true, false), (rehearsal.IsRehearsal, launch.IsRehearsal));
    }

    [Fact]
    public void The_measured_run_of_a_report_is_taken()
    {
        string report = Encoding.UTF8.GetString(CheckReportJson.ToUtf8(SampleReport.NoGo()));

        Parsed<MeasuredRun> read = Read(report);

        Assert.True(read.TryGet(out MeasuredRun? run));
        Assert.Equal(Provenance.Measured, run.Run.Provenance);
    }

    [Fact]
    public void A_report_without_a_rehearsal_says_so()
    {
        Parsed<MeasuredRun> read =
            Read(Encoding.UTF8.GetString(CheckReportJson.ToUtf8(SampleReport.Unrehearsed())));

        Assert.Equal("CAP190", Assert.Single(read.Diagnostics).Code);
    }

    [Fact]
    public void A_run_of_another_scenario_is_laid_over_with_a_warning()
    {
        Parsed<MeasuredRun> read = Read(Stored(Rehearsed() with { Scenario = "other" }));

        Assert.True(read.TryGet(out _));
        Assert.Equal("CAP191", Assert.Single(read.Diagnostics).Code);
    }

    [Theory]
    [InlineData("", "CAP091")]
    [InlineData("[]", "CAP091")]
    [InlineData("{\"verdict\":1}", "CAP190")]
    [InlineData("{\"verdict\":1,\"measured\":{}}", "CAP091")]
    public void What_is_no_run_is_explained(string text, string code) =>
        Assert.Equal(code, Read(text).Diagnostics[0].Code);

    [Fact]
    public void An_older_form_is_refused() => Assert.Equal("CAP092",
        Read(Stored(Rehearsed() with { SchemaVersion = 0 })).Diagnostics[0].Code);

    [Fact]
    public void Never_throws() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<string>().Where(s => s is not null)
            .Select(s => s.Length % 3 == 0 ? $"{{\"verdict\":{{}},\"measured\":{{{s}}}}}" : s).ToArbitrary(),
        text =>
        {
            Read(text);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Of_a_run_and_a_report_in_the_folder_the_newest_is_first()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["rehearsal.json", "report.json", "tune.json"])
        {
            await File.WriteAllTextAsync(folder.File(name), "{}", TestContext.Current.CancellationToken);
        }

        File.SetLastWriteTimeUtc(folder.File("rehearsal.json"), new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(folder.File("report.json"), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal([folder.File("rehearsal.json"), folder.File("report.json")], MeasuredRun.Files(folder.Path));

        File.SetLastWriteTimeUtc(folder.File("report.json"), new DateTime(2026, 1, 3, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal([folder.File("report.json"), folder.File("rehearsal.json")], MeasuredRun.Files(folder.Path));
    }
}
