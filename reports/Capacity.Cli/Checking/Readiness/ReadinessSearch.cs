using System.Security.Cryptography;
using System.Text;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>Looks at what else could happen: other loads, failures, and assumptions that are not quite right.</summary>
/// <param name="loaded">The scenario.</param>
/// <param name="launch">The launches as expected, fitted to the rehearsal.</param>
/// <param name="atLoad">The launches' input at a multiple of the expected load.</param>
/// <param name="seed">Seed of the launches, so that all variants meet the same ones.</param>
/// <param name="threads">Launches at once.</param>
internal sealed class ReadinessSearch(
    LoadedScenario loaded, SimulationInput launch, Func<double, SimulationInput> atLoad, ulong seed, int threads)
{
    /// <summary>Launches of each variant: few, because there are many variants.</summary>
    public const int Few = 20;

    /// <summary>Looks at all of it.</summary>
    /// <param name="expected">The launches as expected.</param>
    /// <param name="measured">The rehearsal; null without one.</param>
    /// <param name="progress">Told what is being simulated.</param>
    /// <param name="stop">Ends early; what was found is kept.</param>
    public Readiness Run(LaunchSet expected, RunResult? measured, Action<string> progress, CancellationToken stop)
    {
        var levels = new List<LoadLevel>();
        var drills = new List<DrillOutcome>();
        var sensitivities = new List<Sensitivity>();
        try
        {
            progress("at other loads");
            levels.AddRange(new HeadroomSearch(atLoad, input => Simulate(input, stop)).Run(stop));
            foreach (Drill drill in Drill.Of(launch))
            {
                progress(drill.Name);
                drills.Add(OutcomeOf(drill, Simulate(drill.Input, stop)));
            }

            progress("with other assumptions");
            sensitivities.AddRange(new SensitivitySearch(launch, atLoad, input => Simulate(input, stop)).Run(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was looked at so far is worth showing.
        }

        var flapping = Flapping.Of(expected.Middle);
        var recovery = SurgeRecovery.Of(expected.Middle);
        return new Readiness
        {
            Levels = levels,
            Drills = drills,
            Sensitivities = sensitivities,
            ReversalsPerHour = flapping.ReversalsPerHour,
            Flaps = flapping.Flaps,
            RecoverySeconds = recovery.Seconds,
            IsMetastable = recovery.IsMetastable,
            Extrapolation = Extrapolation(measured),
            Configuration = ConfigurationHash(loaded.Scenario),
            Partial = stop.IsCancellationRequested,
        };
    }

    private LaunchSet Simulate(SimulationInput input, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        LaunchSet set = Launches.Run(input, loaded.Scenario.Objectives, Few, seed, threads, progress: null, stop);
        return set.Partial ? throw new OperationCanceledException(stop) : set;
    }

    private static DrillOutcome OutcomeOf(Drill drill, LaunchSet set)
    {
        (Objective Objective, int Broken) worst = set.Launches.SelectMany(l => l.Outcomes)
            .GroupBy(o => o.Objective).Select(g => (g.Key, g.Count(o => !o.Passed))).MaxBy(g => g.Item2);
        return new DrillOutcome(drill.Name, drill.What, set.Passed, set.Launches.Count,
            worst.Broken > 0 ? worst.Objective.Name : "", set.Middle.Totals.FailedShare);
    }

    /// <summary>How far the launch goes beyond what was rehearsed.</summary>
    private double Extrapolation(RunResult? measured)
    {
        double tested = measured?.Series.Offered.DefaultIfEmpty(0).Max() ?? 0;
        return tested > 0 ? launch.Plan.Open.Peak / tested : double.NaN;
    }

    /// <summary>SHA-256 over the scenario and the files that it names.</summary>
    private static string ConfigurationHash(Scenario scenario)
    {
        var text = new StringBuilder(scenario.Source.Text);
        string?[] paths = [scenario.Target.Stack, scenario.Target.Prometheus, scenario.Target.Alertmanager];
        foreach (string path in paths.OfType<string>().Where(File.Exists))
        {
            text.Append('\0').Append(File.ReadAllText(path));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
