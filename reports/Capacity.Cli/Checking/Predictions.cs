using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>A scenario → what the simulator needs, before anything has been measured.</summary>
internal static class Predictions
{
    private const double RehearsalStep = 5; // seconds: enough requests for a percentile, enough steps for a curve

    /// <summary>The launch at its own speed.</summary>
    /// <param name="loaded">Scenario and loop.</param>
    /// <param name="demand">Factor on the demand.</param>
    /// <param name="speed">The load's stages are divided by this; the loop's timers are not.</param>
    public static SimulationInput Launch(LoadedScenario loaded, double demand = 1, double speed = 1)
    {
        LoadPlan plan = LoadPlan.Of(loaded.Scenario.Load, demand, speed);
        return Of(loaded, plan, speed) with
        {
            Step = Steps.Choose(plan.Duration),
            Faults = [.. loaded.Scenario.Faults.Select(f => f.Faster(speed))],
            Nodes = loaded.Scenario.Nodes,
        };
    }

    /// <summary>The rehearsal: less time, the same loop made faster.</summary>
    public static SimulationInput Rehearsal(LoadedScenario loaded)
    {
        Rehearsal rehearsal = loaded.Scenario.Rehearsal;
        LoadPlan plan = LoadPlan.Of(loaded.Scenario.Load, rehearsal.Demand, rehearsal.Speed);
        return Of(loaded, plan, rehearsal.Speed) with
        {
            Service = loaded.Scenario.Service with { WarmUp = null, Crash = null }, // nothing breaks in a rehearsal
            Loop = loaded.Loop.Faster(rehearsal.Speed),
            Step = Math.Max(RehearsalStep, Steps.Choose(plan.Duration)),
        };
    }

    private static SimulationInput Of(LoadedScenario loaded, LoadPlan plan, double speed)
    {
        Scenario scenario = loaded.Scenario;
        return new SimulationInput
        {
            Plan = plan,
            Kinds = scenario.Requests,
            WorkerLaws = [.. scenario.Requests.Select(r => r.ServiceTime)],
            Service = scenario.Service,
            Client = scenario.Client,
            Policy = scenario.Policy,
            Spacing = scenario.Spacing.Faster(speed),
            Loop = loaded.Loop,
            DiscoveryDelay = TimeSpan.FromSeconds(scenario.Delays.Discovery),
            Step = 1,
            Scenario = scenario.Name,
        };
    }
}
