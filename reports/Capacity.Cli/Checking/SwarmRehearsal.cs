using System.Globalization;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Checking;

/// <summary>A run on the live stack, predicted beforehand where an earlier run is known, and compared
/// afterwards.</summary>
/// <param name="loaded">The scenario.</param>
/// <param name="folder">Where the swarm is kept, or will be.</param>
/// <param name="engine">The engine for a new swarm; null decides by whether one runs.</param>
/// <param name="seed">Seed of arrivals, draws and phases.</param>
/// <param name="console">Progress goes to its error stream.</param>
internal sealed class SwarmRehearsal(
    LoadedScenario loaded, SwarmFolder folder, EngineAddress? engine, ulong seed, CommandConsole console)
{
    /// <summary>Predicts, runs, compares.</summary>
    /// <param name="earlier">A run on the live stack, for the prediction; null predicts nothing.</param>
    /// <param name="earlierFile">Its file, for the text.</param>
    /// <param name="reports">Where prediction.json, forecast.md and comparison.md go.</param>
    /// <param name="stop">Ends early; what was measured is kept.</param>
    /// <exception cref="EnvironmentFailedException">The swarm cannot be used.</exception>
    public async Task<RunResult> RunAsync(
        RunResult? earlier, string? earlierFile, string reports, CancellationToken stop)
    {
        SwarmRun.Warn(loaded, console);
        SimulationInput input = SwarmPrediction.Input(loaded);
        RunResult? predicted = null;
        SwarmForecast? forecast = null;
        if (earlier is not null)
        {
            string file = Path.Combine(reports, "prediction.json");
            SimulationInput fitted = SwarmPrediction.Fit(input, earlier);
            predicted = LaunchSimulation.Run(fitted, seed, stop);
            forecast = SwarmForecast.Of(fitted, earlier, seed, stop);
            await AtomicFile.WriteAsync(file, RunResultJson.ToUtf8(predicted), stop);
            await AtomicFile.WriteAsync(Path.Combine(reports, "forecast.md"), forecast.Render(null), stop);
            console.Say(string.Create(CultureInfo.InvariantCulture,
                $"predicted beforehand: {predicted.ScaleActions.Count} scale actions; stored {file}"));
        }

        DateTimeOffset foretold = console.Environment.Clock.GetUtcNow();
        RunResult measured = await new SwarmRun(folder, console).RunAsync(loaded, input, engine, seed, stop);
        if (predicted is not null && !measured.Partial)
        {
            string basis = string.Create(CultureInfo.InvariantCulture,
                $"Predicted at {foretold:yyyy-MM-dd HH:mm:ss} UTC, before the run, from the configuration and an "
                + $"earlier "
                + $"run ({earlier!.Scenario}, {Path.GetFileName(earlierFile)}); speed "
                + $"{SwarmPrediction.Speed(loaded):0.##}, "
                + $"seed {seed}.");
            string text = $"{ComparisonMarkdown.Render(measured, predicted, basis)}\n{forecast!.Render(measured)}";
            await AtomicFile.WriteAsync(Path.Combine(reports, "comparison.md"), text, CancellationToken.None);
            console.Data(text);
        }

        return measured;
    }
}
