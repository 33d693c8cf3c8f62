using Capacity.Cli;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

/// <summary>Runs on a real swarm, as far as they can be tried without one.</summary>
public sealed class SwarmTargetTests
{
    private static readonly string Steps = Repository.At("scenarios", "validation", "swarm-steps.yaml");

    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Repository.At("scenarios", "validation"), "swarm-*.yaml").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_validation_scenario_runs_at_the_speed_that_it_asks_for(string file)
    {
        LoadedScenario loaded = Load(file);
        Assert.Empty(loaded.Warnings);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), loaded.Scenario.Name);
        Assert.Equal(loaded.Scenario.Rehearsal.Speed, SwarmPrediction.Speed(loaded));
    }

    [Fact]
    public void What_an_earlier_run_measured_replaces_what_was_assumed()
    {
        SimulationInput input = SwarmPrediction.Input(Load(Steps));
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        ScaleAction Action(int from, int to, double rotation) => new(10, from, to, "a", "m", new ScaleChain
        {
            Flushed = 9.9,
            Delivered = 10,
            Started = 10.7,
            Ready = 11.5,
            InRotation = rotation,
        });
        RunResult measured = run with
        {
            ScaleActions = [Action(1, 3, 11.9), Action(3, 2, 11.6), Action(2, 4, double.NaN)],
            StartupSeconds = [0.8],
        };

        SimulationInput fitted = SwarmPrediction.Fit(input, measured);

        LoopDelays delays = fitted.Loop.Delays;
        Assert.Equal(0.1, delays.Delivery, 6);
        Assert.Equal(0.7, delays.Orchestrator, 6);
        Assert.Equal(0.4, delays.Rotation, 6);
        Assert.Equal(1.6, fitted.Removal!.Value.TotalSeconds, 6);
        Assert.Equal(0.8, fitted.Loop.AlertmanagerAge.TotalSeconds, 6); // it runs 0.7 s after it was asked for
        Assert.Equal(new ServiceLaw.Constant(0.8), fitted.Service.Startup);
    }

    [Fact]
    public void A_comparison_says_what_matched_and_what_did_not()
    {
        SimulationInput input = SwarmPrediction.Input(Load(Steps));
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        RunResult later = run with
        {
            ScaleActions = [.. run.ScaleActions.Skip(1).Select(a => a with { At = a.At + 0.5 })],
        };

        string text = ComparisonMarkdown.Render(later, run, "Predicted beforehand.");

        int count = run.ScaleActions.Count;
        Assert.Contains($"{count - 1} of {count} matched in order and direction", text, StringComparison.Ordinal);
        Assert.Contains("median 0.50 s, worst 0.50 s", text, StringComparison.Ordinal);
        Assert.Contains("−0.50 s", text, StringComparison.Ordinal);
        Assert.StartsWith("## swarm-steps\n\nPredicted beforehand.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_gives_a_range_for_each_figure_and_a_chance_for_each_action()
    {
        SimulationInput input = SwarmPrediction.Input(Load(Steps));
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        SwarmForecast forecast = SwarmForecast.Of(input, run, 1, CancellationToken.None);
        RunResult measured = run with
        {
            ScaleActions = [.. run.ScaleActions, new ScaleAction(300, 5, 1, "a", "m", new ScaleChain())],
        };

        string before = forecast.Render(null);
        string after = forecast.Render(measured);

        Assert.Equal(before, SwarmForecast.Of(input, run, 1, CancellationToken.None).Render(null));
        Assert.Contains("| p95 of all requests |  | ", before, StringComparison.Ordinal);
        ScaleAction first = run.ScaleActions[0];
        string at = $"{first.At:0.0} s";
        Assert.Contains($"| {first.From} → {first.To} | {at} | 100 % |  |", before, StringComparison.Ordinal);
        Assert.Contains($"| {first.From} → {first.To} | {at} | 100 % | {at} |", after, StringComparison.Ordinal);
        Assert.Contains("| 5 → 1 | 300.0 s | 0 % | 300.0 s |", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--target must be swarm, or an address such as http://127.0.0.1:8080, not 'swam'")]
    [InlineData("check", "--target must be swarm, not 'swam'")]
    [InlineData("simulate", "--target must be swarm, not 'swam'")]
    public async Task A_target_that_is_none_is_refused(string command, string message)
    {
        CommandLineRun run = await CommandLineRun.Of(command, Steps, "--target", "swam");

        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_or_an_earlier_run_that_cannot_be_used_is_said_before_anything_is_started()
    {
        CommandLineRun run = await CommandLineRun.Of(
            "run", Steps, "--target", "swarm", "--engine", "ftp://x", "--swarm-folder", "/nowhere");
        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.Contains("is no address of a Docker engine", run.Error, StringComparison.Ordinal);

        run = await CommandLineRun.Of("run", Steps, "--target", "swarm", "--calibration", "/nowhere.json");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("there is no file /nowhere.json", run.Error, StringComparison.Ordinal);

        run = await CommandLineRun.Of("run", Steps, "--target", "swarm", "--calibration", Steps);
        Assert.Equal(ExitCode.InvalidScenario, run.Code);
    }

    private static LoadedScenario Load(string file)
    {
        var source = new SourceText(file, File.ReadAllText(file));
        Assert.True(ScenarioReader.Read(source).TryGet(out Scenario? scenario));
        Assert.True(ScenarioFiles.Load(scenario, 1).TryGet(out LoadedScenario? loaded));
        return loaded;
    }
}
