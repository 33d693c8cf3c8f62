using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

public sealed class RotationTimesTests
{
    private static readonly Instant Start = LaunchSimulation.Epoch;

    [Fact]
    public void Without_settings_every_change_takes_the_same_time()
    {
        RotationTimes times = Times(null);
        Assert.Equal(10.2, Seconds(times.Joins(At(10))), 6);
        Assert.Equal(10.2, Seconds(times.Leaves(At(10))), 6);
    }

    [Fact]
    public void Look_ups_delay_by_less_than_their_period_and_by_half_of_it_on_average()
    {
        double sum = 0;
        for (ulong seed = 1; seed <= 1_000; seed++)
        {
            double delay = Seconds(Times(RotationModel.Like("nginx"), seed).Joins(At(33))) - 33;
            Assert.InRange(delay, 0, 10);
            sum += delay;
        }

        Assert.InRange(sum / 1_000, 4.6, 5.4);
    }

    [Fact]
    public void A_new_replica_needs_its_good_checks_and_a_dead_one_its_bad_ones()
    {
        var model = new RotationModel { Check = 2, Rise = 3, Fall = 4 };
        for (ulong seed = 1; seed <= 50; seed++)
        {
            Assert.InRange(Seconds(Times(model, seed).Joins(At(20))), 24, 26);
            Assert.InRange(Seconds(Times(model, seed).Leaves(At(20))), 26, 28);
        }
    }

    [Fact]
    public void Changes_in_a_row_are_written_together_but_not_later_than_the_longest_wait()
    {
        RotationTimes times = Times(new RotationModel { QuietMin = 5, QuietMax = 12, Reload = 1 });
        Assert.Equal(106, Seconds(times.Joins(At(100))), 6);
        Assert.Equal(110, Seconds(times.Joins(At(104))), 6);
        Assert.Equal(113, Seconds(times.Joins(At(108))), 6); // 12 s after the first
        Assert.Equal(206, Seconds(times.Joins(At(200))), 6);
    }

    [Fact]
    public void A_slow_balancer_makes_the_reaction_longer_by_its_own_link()
    {
        SimulationInput fast = Some.Spike();
        SimulationInput slow = fast with
        {
            Service = fast.Service with { Rotation = RotationModel.Like("consul-template") },
        };
        Assert.Equal(0.2, Rotation(fast), 6);
        Assert.InRange(Rotation(slow), 5.5, 30.5);
    }

    private static double Rotation(SimulationInput input)
    {
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        ScaleAction action = run.ScaleActions.First(a => a.To > a.From && !double.IsNaN(a.Chain.InRotation));
        return ReactionTime.Of(run, action).Links.Single(l => l.Name == "rotation").Seconds;
    }

    private static RotationTimes Times(RotationModel? model, ulong seed = 1) =>
        new(model, TimeSpan.FromSeconds(0.2), Start, seed);

    private static Instant At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private static double Seconds(Instant at) => (at - Start).TotalSeconds;
}
