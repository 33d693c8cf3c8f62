using Capacity.Model;
using Capacity.Sim.WhatIf;

namespace Capacity.Sim.Tuning;

/// <summary>A way in which the model may be wrong.</summary>
/// <param name="Name">For people: <c>service time +10 %</c>.</param>
/// <param name="Apply">The input as it then is.</param>
public sealed record Perturbation(string Name, Func<SimulationInput, SimulationInput> Apply)
{
    private const double More = 1.1;
    private const double Less = 0.9;
    private const double SlowStart = 1.5;

    /// <summary>Service times 10 % shorter and longer, start-up half as long again, 10 % more demand.</summary>
    /// <param name="load">The scenario's load at a factor.</param>
    public static IReadOnlyList<Perturbation> Usual(Func<double, LoadPlan> load)
    {
        LoadPlan more = load(More);
        return
        [
            new Perturbation("service time −10 %", input => Slower(input, Less)),
            new Perturbation("service time +10 %", input => Slower(input, More)),
            new Perturbation("start-up × 1.5", input => input with
            {
                Service = input.Service with { Startup = ScaledLaw.Of(input.Service.Startup, SlowStart) },
            }),
            new Perturbation("demand +10 %", input => input with { Plan = more }),
        ];
    }

    private static SimulationInput Slower(SimulationInput input, double factor) =>
        input with { WorkerLaws = [.. input.WorkerLaws.Select(law => ScaledLaw.Of(law, factor))] };
}

/// <summary>What a wrong model would do to a policy.</summary>
/// <param name="Name">See <see cref="Perturbation.Name"/>.</param>
/// <param name="Passed">Launches that kept every objective.</param>
/// <param name="Total">Launches simulated.</param>
public sealed record PerturbedShare(string Name, int Passed, int Total);
