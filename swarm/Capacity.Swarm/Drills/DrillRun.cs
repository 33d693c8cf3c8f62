using System.Diagnostics;
using System.Globalization;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Drills;

/// <summary>Carries out a drill on the swarm that is up: load, fault, repair, and what can be seen of it.</summary>
/// <param name="folder">The swarm.</param>
/// <param name="nodes">The nodes that may be cut off; null when there is one node only.</param>
/// <param name="say">Told of each event as it happens.</param>
public sealed class DrillRun(SwarmFolder folder, NodeNetwork? nodes, Action<DrillEvent> say)
{
    private const int Slow = 300; // milliseconds
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(120);

    /// <summary>Carries it out.</summary>
    /// <exception cref="ClusterException">No swarm is up, it is not whole beforehand, or this drill cannot be done
    /// on it.</exception>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public async Task<DrillResult> RunAsync(Drill drill, CancellationToken cancellationToken)
    {
        SwarmState state = folder.Read() ?? throw new ClusterException($"no swarm is up in {folder.Path}",
            "start one: capacity swarm up");
        string host = nodes is null ? "127.0.0.1" : NodeNetwork.AddressOf(1);
        EngineAddress address = state.Address;
        using var engine = new EngineClient(address);
        var faults = new DrillFaults(folder, engine, nodes);
        long start = Stopwatch.GetTimestamp();
        await using var watch = new DrillWatch(address,
            new Uri($"http://{host}:{StackPorts.Of(state.Variables, "PROMETHEUS_PORT")}"), start, say);
        await SettleAsync(watch, engine, drill, cancellationToken);
        await using var load =
            new DrillLoad(new Uri($"http://{host}:{StackPorts.Of(state.Variables, "PROXY_PORT")}"), start);
        watch.Note($"load: {DrillLoad.Rate} requests of {load.Delay} ms per second");
        if (nodes is not null)
        {
            load.Delay = Slow; // the loop itself then spreads replicas over the nodes, and keeps them
            await UntilAsync(() => watch.Sight is { Running: >= 6 } s && s.Running == s.Wanted, SettleMax,
                "six replicas run", cancellationToken);
        }

        await Task.Delay(Calm, cancellationToken);
        (double faultAt, double repairedAt, int scaled) = await BreakAsync(drill, faults, watch, load,
            cancellationToken);
        double recovered = await RecoverAsync(drill, watch, load, faultAt, repairedAt, cancellationToken);
        if (nodes is not null)
        {
            watch.Note(await faults.RepairAsync(drill, cancellationToken) ?? "");
        }

        await Task.Delay(Calm, cancellationToken);
        await load.StopAsync();
        (SortedDictionary<string, int> failures, double outage, double slowest) = DrillResult.Count(load.Requests);
        return new DrillResult
        {
            Drill = drill,
            FaultAt = faultAt,
            RepairedAt = repairedAt,
            RecoverySeconds = recovered,
            ScaledMeanwhile = scaled,
            Requests = load.Requests.Count,
            Failures = failures,
            OutageSeconds = outage,
            SlowestSeconds = slowest,
            Events = watch.Events,
            Curve = watch.CurveFrom(faultAt),
        };
    }

    /// <summary>Waits until all is whole and no alert asks for replicas; few replicas then leave room for
    /// more.</summary>
    private static async Task SettleAsync(
        DrillWatch watch, EngineClient engine, Drill drill, CancellationToken cancellationToken)
    {
        await UntilAsync(() => watch.Sight.AllRun, SettleMax, "all services run", cancellationToken);
        if (drill.CallsForReplicas)
        {
            await UntilAsync(() => watch.Sight.CallsForMore == false, SettleMax, "no alert asks for replicas",
                cancellationToken);
            int least = await LeastAsync(engine, cancellationToken);
            await engine.ScaleAsync(DrillFaults.Service, least, cancellationToken);
            await UntilAsync(() => watch.Sight.AllRun && watch.Sight.Wanted == least, SettleMax, "all services run",
                cancellationToken);
        }
    }

    private static async Task<int> LeastAsync(EngineClient engine, CancellationToken cancellationToken)
    {
        EngineService? main = await engine.ServiceAsync(DrillFaults.Service, cancellationToken);
        return int.TryParse(main?.Spec.Labels?.GetValueOrDefault("com.df.scaleMin"), NumberStyles.None,
            CultureInfo.InvariantCulture, out int least) ? least : 1;
    }

    private static async Task<(double FaultAt, double RepairedAt, int Scaled)> BreakAsync(Drill drill,
        DrillFaults faults, DrillWatch watch, DrillLoad load, CancellationToken cancellationToken)
    {
        double faultAt = watch.Now;
        int scaled = 0;
        try
        {
            string made = await faults.MakeAsync(drill, cancellationToken);
            int wanted = watch.Sight.Wanted;
            watch.Note($"fault: {made}");
            if (drill.CallsForReplicas)
            {
                faultAt = watch.Now; // a service that is taken away does its work until it has ended
                load.Delay = Slow;
                watch.Note($"load: {DrillLoad.Rate} requests of {Slow} ms per second");
            }

            double until = drill.CallsForReplicas ? faultAt + drill.Hold : 0;
            while (watch.Now < until)
            {
                await Task.Delay(Look, cancellationToken);
                scaled += watch.Sight.Wanted != wanted ? 1 : 0;
                wanted = watch.Sight.Wanted;
            }
        }
        finally
        {
            // Also after Ctrl-C: nothing stays broken.
            if (!drill.OnNodes && await faults.RepairAsync(drill, CancellationToken.None) is { } repair)
            {
                watch.Note($"repair: {repair}");
            }
        }

        return (faultAt, drill.CallsForReplicas || drill.Name == "restart-engine" ? watch.Now : double.NaN, scaled);
    }

    private static async Task<double> RecoverAsync(Drill drill, DrillWatch watch, DrillLoad load, double faultAt,
        double repairedAt, CancellationToken cancellationToken)
    {
        int wanted = watch.Sight.Wanted;
        double from = drill.CallsForReplicas ? repairedAt : faultAt;
        bool hurt = drill.CallsForReplicas; // others are first seen broken, then whole
        double wholeAt = double.NaN;
        double giveUp = from + (2 * drill.RecoveryMax);
        while (watch.Now < giveUp)
        {
            await Task.Delay(Look, cancellationToken);
            SwarmSight sight = watch.Sight;
            hurt |= !sight.AllRun || sight.Running < sight.Wanted;
            bool whole = drill.CallsForReplicas ? sight.Wanted > wanted && sight.AllRun
                : sight.AllRun || (drill.OnNodes && sight.Running == sight.Wanted);
            if (hurt && whole)
            {
                wholeAt = watch.Now;
                watch.Note(drill.CallsForReplicas ? "recovered: the loop scales again" : "recovered: all run again");
                break;
            }
        }

        await Task.Delay(Calm, cancellationToken); // failures that come later count too
        double lastFailure = load.Requests.Where(r => r.Failure.Length > 0 && r.End >= from)
            .Select(r => r.End).DefaultIfEmpty(from).Max();
        return Math.Max(wholeAt, lastFailure) - from; // NaN when it never was whole
    }

    private static async Task UntilAsync(
        Func<bool> holds, TimeSpan longest, string what, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > longest)
            {
                throw new ClusterException($"the drill cannot begin: not within {longest.TotalSeconds:0} s: {what}",
                    "see: capacity swarm status");
            }

            await Task.Delay(Look, cancellationToken);
        }
    }
}
