using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class SequentialRuleTests
{
    [Fact]
    public void The_looks_are_fixed_beforehand_and_end_at_the_limit() =>
        Assert.Equal(
            [20, 30, 45, 67, 100], new SequentialRule { Most = 100 }.Looks());

    [Theory]
    [InlineData("all of two hundred and more pass: no doubt", 227, 227, "decided")]
    [InlineData("half of them fail: no doubt", 10, 20, "decided")]
    [InlineData("nearly as many as must: go on", 19, 20, null)]
    [InlineData("as many as allowed", 953, 1_000, "narrow")]
    public void A_set_ends_when_the_verdict_is_certain(string why, int passed, int count, string? reason) =>
        Assert.True(new SequentialRule().Judge(passed, count)?.Reason == reason, why);

    [Fact]
    public void Looking_often_does_not_make_wrong_verdicts_likely()
    {
        var rule = new SequentialRule { HalfWidth = 0, Most = 500 };
        foreach (double share in new[] { 0.94, 0.96 })
        {
            int wrong = 0;
            for (ulong seed = 1; seed <= 1_000; seed++)
            {
                var random = new RandomSource(seed, "launches");
                int passed = 0;
                int count = 0;
                foreach (int look in rule.Looks())
                {
                    for (; count < look; count++)
                    {
                        passed += random.NextUnit() < share ? 1 : 0;
                    }

                    if (rule.Judge(passed, count) is { } stop)
                    {
                        bool good = stop.Low >= rule.Target;
                        bool bad = stop.High < rule.Target;
                        wrong += (share < rule.Target && good) || (share >= rule.Target && bad) ? 1 : 0;
                        break;
                    }
                }
            }

            Assert.InRange(wrong, 0, 50); // 5 %
        }
    }

    [Fact]
    public void A_sequential_set_is_the_beginning_of_the_fixed_one_on_any_number_of_threads()
    {
        var rule = new SequentialRule { First = 3, Growth = 2, Most = 12 };
        Objective[] easy = [new Objective(ObjectiveMetric.Replicas, 100)];
        LaunchSet one = Launches.RunUntil(Some.Spike(), easy, rule, 1, 1, null, CancellationToken.None);
        LaunchSet two = Launches.RunUntil(Some.Spike(), easy, rule, 1, 2, null, CancellationToken.None);
        Assert.Equal(ResultText.Of(one), ResultText.Of(two));
        Assert.Equal("limit", one.Stopped!.Reason);
        LaunchSet all = Launches.Run(Some.Spike(), easy, 12, 1, 1, null, CancellationToken.None);
        Assert.Equal(ResultText.Of(all), ResultText.Of(one with { Stopped = null }));
        Objective[] never = [new Objective(ObjectiveMetric.Replicas, 1)];
        LaunchSet decided = Launches.RunUntil(Some.Spike(), never, rule, 1, 2, null, CancellationToken.None);
        Assert.Equal(3, decided.Launches.Count);
        Assert.Equal("decided", decided.Stopped!.Reason);
        Assert.False(decided.Partial);
    }
}
