using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class LaunchSimulationTests
{
    [Fact]
    public void A_spike_makes_the_replicas_grow_and_shrink()
    {
        RunResult run = LaunchSimulation.Run(Some.Spike(), 1, CancellationToken.None);
        Assert.InRange(run.Series.Desired.Max(), 6, 8);
        Assert.Contains(run.ScaleActions, a => a.To > a.From && a.Alert == "slow");
        Assert.Contains(run.ScaleActions, a => a.To < a.From && a.Alert == "fast");
        Assert.Equal(720, run.Duration);
        Assert.Equal(run.Series.Desired.Count, run.Series.P99.Count);
        Assert.Contains(run.Alerts, a => a.Name == "slow" && !double.IsNaN(a.Firing));
        Assert.True(run.Events.Zip(run.Events.Skip(1)).All(pair => pair.First.At <= pair.Second.At + 5.0));
    }

    [Fact]
    public void The_instants_of_a_scale_action_follow_each_other()
    {
        RunResult run = LaunchSimulation.Run(Some.Spike(), 2, CancellationToken.None);
        foreach (ScaleAction action in run.ScaleActions.Where(a => a.To > a.From && !double.IsNaN(a.Chain.InRotation)))
        {
            ScaleChain chain = action.Chain;
            double[] instants =
            [
                chain.Scraped, chain.Active, chain.Fired, chain.Flushed, chain.Delivered, chain.Started,
                chain.Ready, chain.InRotation,
            ];
            Assert.Equal(instants.Order(), instants);
            Assert.Equal(0.18, chain.Started - action.At, 6);
            Assert.Equal(5, chain.Ready - chain.Started, 6); // at the first health check
            Assert.Equal(0.2, chain.InRotation - chain.Ready, 6);
        }
    }

    [Fact]
    public void Every_scheduled_request_is_answered_or_failed()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            RunResult run = LaunchSimulation.Run(Some.Spike(), seed, CancellationToken.None);
            Assert.Equal(run.Totals.Scheduled, run.Totals.Ok + run.Totals.Failed + run.Totals.Dropped);
            Assert.Equal(run.Totals.Scheduled, run.Kinds.Sum(k => k.Counts.Scheduled));
            Assert.All(run.Kinds, k => Assert.Equal(k.Counts.Ok, k.Latency.Count));
            Assert.All(run.Kinds, k => Assert.Equal(k.Counts.Ok, k.Service.Count));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        RunResult first = LaunchSimulation.Run(Some.Spike(), 7, CancellationToken.None);
        RunResult again = LaunchSimulation.Run(Some.Spike(), 7, CancellationToken.None);
        Assert.Equal(ResultText.Of(first), ResultText.Of(again));
        Assert.NotEqual(first.Totals, LaunchSimulation.Run(Some.Spike(), 8, CancellationToken.None).Totals);
    }

    [Fact]
    public void With_scaling_off_the_replicas_stay_and_queues_grow()
    {
        RunResult on = LaunchSimulation.Run(Some.Spike(), 1, CancellationToken.None);
        RunResult off = LaunchSimulation.Run(Some.Spike() with { ScalingOff = true }, 1, CancellationToken.None);
        Assert.All(off.Series.Ready, ready => Assert.Equal(2, ready));
        Assert.All(off.Series.Desired, desired => Assert.Equal(2, desired));
        Assert.Empty(off.ScaleActions);
        Assert.Equal(on.Totals.Scheduled, off.Totals.Scheduled); // common random numbers
        Assert.True(off.Series.P99.Max() > 10 * on.Series.P50.Max());
        Assert.Equal(2 * 720 / 3600.0, off.ReplicaHours, 9);
    }

    [Fact]
    public void Requests_that_a_stopping_replica_cannot_finish_fail()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Open("long requests", 10, 0, 300)]);
        SimulationInput input = Some.Input(
            plan, new RequestKind("slow", 1, "GET", "/slow", new ServiceLaw.Constant(30)));
        input = input with
        {
            Service = new ServiceModel { Workers = null, StopGrace = 5 },
            Loop = Some.Loop(4, Some.Scaling("always", "vector(1) > 0", "down")),
        };
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        Assert.Equal(2, run.ScaleActions.Count);
        Assert.InRange(run.Totals.Failed, 100, 200); // 25 s × 2.5/s, then 25 s × 3.3/s
        Assert.Equal(run.Totals.Failed, run.Kinds[0].StatusCodes[0]);
        Assert.Equal(run.Totals.Scheduled, run.Totals.Ok + run.Totals.Failed);
    }

    [Fact]
    public void A_stopped_run_is_partial()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.True(LaunchSimulation.Run(Some.Spike(), 1, stop.Token).Partial);
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(240, 1)]
    [InlineData(241, 2)]
    [InlineData(1200, 5)]
    [InlineData(86_400, 600)]
    public void Steps_are_round_and_at_most_240(double duration, double step) =>
        Assert.Equal(step, Steps.Choose(duration));
}
