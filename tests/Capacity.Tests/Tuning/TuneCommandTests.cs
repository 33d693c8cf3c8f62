using System.Text.Json;
using Capacity.Cli;
using Capacity.Model;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Tuning;

public sealed class TuneCommandTests
{
    private static readonly string FlashSale = Path.Combine(Repository.Root, "scenarios", "library", "flash-sale.yaml");

    private static readonly string Tutorial = Path.Combine(Repository.Root, "scenarios", "library", "tutorial.yaml");

    private static readonly string[] Smaller =
    [
        .. new[]
        {
            "load[0].inject=50/s", "load[1].ramp_to=117/s", "load[2].inject=117/s", "load[3].ramp_to=200/s",
            "load[4].ramp_to=117/s", "load[5].ramp_to=50/s", "service.workers=1", "load[0].during=1m",
            "load[1].during=1m", "load[2].during=1m", "load[3].during=2m", "load[4].during=1m", "load[5].during=3m",
        }.SelectMany(s => new[] { "--set", s }),
    ];

    [Fact]
    public async Task An_unknown_knob_is_refused_with_the_one_that_was_meant()
    {
        CommandLineRun run = await CommandLineRun.Of("tune", FlashSale, "--knob", "scaleMn");

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP201", run.Error, StringComparison.Ordinal);
        Assert.Contains("scaleMin", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_without_any_of_the_knobs_is_refused()
    {
        CommandLineRun run = await CommandLineRun.Of(
            "tune", FlashSale, "--policy", "step", "hpa", "--knob", "scaleMin");

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP203", run.Error, StringComparison.Ordinal);
        Assert.Contains("its knobs are min, max, target", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_autoscaler_needs_a_busy_share_to_look_at()
    {
        CommandLineRun run = await CommandLineRun.Of("tune", Tutorial, "--policy", "hpa");

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP119", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_without_objectives_cannot_be_tuned()
    {
        using var folder = new TemporaryFolder();
        string text = File.ReadAllText(FlashSale).Replace("../../", $"{Repository.Root}/", StringComparison.Ordinal);
        string without = folder.File("without.yaml");
        File.WriteAllText(without, text[..text.IndexOf("objectives:", StringComparison.Ordinal)]);

        CommandLineRun run = await CommandLineRun.Of("tune", without);

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP200", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_compared_side_by_side_and_each_is_a_policy_of_the_scenario()
    {
        using var folder = new TemporaryFolder();

        CommandLineRun run = await CommandLineRun.Of(
            ["tune", FlashSale, "--policy", "step", "hpa", "target", "schedule", "--budget", "3", "--launches", "20",
                "--calibration", "none", "--out", folder.Path, .. Smaller]);

        using JsonDocument stored = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(folder.Path, "flash-sale", "tune.json")));
        JsonElement[] found = [.. stored.RootElement.GetProperty("suggestions").EnumerateArray()];
        Assert.Equal(["step", "hpa", "target", "schedule"],
            found.Select(s => s.GetProperty("policy").GetString()!).Distinct());
        Assert.Contains("hpa: ", run.Output, StringComparison.Ordinal);
        foreach (JsonElement suggestion in found.Where(s => s.GetProperty("policy").GetString() != "step"))
        {
            string snippet = suggestion.GetProperty("edits")[0].GetProperty("snippet").GetString()!;
            string text = $"{File.ReadAllText(FlashSale)}\n{snippet}\n";
            Assert.True(ScenarioReader.Read(new SourceText(FlashSale, text)).TryGet(out Scenario? scenario), snippet);
            Assert.Equal(suggestion.GetProperty("policy").GetString(), PolicyModel.Names[(int)scenario.Policy.Use]);
        }
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_an_environment_failure()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("taken");
        File.WriteAllText(file, "");

        CommandLineRun run = await CommandLineRun.Of(
            ["tune", FlashSale, "--budget", "1", "--launches", "20", "--calibration", "none", "--out", file,
                "--knob", "scaleMin", .. Smaller]);

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.Contains("1 policies searched", run.Output, StringComparison.Ordinal); // the answer is not lost
    }

    [Fact]
    public async Task An_unknown_policy_is_refused_with_those_that_there_are()
    {
        CommandLineRun run = await CommandLineRun.Of("tune", FlashSale, "--policy", "hpb");

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("'schedule'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--budget", "many")]
    [InlineData("--budget", "0")]
    [InlineData("--probability", "1")]
    [InlineData("--launches", "3")]
    public async Task Wrong_numbers_are_refused(string option, string value)
    {
        CommandLineRun run = await CommandLineRun.Of("tune", FlashSale, option, value);

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
