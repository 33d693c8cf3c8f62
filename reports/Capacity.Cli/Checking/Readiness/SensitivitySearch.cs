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
    private readonly (string Input, string Better, SimulationInput Best, string Worse, SimulationInput Worst)[]
        _variants = [.. Variants(launch, demand)];

    /// <summary>How many inputs there are.</summary>
    public int Count => _variants.Length;

    /// <summary>The strongest first.</summary>
    public static IEnumerable<Sensitivity> Ranked(IEnumerable<Sensitivity> found) =>
        found.OrderByDescending(s => Math.Abs(s.PassedBetter - s.PassedWorse))
            .ThenByDescending(s => Math.Abs(s.Swing));

    /// <summary>Tries all inputs, in a fixed order.</summary>
    /// <param name="before">Told the input before it is tried.</param>
    public IEnumerable<Sensitivity> Run(Action<string> before)
    {
        foreach ((string input, string better, SimulationInput best, string worse, SimulationInput worst) in _variants)
        {
            before(input);
            LaunchSet good = simulate(best);
            LaunchSet bad = simulate(worst);
            yield return new Sensitivity(input, better, good.Passed, worse, bad.Passed, good.Launches.Count,
                UseOf(good), UseOf(bad));
        }
    }

    private static IEnumerable<(string, string, SimulationInput, string, SimulationInput)> Variants(
        SimulationInput launch, Func<double, SimulationInput> demand)
    {
        yield return ("demand", "10 % less", demand(0.9), "10 % more", demand(1.1));
        yield return ("service time", "10 % less", Slower(launch, 0.9), "10 % more", Slower(launch, 1.1));
        yield return ("start-up of a replica", "half", StartUp(launch, 0.5), "twice", StartUp(launch, 2));
        if (launch.Service.Workers is { } workers && workers > 1)
        {
            yield return ("workers per replica", $"{workers + 1}", Workers(launch, workers + 1), $"{workers - 1}",
                Workers(launch, workers - 1));
        }

        LoopDelays delays = launch.Loop.Delays;
        if (delays.Orchestrator > 0)
        {
            yield return ("delay of the orchestrator", "half",
                With(launch, delays with { Orchestrator = delays.Orchestrator / 2 }), "three times",
                With(launch, delays with { Orchestrator = delays.Orchestrator * 3 }));
        }

        if (delays.Rotation > 0)
        {
            yield return ("delay of the balancer", "half",
                With(launch, delays with { Rotation = delays.Rotation / 2 }), "ten times",
                With(launch, delays with { Rotation = delays.Rotation * 10 }));
        }
    }

    private static SimulationInput Slower(SimulationInput launch, double factor) =>
        launch with { WorkerLaws = [.. launch.WorkerLaws.Select(l => ScaledLaw.Of(l, factor))] };

    private static SimulationInput StartUp(SimulationInput launch, double factor) => launch with
    {
        Service = launch.Service with { Startup = ScaledLaw.Of(launch.Service.Startup, factor) },
    };

    private static SimulationInput Workers(SimulationInput launch, int count) =>
        launch with { Service = launch.Service with { Workers = count } };

    private static SimulationInput With(SimulationInput launch, LoopDelays delays) =>
        launch with { Loop = launch.Loop with { Delays = delays } };

    /// <summary>Median over the launches of the worst objective's use of its limit.</summary>
    private static double UseOf(LaunchSet set)
    {
        double[] uses = [.. set.Launches.Select(Use).Order()];
        return uses[uses.Length / 2];
    }

    private static double Use(Launch launch) => launch.Outcomes
        .Select(o => o.Objective is { IsLatency: true, Except: > 0 } ? o.Value / o.Objective.Except
            : o.Objective.Limit > 0 ? o.Worst / o.Objective.Limit : 0)
        .DefaultIfEmpty(0).Max();
}
