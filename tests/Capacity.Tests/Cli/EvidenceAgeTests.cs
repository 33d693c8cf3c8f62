using Capacity.Cli;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Tests.Reports;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

/// <summary>A stored report speaks of the files and the program that it was made with.</summary>
public sealed class EvidenceAgeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capacity-age-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_has_changed() => Assert.Empty(EvidenceAge.Changes(Stored()));

    [Fact]
    public void Another_version_another_scenario_and_another_file_are_named()
    {
        CheckReport report = Stored();
        Assert.Contains("capacity 0.0.1", Assert.Single(EvidenceAge.Changes(report with { ToolVersion = "0.0.1" })),
            StringComparison.Ordinal);

        File.AppendAllText(Path.Combine(_folder, "alertmanager.yml"), "\n# later\n");
        Assert.Contains("a file that the scenario names", Assert.Single(EvidenceAge.Changes(report)),
            StringComparison.Ordinal);

        File.AppendAllText(report.Scenario.Source.Path, "\n# later\n");
        Assert.Contains("is not the scenario that was checked", Assert.Single(EvidenceAge.Changes(report)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_not_here_are_not_judged()
    {
        CheckReport report = Stored();
        File.Delete(Path.Combine(_folder, "alertmanager.yml"));
        Assert.Empty(EvidenceAge.Changes(report));
        File.Delete(report.Scenario.Source.Path);
        Assert.Empty(EvidenceAge.Changes(report));
    }

    [Fact]
    public void A_setting_is_part_of_the_configuration()
    {
        Scenario scenario = Stored().Scenario;

        Assert.Matches("^[0-9a-f]{64}$", ConfigurationHash.Of(scenario));
        Assert.NotEqual(ConfigurationHash.Of(scenario),
            ConfigurationHash.Of(scenario with { Settings = ["service.workers=3"] }));
    }

    [Fact]
    public void Expired_evidence_is_no_go_ahead_and_stays_a_no_go()
    {
        CheckReport good = SampleReport.Go();

        Assert.Same(good, EvidenceAge.Judge(good, []));
        CheckReport judged = EvidenceAge.Judge(good, ["another version"]);
        Assert.Equal(VerdictKind.Inconclusive, judged.Verdict.Kind);
        Assert.Contains(judged.Verdict.Reasons, r => r.Contains("fresh evidence", StringComparison.Ordinal));
        Assert.Single(judged.Verdict.Gates, g => g.Name == Gates.Freshness);
        Assert.Equal(VerdictKind.NoGo, EvidenceAge.Judge(SampleReport.NoGo(), ["another version"]).Verdict.Kind);
    }

    [Fact]
    public async Task The_command_says_so()
    {
        string file = Path.Combine(_folder, "report.json");
        await File.WriteAllBytesAsync(file, CheckReportJson.ToUtf8(SampleReport.Go()),
            TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of("report", file);

        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("CAP210", run.Error, StringComparison.Ordinal);
        Assert.StartsWith("? NOT ENOUGH EVIDENCE", run.Output, StringComparison.Ordinal);
    }

    private CheckReport Stored()
    {
        foreach (string name in new[] { "go-demo.yml", "prometheus.yml", "alertmanager.yml" })
        {
            File.Copy(Repository.At("swarm", "stack", name), Path.Combine(_folder, name));
        }

        string path = Path.Combine(_folder, "scenario.yaml");
        string text = File.ReadAllText(Repository.At("scenarios", "library", "flash-sale.yaml"))
            .Replace("../../swarm/stack/", "", StringComparison.Ordinal);
        File.WriteAllText(path, text);
        Assert.True(ScenarioReader.Read(new SourceText(path, text)).TryGet(out Scenario? scenario));
        return SampleReport.Go() with
        {
            Scenario = scenario,
            ToolVersion = CapacityProgram.Version,
            Configuration = ConfigurationHash.Of(scenario),
        };
    }
}
