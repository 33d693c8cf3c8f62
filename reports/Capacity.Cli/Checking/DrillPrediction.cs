using System.Globalization;
using Capacity.Control;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Swarm.Drills;
using Capacity.Swarm.Live;
using Capacity.Swarm.Stack;

namespace Capacity.Cli.Checking;

/// <summary>A figure of many launches.</summary>
/// <param name="Low">Not exceeded by 5 % of them.</param>
/// <param name="Middle">The median.</param>
/// <param name="High">Not exceeded by 95 %.</param>
internal sealed record DrillRange(double Low, double Middle, double High);

/// <summary>What the simulator says that a drill will do.</summary>
/// <param name="Launches">How many were simulated; each drew its own phases.</param>
/// <param name="Failed">Failed requests.</param>
/// <param name="Recovery">Seconds, as the drill counts them; null when most launches do not recover.</param>
/// <param name="Curve">The wanted replicas of the launch in the middle, since the fault.</param>
internal sealed record DrillForecast(
    int Launches, DrillRange Failed, DrillRange? Recovery, IReadOnlyList<DrillStep> Curve);

/// <summary>Simulates a drill: the live stack's own files, the drill's load, and its fault in the model.</summary>
/// <remarks>
/// Nothing is measured beforehand: start-up and the delays of the orchestrator are assumed as a machine of two cores
/// shows them. The proxy is a client that sends again what was refused or cut; what waits for a node that is gone is
/// not refused, and fails.
/// </remarks>
internal static class DrillPrediction
{
    private const int Launches = 100;
    private const double FaultAt = 60; // the windows of the rules are full by then
    private const double CalmLoad = 5; // seconds of load before the fault
    private const double Step = 0.2; // as often as a drill looks
    private const double Afterwards = 10; // as long as a drill looks on when all is whole again
    private const int NodeReplicas = 6;
    private const double Fast = 0.02;
    private const double Slow = 0.3;

    /// <summary>The simulated counterpart of a drill.</summary>
    /// <param name="drill">One of <see cref="Drill.All"/>.</param>
    /// <param name="variables">Those of the stack file that were set.</param>
    /// <param name="seed">Seed of the launches.</param>
    /// <returns>Errors when the live stack's files, with these variables, say no control loop.</returns>
    public static Parsed<DrillForecast> Of(Drill drill, IReadOnlyDictionary<string, string> variables, ulong seed)
    {
        Scenario scenario = Scenario(drill);
        Parsed<LoopSettings> read = LoopSettingsReader.Read(new LoopSources(
            Source("stack.yml"), Source("prometheus.yml"), Source("alertmanager.yml"), [])
        {
            Variables = drill.OnNodes
                ? new Dictionary<string, string>(variables, StringComparer.Ordinal) { ["SCALE_MAX"] = "6" } : variables,
        }, scenario, seed);
        return read.TryGet(out LoopSettings? loop)
            ? Parsed<DrillForecast>.From(Simulate(drill, Input(drill, scenario, loop), seed), read.Diagnostics)
            : Parsed<DrillForecast>.Failed(read.Diagnostics);
    }

    private static SourceText Source(string name) => new(name, LiveSwarm.FileText(name));

    private static Scenario Scenario(Drill drill) => new()
    {
        Name = drill.Name,
        Source = new SourceText(drill.Name, ""),
        Target = new ScenarioTarget(DrillFaults.Service, "stack.yml", "prometheus.yml", "alertmanager.yml"),
        Load = [new LoadStage.Pause("", FaultAt + drill.Hold + (2 * drill.RecoveryMax) + Afterwards)],
        Requests =
        [
            new RequestKind("fast", 0.5, "GET", "/demo/hello", new ServiceLaw.Constant(Fast)),
            new RequestKind("slow", 0.5, "GET", "/demo/hello", new ServiceLaw.Constant(Slow)),
        ],
        Service = new ServiceModel
        {
            Workers = 100,
            Balancer = Balancer.LeastConnections,
            Startup = drill.Name == "restart-engine" ? SimulatedFault.StartOfAll : new ServiceLaw.Uniform(0.8, 1.6),
        },
        Client = new ClientModel
        {
            Timeout = 10,
            Retry = drill.OnNodes || drill.Name == "restart-engine" ? null : new RetryModel(7, 0.05, 1, null),
        },
        Delays = new LoopDelays { Rotation = 0.3, Restart = 1 },
    };

    private static SimulationInput Input(Drill drill, Scenario scenario, LoopSettings loop)
    {
        int least = loop.ServiceLabels.TryGetValue("com.df.scaleMin", out string? text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int min) ? min : 1;
        return new SimulationInput
        {
            Plan = LoadPlan.Of(scenario.Load),
            Trace = [.. Load(drill, scenario.Duration)],
            Kinds = scenario.Requests,
            WorkerLaws = [.. scenario.Requests.Select(r => r.ServiceTime)],
            Service = scenario.Service,
            Client = scenario.Client,
            Loop = loop with
            {
                InitialReplicas = drill.OnNodes ? NodeReplicas : drill.CallsForReplicas ? least : loop.InitialReplicas,
                HealthCheckInterval = TimeSpan.FromSeconds(1), // the proxy's
                DiscoveryRefresh = TimeSpan.FromSeconds(5), // the monitor's --dns-refresh
            },
            DiscoveryDelay = LiveLoop.DiscoveryDelay,
            ReadyWhenListening = true,
            Removal = LiveLoop.Removal,
            Faults = SimulatedFault.Of(drill, FaultAt),
            Nodes = drill.OnNodes ? new NodePool(3, null) : null,
            Step = Step,
            Scenario = drill.Name,
        };
    }

    private static IEnumerable<TraceRequest> Load(Drill drill, double duration)
    {
        double from = drill.OnNodes ? 0 : FaultAt - CalmLoad;
        for (int i = 0; from + ((double)i / DrillLoad.Rate) is double at && at < duration - Afterwards; i++)
        {
            bool slow = drill.OnNodes || (drill.CallsForReplicas && at >= FaultAt);
            yield return new TraceRequest(at, slow ? 1 : 0, slow ? Slow : Fast);
        }
    }

    private static DrillForecast Simulate(Drill drill, SimulationInput input, ulong seed)
    {
        var launches = new List<(double Recovery, double Failed, IReadOnlyList<DrillStep> Curve)>();
        for (int i = 1; i <= Launches; i++)
        {
            ulong own = Capacity.Sim.Launches.SeedOf(seed, i);
            RunResult run = LaunchSimulation.Run(
                input with { Loop = input.Loop with { PhaseSeed = own } }, own, CancellationToken.None);
            double recovery = Recovery(drill, run);
            launches.Add((recovery, run.Totals.Failed, Curve(run, drill.Hold + recovery + Afterwards)));
        }

        // One that never recovers took longer than any that does.
        launches = [.. launches.OrderBy(l => double.IsNaN(l.Recovery) ? double.PositiveInfinity : l.Recovery)];
        (double Recovery, double Failed, IReadOnlyList<DrillStep> Curve) middle = launches[(Launches - 1) / 2];
        return new DrillForecast(Launches, Range([.. launches.Select(l => l.Failed).Order()]),
            double.IsNaN(middle.Recovery) ? null : Range([.. launches.Select(l => l.Recovery)]), middle.Curve);
    }

    private static DrillRange Range(double[] ascending)
    {
        double At(double share) => ascending[(int)(share * (ascending.Length - 1))];
        return new DrillRange(At(0.05), At(0.5), At(0.95));
    }

    /// <summary>Seconds from the fault, or from the repair where the loop must scale again; NaN when it never
    /// does.</summary>
    private static double Recovery(Drill drill, RunResult run)
    {
        double repaired = FaultAt + drill.Hold;
        if (drill.CallsForReplicas)
        {
            ScaleAction? first = run.ScaleActions.FirstOrDefault(a => a.At >= repaired && a.To > a.From);
            return first is null ? double.NaN : first.Chain.Ready - repaired;
        }

        bool hurt = false;
        for (int i = (int)(FaultAt / Step); i < run.Series.Ready.Count; i++)
        {
            bool whole = run.Series.Ready[i] >= run.Series.Desired[i];
            hurt |= !whole;
            if (hurt && whole)
            {
                return ((i + 1) * Step) - FaultAt;
            }
        }

        return double.NaN;
    }

    /// <summary>The wanted replicas from the fault on.</summary>
    /// <param name="run">A launch.</param>
    /// <param name="until">Seconds since the fault; NaN for its end.</param>
    private static IReadOnlyList<DrillStep> Curve(RunResult run, double until) =>
    [
        new DrillStep(0, run.Series.Desired[(int)(FaultAt / Step)]),
        .. run.ScaleActions.Where(a => a.At > FaultAt && a.To != a.From && !(a.At - FaultAt > until))
        .Select(a => new DrillStep(a.At - FaultAt, a.To)),
    ];
}
