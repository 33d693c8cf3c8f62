using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Tests.Scaling;

/// <summary>The two policies beside the HPA: target tracking and a schedule.</summary>
public sealed class HpaSimplerPolicyTests
{
    private static readonly TargetTrackingSettings Settings = new() { Target = 0.5, Max = 10 };

    [Fact]
    public void Target_tracking_scales_by_the_ratio_and_waits_for_its_cool_downs()
    {
        var policy = new TargetTracking(Settings);
        Assert.Equal(4, policy.Decide(At(0), 2, 0.9));
        Assert.Equal(4, policy.Decide(At(59), 4, 0.9)); // 60 s after a change upwards
        Assert.Equal(8, policy.Decide(At(60), 4, 0.9));
        Assert.Equal(8, policy.Decide(At(359), 8, 0.1)); // 300 s after any change
        Assert.Equal(2, policy.Decide(At(360), 8, 0.1));
        Assert.Equal(4, policy.Decide(At(361), 2, 1.0)); // upwards nothing waits for a change downwards
        Assert.Equal(4, policy.Decide(At(900), 4, 0.54)); // inside the tolerance
        Assert.Equal(4, policy.Decide(At(901), 4, null));
        Assert.Equal(10, policy.Decide(At(902), 40, 0.5)); // bounds do not wait
        Assert.Equal(3, new TargetTracking(Settings with { ScaleIn = false }).Decide(At(0), 3, 0));
    }

    [Fact]
    public void A_schedule_scales_ahead_and_back_and_the_larger_of_two_plans_counts()
    {
        var policy = new SchedulePolicy(
            [new ScheduledReplicas(At(100), At(200), 8), new ScheduledReplicas(At(150), At(300), 5)]);
        Assert.Equal([8, 8, 5, 5, 2], Enumerable.Range(0, 5).Select(i => policy.Decide(At(100 + (50 * i)), 2)));
        Assert.Equal(9, policy.AtLeast(At(100), 9));
        Assert.Equal(8, policy.AtLeast(At(100), 2));

        var changes = new List<double>();
        for (Instant t = policy.NextChange(At(0)); t != Instant.Never; t = policy.NextChange(t))
        {
            changes.Add(t.Seconds);
        }

        Assert.Equal([100, 150, 200, 300], changes);
    }

    private static Instant At(double seconds) => Instant.FromSeconds(seconds);
}
