using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Tests.Scaling;

/// <summary>The traps for whoever builds this again, one test each, over several passes.</summary>
public sealed class HpaControllerTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("no behavior doubles, or goes to four", 1, false, "4 8 16 32 64 100 100")]
    [InlineData("the default behavior adds four, or doubles", 1, true, "5 10 20 40 80 100 100")]
    [InlineData("no behavior from three", 3, false, "6 12 24 48 96 100 100")]
    [InlineData("the default behavior from three", 3, true, "7 14 28 56 100 100 100")]
    public void No_behavior_is_not_the_default_behavior(string why, int start, bool behavior, string expected)
    {
        var controller = new HpaController(Cpu(behavior ? new HpaBehavior() : null));
        string actual = Run(controller, start, 7, _ => 1000);
        Assert.True(expected == actual, $"{why}: {actual}");
    }

    [Fact]
    public void A_restarted_controller_keeps_replicas_for_its_whole_window()
    {
        Assert.Equal(string.Join(" ", Enumerable.Repeat(8, 21).Append(1)),
            Run(new HpaController(Cpu(null)), 8, 22, _ => 0)); // 20 periods of 15 s, both ends counted
    }

    [Fact]
    public void The_percentage_is_cut_to_a_whole_number_before_it_becomes_a_ratio()
    {
        // 55.9 % of a target of 50 % is 1.118, outside 0.1; cut to 55 %, it is 1.1, inside.
        var controller = new HpaController(Cpu(null) with
        {
            Metrics = [new HpaMetric.ResourceUtilization("cpu", 50)],
        });
        Assert.Equal("4", Run(controller, 4, 1, _ => 559));
        Assert.Equal("5", Run(controller, 4, 1, _ => 560));
    }

    [Fact]
    public void Events_are_stored_only_with_a_behavior_and_a_new_one_overwrites_an_expired_one()
    {
        var without = new HpaController(Cpu(null));
        Run(without, 1, 3, _ => 1000);
        Assert.Empty(without.History.Added);

        var with = new HpaController(Cpu(new HpaBehavior()));
        Run(with, 1, 3, _ => 1000);
        Assert.Equal([10, 5], with.History.Added.Select(e => e.Change)); // 4 was 30 s old, and a period is 15 s
    }

    [Fact]
    public void A_policy_spends_its_budget_once_per_period()
    {
        var behavior = new HpaBehavior
        {
            ScaleUp = HpaScalingRules.DefaultUp with { Policies = [HpaPolicy.Pods(2, TimeSpan.FromSeconds(60))] },
        };
        Assert.Equal("3 3 3 3 5 5 5 5 7", Run(new HpaController(Cpu(behavior)), 1, 9, _ => 1000));
    }

    [Fact]
    public void A_disabled_direction_never_changes()
    {
        var behavior = new HpaBehavior
        {
            ScaleDown = HpaScalingRules.DefaultDown with { SelectPolicy = HpaSelectPolicy.Disabled },
        };
        Assert.Equal("9 9 9", Run(new HpaController(Cpu(behavior), history: new HpaHistory
        {
            Recommendations = [],
        }), 9, 3, _ => 0));
    }

    [Fact]
    public void A_service_that_was_stopped_by_the_autoscaler_starts_again_and_no_other_does()
    {
        var spec = new HpaSpec { Min = 0, Max = 5, Metrics = [new HpaMetric.External("jobs", 1000)] };
        var options = new HpaOptions { ScaleToZero = true, DownscaleStabilization = TimeSpan.Zero };
        var controller = new HpaController(spec, options, new HpaHistory { Recommendations = [] });
        Instant now = Instant.FromSeconds(1000);
        HpaOutcome stop = controller.Reconcile(now, Jobs(2, 0));
        HpaOutcome start = controller.Reconcile(now + Period, Jobs(0, 3000));
        Assert.Equal((0, 3, true), (stop.Replicas, start.Replicas, start.Changed));

        HpaOutcome stranger = new HpaController(spec, options).Reconcile(now, Jobs(0, 3000));
        Assert.Equal((0, false), (stranger.Replicas, stranger.Changed));

        static HpaSnapshot Jobs(int replicas, long milli) => new(
            replicas, replicas, [.. Enumerable.Range(0, replicas).Select(i => new HpaPod($"p{i}"))],
            [new HpaReading { ValuesMilli = [milli] }]);
    }

    private static HpaSpec Cpu(HpaBehavior? behavior) => new()
    {
        Max = 100,
        Metrics = [new HpaMetric.ResourceUtilization("cpu", 10)],
        Behavior = behavior,
    };

    /// <summary>Replicas after each pass, when all pods are old and use the same share of one core.</summary>
    private static string Run(HpaController controller, int replicas, int passes, Func<int, long> usageMilli)
    {
        var answers = new List<int>();
        Instant now = Instant.FromSeconds(10_000);
        for (int pass = 0; pass < passes; pass++, now += Period)
        {
            HpaPod[] pods = [.. Enumerable.Range(0, replicas).Select(i =>
                new HpaPod($"p{i}") { RequestsMilli = [1000] })];
            HpaPodSample[] samples = [.. pods.Select(p => new HpaPodSample(p.Name, [usageMilli(pass)], now, Period))];
            replicas = controller.Reconcile(now, new HpaSnapshot(
                replicas, replicas, pods, [new HpaReading { Pods = samples }])).Replicas;
            answers.Add(replicas);
        }

        return string.Join(" ", answers);
    }
}
