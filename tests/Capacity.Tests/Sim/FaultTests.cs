using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

/// <summary>What breaks in a launch, and what follows from it.</summary>
public sealed class FaultTests
{
    private static readonly SimulationInput Calm = Some.Input(
        LoadPlan.Of([new LoadStage.Open("steady", 40, 0, 300)]),
        new RequestKind("all", 1, "GET", "/a", new ServiceLaw.Exponential(0.1))) with
    {
        Loop = Some.Loop(4) with { HealthCheckInterval = null },
        Service = new ServiceModel { Workers = 8, Startup = new ServiceLaw.Constant(2) },
        Step = 1,
    };

    [Fact]
    public void A_crash_fails_what_the_replica_held_and_another_takes_its_place()
    {
        RunResult run = Run(Calm with { Faults = [new Fault.Crash(100, 2, 3)] });
        // 4 requests are under way on average; 0.2 s pass until the balancer knows, at 20 requests/s.
        Assert.InRange(run.Totals.Failed, 2, 20);
        Assert.Equal(2, Ready(run, 101));
        Assert.Equal(2, Ready(run, 104));
        Assert.Equal(4, Ready(run, 106)); // 3 s, 0.18 s, 2 s, 0.2 s
        Assert.All(run.Series.Desired, wanted => Assert.Equal(4, wanted));
        Assert.Contains(run.Kinds[0].StatusCodes, c => c.Key == 0);
        Assert.Contains(run.Kinds[0].StatusCodes, c => c.Key == 503);
        Assert.Equal(
            ["crashes", "crashes", "leaves the rotation", "leaves the rotation", "starts", "starts", "is ready",
            "is ready", "is in rotation", "is in rotation"],
            run.Events.Where(e => e.At >= 100 && e.Kind == "replica").Select(e => e.Text.Split(' ', 3)[2]));
        // The four, less what the two were missing: from the crash until the next two started.
        Assert.Equal((4 * 300 - (2 * 3.18)) / 3600, run.ReplicaHours, 1e-6);
    }

    [Fact]
    public void Without_faults_nothing_of_the_fault_code_is_seen()
    {
        Same(Run(Calm), Run(Calm with { Nodes = new NodePool(3, null) }));
        Same(Run(Calm), Run(Calm with { Service = Calm.Service with { Crash = new RandomCrashes(6e5, null) } }));
    }

    [Fact]
    public void A_slow_replica_is_slow_for_as_long_as_it_says()
    {
        RunResult run = Run(Calm with { Faults = [new Fault.Slow(100, 1, 10, 50)] });
        double Slowest(int from, int to) =>
            run.Series.P99.Skip(from).Take(to - from).Where(v => !double.IsNaN(v)).Average();
        Assert.True(Slowest(105, 150) > 3 * Slowest(20, 95));
        Assert.True(Slowest(170, 290) < 1.3 * Slowest(20, 95));
        Assert.Equal(2, run.Events.Count(e => e.Kind == "fault"));
        Assert.Equal(0, run.Totals.Failed);
    }

    [Fact]
    public void Tasks_of_a_lost_node_wait_until_there_is_room()
    {
        SimulationInput input = Calm with
        {
            Nodes = new NodePool(2, 2),
            Faults = [new Fault.LoseNode(100, 1, 60, 11)],
        };
        RunResult run = Run(input);
        Assert.Equal(2, Ready(run, 101));
        Assert.Equal(2, Ready(run, 159)); // the other node is full
        Assert.Equal(2, run.Events.Count(e => e.Text.EndsWith("waits for room on a node", StringComparison.Ordinal)));
        Assert.Equal(4, Ready(run, 163)); // it is back at 160
        Assert.All(run.Series.Desired, wanted => Assert.Equal(4, wanted));

        RunResult roomy = Run(input with { Nodes = new NodePool(2, 4) });
        Assert.Equal(2, Ready(roomy, 111));
        Assert.Equal(4, Ready(roomy, 114)); // 11 s, 0.18 s, 2 s, 0.2 s
    }

    [Fact]
    public void More_replicas_than_room_stay_pending_from_the_beginning()
    {
        RunResult run = Run(Calm with { Nodes = new NodePool(1, 3) });
        Assert.All(run.Series.Ready, ready => Assert.Equal(3, ready));
        Assert.Equal(3 * 300 / 3600.0, run.ReplicaHours, 1e-9);
        Assert.Equal("replica 4 waits for room on a node", run.Events[0].Text);
    }

    [Fact]
    public void A_stopped_replica_makes_room_for_one_that_waits()
    {
        SimulationInput spike = Some.Spike();
        RunResult run = Run(spike with { Nodes = new NodePool(2, 2), Step = 1 });
        Assert.Contains(run.Series.Desired, wanted => wanted > 4);
        Assert.All(run.Series.Ready, ready => Assert.InRange(ready, 2, 4));
        Assert.Contains(run.Events, e => e.Text.EndsWith("waits for room on a node", StringComparison.Ordinal));
    }

    [Fact]
    public void Random_crashes_come_as_often_as_they_should()
    {
        var crashes = 0;
        for (ulong seed = 1; seed <= 30; seed++)
        {
            RunResult run = LaunchSimulation.Run(
                Calm with { Service = Calm.Service with { Crash = new RandomCrashes(100, 0) } }, seed,
                CancellationToken.None);
            crashes += run.Events.Count(e => e.Text.EndsWith("crashes", StringComparison.Ordinal));
        }

        double expected = 30 * 4 * 300 / 100.18; // a new life begins 0.18 s after each crash
        Assert.InRange(crashes, expected - (4 * Math.Sqrt(expected)), expected + (4 * Math.Sqrt(expected)));
    }

    [Fact]
    public void A_cold_replica_answers_slower_until_it_is_warm()
    {
        SimulationInput input = Calm with
        {
            FreshDeployment = true,
            Service = Calm.Service with { Workers = null, WarmUp = new WarmUp(5, 100) },
            WorkerLaws = [new ServiceLaw.Constant(0.1)],
        };
        RunResult run = Run(input);
        double Median(int from, int to) => run.Series.P50.Skip(from).Take(to - from).Average();
        Assert.InRange(Median(5, 15) / Median(200, 290), 4.5, 4.9); // 7 to 8 % of the time has passed
        Assert.InRange(Median(50, 56) / Median(200, 290), 2.8, 3.2);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void The_same_seed_breaks_the_same(ulong seed)
    {
        SimulationInput input = SeedSweepTests.RandomScenario(seed) with
        {
            Nodes = new NodePool(3, 2),
            Faults = [new Fault.Crash(20, 1, null), new Fault.LoseNode(40, 1, 20, 11), new Fault.Slow(50, 1, 3, 20)],
        };
        string one = ResultText.Of(Launches.Run(input, [], 4, 1, 1, null, CancellationToken.None));
        Assert.Equal(one, ResultText.Of(Launches.Run(input, [], 4, 1, 2, null, CancellationToken.None)));
    }

    internal static RunResult Run(SimulationInput input) => LaunchSimulation.Run(input, 1, CancellationToken.None);

    /// <summary>The same but for the order in which durations were added up, and events.</summary>
    internal static void Same(RunResult expected, RunResult actual)
    {
        Assert.Equal(expected.Totals, actual.Totals);
        Assert.Equal(expected.Series.P50, actual.Series.P50);
        Assert.Equal(expected.Series.P99, actual.Series.P99);
        Assert.Equal(expected.Series.Completed, actual.Series.Completed);
        Assert.Equal(expected.Series.Ready, actual.Series.Ready);
        Assert.Equal(expected.ScaleActions, actual.ScaleActions);
        Assert.Equal(expected.ReplicaHours, actual.ReplicaHours);
    }

    private static int Ready(RunResult run, int second) => run.Series.Ready[second - 1];
}
