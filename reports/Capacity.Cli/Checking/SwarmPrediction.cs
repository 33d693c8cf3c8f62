using Capacity.Control;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Swarm.Live;

namespace Capacity.Cli.Checking;

/// <summary>A scenario → what the simulator needs to predict its run on the live stack.</summary>
internal static class SwarmPrediction
{
    private const double Step = 5; // seconds, as a rehearsal's

    /// <summary>The speed that the real programs reach of the one that the scenario asks for.</summary>
    public static double Speed(LoadedScenario loaded) =>
        LiveLoop.Speed(loaded.Loop, loaded.Scenario.Rehearsal.Speed);

    /// <summary>The run before anything has been measured.</summary>
    public static SimulationInput Input(LoadedScenario loaded)
    {
        double speed = Speed(loaded);
        LoadPlan plan = LoadPlan.Of(loaded.Scenario.Load, loaded.Scenario.Rehearsal.Demand, speed);
        return Predictions.Rehearsal(loaded) with
        {
            Plan = plan,
            Loop = LiveLoop.At(loaded.Loop, speed),
            Step = Math.Max(Step, Steps.Choose(plan.Duration)),
            DiscoveryDelay = LiveLoop.DiscoveryDelay,
            ReadyWhenListening = true,
            Removal = LiveLoop.Removal + TimeSpan.FromSeconds(loaded.Loop.Delays.Rotation),
        };
    }

    /// <summary>The same with what an earlier run on the live stack measured.</summary>
    /// <param name="input">Of any scenario with the same kinds of requests, or of a launch.</param>
    /// <param name="measured">The earlier run.</param>
    public static SimulationInput Fit(SimulationInput input, RunResult measured)
    {
        SimulationInput fitted = Calibration.Fit(input, measured);
        LoopDelays delays = input.Loop.Delays;
        ScaleAction[] ups = [.. measured.ScaleActions.Where(a => a.To > a.From)];
        LoopDelays known = delays with
        {
            Delivery = Median(measured.ScaleActions, a => a.Chain.Delivered - a.Chain.Flushed) ?? delays.Delivery,
            Orchestrator = Median(ups, a => a.Chain.Started - a.At) ?? delays.Orchestrator,
            Rotation = Median(ups, a => a.Chain.InRotation - a.Chain.Ready) ?? delays.Rotation,
        };
        double? removal = Median([.. measured.ScaleActions.Where(a => a.To < a.From)], a => a.Chain.InRotation - a.At);
        LoopSettings loop = fitted.Loop with { Delays = known };
        return fitted with
        {
            Loop = Median(ups, a => SwarmForecast.Start(a.Chain)) is { } start ? LiveLoop.Starting(loop, start) : loop,
            Removal = removal is { } seconds ? TimeSpan.FromSeconds(seconds) : fitted.Removal,
        };
    }

    private static double? Median(IReadOnlyList<ScaleAction> actions, Func<ScaleAction, double> delay)
    {
        double[] known = [.. actions.Select(delay).Where(d => !double.IsNaN(d)).Select(d => Math.Max(0, d)).Order()];
        return known.Length == 0 ? null : known[(known.Length - 1) / 2]; // of two the quicker: the first is never warm
    }
}
