using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;
using Capacity.Sim.WhatIf;

namespace Capacity.Cli.Checking;

/// <summary>Which assumption moves the verdict most: one input at a time, on the same launches.</summary>
/// <param name="launch">The launches as expected.</param>
/// <param name="demand">The launches' input at a multiple of the expected load.</param>
/// <param name="simulate">Simulates a few launches.</param>
internal sealed class SensitivitySearch(
    SimulationInput launch, Func<double, SimulationInput> demand, Func<SimulationInput, LaunchSet> simulate)
{
    /// <summary>Tries all inputs.</summary>
    /// <param name="stop">Ends early, with those tried so far.</param>
    /// <returns>The strongest first.</returns>
    public IReadOnlyList<Sensitivity> Run(CancellationToken stop)
    {
        var found = new List<Sensitivity>();
        foreach ((string input, string better, SimulationInput best, string worse, SimulationInput worst) in Variants())
        {
            if (stop.IsCancellationRequested)
            {
                break;
            }

            LaunchSet good = simulate(best);
            LaunchSet bad = simulate(worst);
            found.Add(new Sensitivity(input, better, good.Passed, worse, bad.Passed, good.Launches.Count,
                ExcessOf(bad) - ExcessOf(good)));
        }

        return [.. found.OrderByDescending(s => Math.Abs(s.PassedBetter - s.PassedWorse))
            .ThenByDescending(s => Math.Abs(s.Swing))];
    }

    private IEnumerable<(string, string, SimulationInput, string, SimulationInput)> Variants()
    {
        yield return ("demand", "10 % less", demand(0.9), "10 % more", demand(1.1));
        yield return ("service time", "10 % less", Slower(0.9), "10 % more", Slower(1.1));
        yield return ("start-up of a replica", "half", StartUp(0.5), "twice", StartUp(2));
        if (launch.Service.Workers is { } workers && workers > 1)
        {
            yield return ("workers per replica", $"{workers + 1}", Workers(workers + 1), $"{workers - 1}",
                Workers(workers - 1));
        }

        if (launch.Loop.Delays.Orchestrator > 0)
        {
            yield return ("delay of the orchestrator", "half", Orchestrator(0.5), "three times", Orchestrator(3));
        }

        if (launch.Loop.Delays.Rotation > 0)
        {
            yield return ("delay of the balancer", "half", Rotation(0.5), "ten times", Rotation(10));
        }
    }

    private SimulationInput Slower(double factor) =>
        launch with { WorkerLaws = [.. launch.WorkerLaws.Select(l => ScaledLaw.Of(l, factor))] };

    private SimulationInput StartUp(double factor) => launch with
    {
        Service = launch.Service with { Startup = ScaledLaw.Of(launch.Service.Startup, factor) },
    };

    private SimulationInput Workers(int count) =>
        launch with { Service = launch.Service with { Workers = count } };

    private SimulationInput Orchestrator(double factor) =>
        Delays(launch.Loop.Delays with { Orchestrator = launch.Loop.Delays.Orchestrator * factor });

    private SimulationInput Rotation(double factor) =>
        Delays(launch.Loop.Delays with { Rotation = launch.Loop.Delays.Rotation * factor });

    private SimulationInput Delays(LoopDelays delays) => launch with { Loop = launch.Loop with { Delays = delays } };

    /// <summary>Median over the launches of the worst objective's use of its limit.</summary>
    private static double ExcessOf(LaunchSet set)
    {
        double[] excess = [.. set.Launches.Select(Excess).Order()];
        return excess[excess.Length / 2];
    }

    private static double Excess(Launch launch) => launch.Outcomes
        .Select(o => o.Objective is { IsLatency: true, Except: > 0 } ? o.Value / o.Objective.Except
            : o.Objective.Limit > 0 ? o.Worst / o.Objective.Limit : 0)
        .DefaultIfEmpty(0).Max();
}
