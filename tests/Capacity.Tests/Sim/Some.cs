using Capacity.Control;
using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests;

/// <summary>Test data.</summary>
internal static class Some
{
    public static SimulationInput Input(LoadPlan plan, IReadOnlyList<RequestKind> kinds) => new()
    {
        Plan = plan,
        Kinds = kinds,
        WorkerLaws = [.. kinds.Select(k => k.ServiceTime)],
        Service = new ServiceModel(),
        Loop = new LoopSettings(),
        Step = 1,
        Scenario = "some",
    };
}
