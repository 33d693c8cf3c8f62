using System.Diagnostics;
using Capacity.Load;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Swarm.Embedded;

namespace Capacity.Cli.Checking;

/// <summary>A few requests through a cluster of its own, so that the rehearsal does not measure the compiler.</summary>
internal static class WarmUp
{
    private const double Seconds = 2;
    private const double Rate = 300;

    /// <summary>Runs and forgets.</summary>
    /// <param name="input">The rehearsal that follows.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task RunAsync(SimulationInput input, CancellationToken stop)
    {
        var plan = new LoadPlan(new ArrivalProfile([new RateSegment(0, Seconds, Rate, Rate)]), [], [], Seconds);
        var law = new ServiceLaw.Constant(0.001);
        SimulationInput brief = input with
        {
            Plan = plan,
            Kinds = [.. input.Kinds.Select(k => k with { ServiceTime = law })],
            Service = input.Service with { Startup = law },
            Loop = input.Loop with { InitialReplicas = Math.Min(2, Math.Max(1, input.Loop.InitialReplicas)) },
            Step = 1,
        };
        await using EmbeddedCluster cluster =
            await EmbeddedCluster.StartAsync(brief.Loop, brief.Service, seed: 1, port: 0, stop);
        long start = Stopwatch.GetTimestamp();
        cluster.Begin(start);
        RunResult result = await new LoadEngine(RehearsalRun.SettingsOf(brief, cluster.Address, seed: 1))
            .RunAsync(start, progress: null, stop);
        cluster.Complete(result);
    }
}
