using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

/// <summary>Random scenarios with everything that the simulator can do; a failure prints its seed.</summary>
public sealed class SeedSweepTests
{
    private static readonly int Scenarios =
        Environment.GetEnvironmentVariable("CAPACITY_THEORY") == "full" ? 10_000 : 300;

    [Fact]
    public void No_request_is_lost_or_counted_twice()
    {
        Parallel.For(1, Scenarios + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
        {
            SimulationInput input = RandomScenario((ulong)number);
            RunResult run = LaunchSimulation.Run(input, (ulong)number, CancellationToken.None);
            string what = $"seed {number}: {input.Service} {input.Client}";
            Assert.True(run.Totals.Scheduled == run.Totals.Ok + run.Totals.Failed, $"{run.Totals} {what}");
            Assert.All(run.Kinds, k => Assert.True(
                k.Latency.Count == k.Counts.Ok && k.StatusCodes.Values.Sum() == k.Counts.Ok + k.Counts.Failed, what));
            Assert.All(run.Series.Desired, replicas => Assert.True(replicas is >= 2 and <= 8, what));
            Assert.All(run.Events.Zip(run.Events.Skip(1)), e => Assert.True(
                e.First.At <= e.Second.At + 1e-9, $"{e.First} before {e.Second} {what}"));
            Assert.All(run.Kinds, k => Assert.True(!(k.Latency.MaxSeconds < 0), what));
        });
    }

    [Fact]
    public void No_request_is_lost_or_counted_twice_event_by_event()
    {
        var seen = new int[6];
        Parallel.For(1, Scenarios + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
        {
            SimulationInput input = WithMore(RandomScenario((ulong)number), (ulong)number);
            input = number % 2 == 0 ? input : Broken(input, (ulong)number);
            RunResult run = LaunchSimulation.Run(input, (ulong)number, CancellationToken.None);
            string what = $"seed {number}: {input.Service} {input.Client} {string.Join(' ', input.Faults)}";
            Assert.True(run.Totals.Scheduled == run.Totals.Ok + run.Totals.Failed, $"{run.Totals} {what}");
            Assert.All(run.Kinds, k => Assert.True(
                k.Latency.Count == k.Counts.Ok && k.StatusCodes.Values.Sum() == k.Counts.Ok + k.Counts.Failed, what));
            Assert.All(run.Series.Desired, replicas => Assert.True(replicas is >= 2 and <= 8, $"{replicas} {what}"));
            Assert.All(run.Events.Zip(run.Events.Skip(1)), e => Assert.True(
                e.First.At <= e.Second.At + 1e-9, $"{e.First} before {e.Second} {what}"));
            ClientCounts clients = run.Clients ?? new ClientCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);
            Assert.True(run.Totals.Failed <= clients.TimedOut + clients.Refused + clients.CutOff + clients.Shed
                + clients.NotSent + clients.DependencyFailed || run.Clients is null, $"{clients} {run.Totals} {what}");
            Seen(seen, 0, clients.BreakerOpened > 0);
            Seen(seen, 1, clients.Shed > 0);
            Seen(seen, 2, clients.DependencyFailed > 0);
            Seen(seen, 3, clients.CutOff > 0);
            Seen(seen, 4, input.Service.Cores is not null && clients.Retries > 0);
            Seen(seen, 5, input.Policy.Use != PolicyKind.Step && run.ScaleActions.Count > 0);
        });
        Assert.All(seen, often => Assert.InRange(often, Scenarios / 50, Scenarios));
    }

    private static void Seen(int[] seen, int what, bool happened)
    {
        if (happened)
        {
            Interlocked.Increment(ref seen[what]);
        }
    }

    private static SimulationInput WithMore(SimulationInput input, ulong seed)
    {
        var random = new RandomSource(seed, "more");
        int places = (input.Service.Workers ?? input.Service.Cores ?? 5) + random.NextIndex(6);
        bool limited = random.NextIndex(2) == 0;
        PolicyKind policy = (PolicyKind)random.NextIndex(4);
        return input with
        {
            Service = input.Service with
            {
                Balancer = limited && input.Service.Balancer == Balancer.Connections ? Balancer.LeastConnections
                    : input.Service.Balancer,
                Proxy = random.NextIndex(4) == 0 ? null : new ProxyModel
                {
                    PerReplica = limited ? places : null,
                    Queue = random.NextIndex(2) == 0 ? null : random.NextIndex(50),
                    QueueTimeout = random.NextIndex(2) == 0 ? null : 0.1 + random.NextExponential(0.5),
                    Total = random.NextIndex(2) == 0 ? null : 5 + random.NextIndex(100),
                },
                Dependency = random.NextIndex(2) == 0 ? null : new DependencyModel(
                    "db", 1 + random.NextIndex(20), new ServiceLaw.Exponential(0.05),
                    random.NextIndex(2) == 0 ? null : 0.05 + random.NextExponential(0.2)),
            },
            Client = input.Client with
            {
                Retry = input.Client.Retry ?? (random.NextIndex(2) == 0 ? null : new RetryModel(3, 0.05, 1, 0.2)),
                Breaker = random.NextIndex(2) == 0 ? null : new BreakerModel
                {
                    FailureRatio = 0.05 + (0.5 * random.NextUnit()),
                    Sampling = 1 + (9 * random.NextUnit()),
                    Minimum = 5 + random.NextIndex(20),
                    Break = 0.5 + random.NextExponential(3),
                },
            },
            Policy = input.Service.Workers is null && input.Service.Cores is null ? new PolicyModel()
                : new PolicyModel
                {
                    Use = policy,
                    Hpa = new MetricPolicyModel { Target = 0.6, Sync = 5, Every = 5, Lag = 1, DownWait = 10 },
                    Target = new MetricPolicyModel { Target = 0.5, Sync = 5, Every = 5, Lag = 1 },
                    Schedule = [new PlannedReplicas(20, 50, 6), new PlannedReplicas(40, 60, 4)],
                },
        };
    }

    [Fact]
    public void No_request_is_lost_or_counted_twice_whatever_breaks()
    {
        Parallel.For(1, Scenarios + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
        {
            SimulationInput input = Broken(RandomScenario((ulong)number), (ulong)number);
            RunResult run = LaunchSimulation.Run(input, (ulong)number, CancellationToken.None);
            string what = $"seed {number}: {input.Service} {input.Client} {string.Join(' ', input.Faults)}";
            Assert.True(run.Totals.Scheduled == run.Totals.Ok + run.Totals.Failed, $"{run.Totals} {what}");
            Assert.All(run.Kinds, k => Assert.True(
                k.Latency.Count == k.Counts.Ok && k.StatusCodes.Values.Sum() == k.Counts.Ok + k.Counts.Failed, what));
            Assert.All(run.Series.Desired, replicas => Assert.True(replicas is >= 2 and <= 8, what));
            Assert.All(run.Events.Zip(run.Events.Skip(1)), e => Assert.True(
                e.First.At <= e.Second.At + 1e-9, $"{e.First} before {e.Second} {what}"));
            int room = input.Nodes is { Capacity: { } each } nodes ? nodes.Count * each : int.MaxValue;
            int dead = run.Events.Count(e => e.Text.EndsWith("crashes", StringComparison.Ordinal));
            Assert.All(run.Series.Ready, ready => Assert.True(ready <= Math.Min(8, room) + dead, what));
            Assert.True(run.ReplicaHours <= 8 * input.Plan.Duration / 3600 * 1.2, $"{run.ReplicaHours} {what}");
        });
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_on_any_number_of_threads()
    {
        for (ulong number = 1; number <= 12; number++)
        {
            SimulationInput input = RandomScenario(number);
            string one = ResultText.Of(Launches.Run(input, [], 4, 1, 1, null, CancellationToken.None));
            string two = ResultText.Of(Launches.Run(input, [], 4, 1, 2, null, CancellationToken.None));
            Assert.True(one == two, $"seed {number}");
        }
    }

    private static SimulationInput Broken(SimulationInput input, ulong seed)
    {
        var random = new RandomSource(seed, "breaks");
        double At() => random.NextUnit() * input.Plan.Duration;
        Fault[] faults =
        [
            new Fault.Crash(At(), 1 + random.NextIndex(3), random.NextIndex(2) == 0 ? null : 1),
            new Fault.Slow(At(), 1 + random.NextIndex(2), 0.5 + (4 * random.NextUnit()), 1 + (30 * random.NextUnit())),
            new Fault.LoseNode(At(), 1, random.NextIndex(2) == 0 ? null : 15, 11 * random.NextUnit()),
            new Fault.Outage(At(), (LoopPart)random.NextIndex(3), 5 + (40 * random.NextUnit())),
            new Fault.Outage(At(), (LoopPart)random.NextIndex(3), 5 + (40 * random.NextUnit())),
        ];
        ArrivalSpacing[] spacings =
            [ArrivalSpacing.Poisson, new ArrivalSpacing.Bursty(4, 0.2, 5), new ArrivalSpacing.Variable(6)];
        return input with
        {
            Spacing = spacings[random.NextIndex(spacings.Length)],
            Nodes = new NodePool(2 + random.NextIndex(3), random.NextIndex(2) == 0 ? null : 2 + random.NextIndex(3)),
            Faults = [.. faults.Where(_ => random.NextIndex(2) == 0)],
            FreshDeployment = random.NextIndex(4) == 0,
            ReusesAddresses = random.NextIndex(2) == 0,
            Service = input.Service with
            {
                WarmUp = random.NextIndex(2) == 0 ? null : new WarmUp(3, 10),
                Crash = random.NextIndex(2) == 0 ? null : new RandomCrashes(60, random.NextIndex(2) == 0 ? null : 2),
            },
        };
    }

    internal static SimulationInput RandomScenario(ulong seed)
    {
        var random = new RandomSource(seed, "scenario");
        ServiceLaw[] laws =
        [
            new ServiceLaw.Exponential(0.1), new ServiceLaw.Gamma(0.1, 0.5), new ServiceLaw.Pareto(0.04, 2.2),
            new ServiceLaw.Hyperexponential(0.1, 3), new ServiceLaw.Lognormal(0.05, 1), new ServiceLaw.Constant(0.1),
        ];
        RequestKind[] kinds =
        [
            new RequestKind("a", 0.8, "GET", "/a", laws[random.NextIndex(laws.Length)]),
            new RequestKind("b", 0.2, "PUT", "/b", laws[random.NextIndex(laws.Length)]),
        ];
        var stages = new List<LoadStage>
        {
            new LoadStage.Open("calm", 30, 0, 30), new LoadStage.Open("spike", 200 * random.NextUnit(), 5, 60),
        };
        if (random.NextIndex(2) == 0)
        {
            stages.Add(new LoadStage.Users("users", 1 + random.NextIndex(60), null, laws[0], 30));
        }

        int kind = random.NextIndex(4);
        bool cores = kind == 0;
        int? workers = kind == 1 || cores ? null : 1 + random.NextIndex(12);
        SimulationInput spike = Some.Spike();
        return spike with
        {
            Plan = LoadPlan.Of(stages),
            Kinds = kinds,
            WorkerLaws = [.. kinds.Select(k => k.ServiceTime)],
            Step = 1,
            Service = new ServiceModel
            {
                Workers = workers,
                Cores = cores ? 1 + random.NextIndex(8) : null,
                Queue = workers is null || random.NextIndex(2) == 0 ? null : random.NextIndex(20),
                QueueTimeout = workers is null || random.NextIndex(2) == 0 ? null : new ServiceLaw.Constant(0.5),
                Balancer = (Balancer)random.NextIndex(5),
                Connections = 1 + random.NextIndex(50),
                StopGrace = random.NextIndex(2) == 0 ? 0.2 : 10,
                Startup = new ServiceLaw.Uniform(1, 3),
            },
            Client = new ClientModel
            {
                Timeout = random.NextIndex(2) == 0 ? null : 0.1 + random.NextUnit(),
                Retry = cores || random.NextIndex(2) == 0
                    ? null
                    : new RetryModel(1 + random.NextIndex(4), 0.05, 1, random.NextIndex(2) == 0 ? null : 0.2),
            },
        };
    }
}
