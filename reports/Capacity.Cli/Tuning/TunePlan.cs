using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Sim.Tuning;

namespace Capacity.Cli.Tuning;

/// <summary>What a search was asked to do.</summary>
/// <param name="Settings">Budget, launches, goal, seed.</param>
/// <param name="Launch">What is simulated, with fitted laws where a rehearsal was given.</param>
/// <param name="Calibration">Where the service times come from, a sentence.</param>
/// <param name="Calibrated">Whether they were measured.</param>
/// <param name="Policy">Who scales.</param>
/// <param name="Command">The command that gives it again.</param>
internal sealed record TunePlan(
    TuningSettings Settings, SimulationInput Launch, string Calibration, bool Calibrated, string Policy, string Command)
{
    /// <summary>The launch with the laws that a rehearsal measured.</summary>
    /// <param name="loaded">Scenario and loop.</param>
    /// <param name="given">A stored run or check; null takes the scenario's own laws.</param>
    /// <param name="missing">Why there is none, for people.</param>
    /// <returns>The launch and what it rests on, or CAP091 … CAP093 (not a stored run), CAP190 (a
    /// report without one), CAP202 (a run of another scenario).</returns>
    public static Parsed<(SimulationInput Launch, string Calibration, bool Calibrated)> Calibrate(
        LoadedScenario loaded, SourceText? given, string missing)
    {
        SimulationInput own = Predictions.Launch(loaded);
        if (given is null)
        {
            return (own, $"as the scenario assumes: {missing}", false);
        }

        Parsed<RunResult> read = StoredRun.Read(given);
        if (!read.TryGet(out RunResult? measured))
        {
            return Parsed<(SimulationInput, string, bool)>.Failed(read.Diagnostics);
        }

        bool knows = own.Kinds.Any(k => measured.Kinds.Any(
            m => m.Name == k.Name && m.Service.Count >= Sim.Calibration.FewestServiceTimes));
        if (measured.Scenario != loaded.Scenario.Name || !knows)
        {
            return Parsed<(SimulationInput, string, bool)>.Failed(
            [
                new Diagnostic("CAP202", new SourceSpan(given, 1, 1, 1),
                    $"this is a run of '{measured.Scenario}', or has too few measured service times, so nothing can be "
                    + $"fitted to '{loaded.Scenario.Name}'",
                    $"run 'capacity check {loaded.Scenario.Source.Path}' first, or write --calibration none"),
            ]);
        }

        return (Sim.Calibration.Fit(own, measured), $"fitted to the rehearsal in {given.Path}", true);
    }
}
