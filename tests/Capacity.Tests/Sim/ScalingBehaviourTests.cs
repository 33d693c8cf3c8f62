using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class ScalingBehaviourTests
{
    private static readonly RequestKind Kind = new("all", 1, "GET", "/", new ServiceLaw.Exponential(0.1));

    [Fact]
    public void A_surge_that_is_followed_up_and_down_once_is_no_flapping()
    {
        Flapping calm = Flapping.Of(With((100, 2, 4), (160, 4, 6), (900, 6, 5), (1_200, 5, 4)));
        Assert.Equal(4, calm.ActionsPerHour);
        Assert.Equal(1, calm.Reversals);
        Assert.False(calm.Flaps);
    }

    [Fact]
    public void Replicas_that_go_up_and_down_all_the_time_flap()
    {
        Flapping restless = Flapping.Of(With((100, 2, 4), (400, 4, 3), (700, 3, 5), (1_000, 5, 4), (1_300, 4, 6)));
        Assert.Equal(4, restless.Reversals);
        Assert.True(restless.Flaps);
        Assert.Equal(0, Flapping.Of(With((100, 2, 4), (2_400, 4, 2))).Reversals);
    }

    [Fact]
    public void A_service_that_is_only_overloaded_recovers_when_the_surge_is_over()
    {
        SurgeRecovery recovery = SurgeRecovery.Of(Surge(new ClientModel { Timeout = 1 }));
        Assert.True(recovery.HasSurge);
        Assert.InRange(recovery.SurgeEnds, 120, 125);
        Assert.False(recovery.IsMetastable);
        // 4,800 requests wait, and 24 more than arrive are served per second.
        Assert.InRange(recovery.Seconds, 150, 300);
    }

    [Fact]
    public void Retries_without_a_budget_keep_it_down_and_a_budget_lets_it_recover()
    {
        var retry = new RetryModel(6, 0.1, 1, null);
        Assert.True(SurgeRecovery.Of(Surge(new ClientModel { Timeout = 1, Retry = retry })).IsMetastable);
        SurgeRecovery withBudget = SurgeRecovery.Of(
            Surge(new ClientModel { Timeout = 1, Retry = retry with { Budget = 0.1 } }));
        Assert.True(withBudget is { HasSurge: true, IsMetastable: false });
    }

    [Fact]
    public void A_steady_load_has_no_surge_to_recover_from()
    {
        SimulationInput input = Some.Input(LoadPlan.Of([new LoadStage.Open("steady", 40, 0, 300)]), Kind);
        Assert.False(SurgeRecovery.Of(LaunchSimulation.Run(input, 1, CancellationToken.None)).HasSurge);
    }

    /// <summary>Two replicas of four workers are busy to 70 %, twice their capacity arrives for a minute, and then
    /// again what they can serve.</summary>
    private static RunResult Surge(ClientModel client)
    {
        LoadPlan plan = LoadPlan.Of(
        [
            new LoadStage.Open("calm", 56, 0, 60), new LoadStage.Open("surge", 160, 0, 60),
            new LoadStage.Open("after", 56, 0, 600),
        ]);
        SimulationInput input = Some.Input(plan, Kind) with
        {
            Service = new ServiceModel { Workers = 4 },
            Client = client,
            ScalingOff = true,
        };
        return LaunchSimulation.Run(input, 1, CancellationToken.None);
    }

    private static RunResult With(params (double At, int From, int To)[] actions)
    {
        SimulationInput input = Some.Input(LoadPlan.Of([new LoadStage.Open("steady", 1, 0, 3_600)]), Kind) with
        {
            ScalingOff = true,
        };
        return LaunchSimulation.Run(input, 1, CancellationToken.None) with
        {
            ScaleActions =
                [.. actions.Select(a => new ScaleAction(a.At, a.From, a.To, "alert", "", new ScaleChain()))],
        };
    }
}
