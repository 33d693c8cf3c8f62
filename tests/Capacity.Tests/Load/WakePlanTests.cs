using System.Diagnostics;
using Capacity.Load.Pacing;

namespace Capacity.Tests.Load;

public sealed class WakePlanTests
{
    private const long Now = 1_000_000_000_000;

    private static long Second => Stopwatch.Frequency;

    [Theory]
    [InlineData(1_000)]
    [InlineData(5_000)]
    public void What_is_due_at_a_moderate_rate_is_woken_up_for_exactly(double rate)
    {
        WakePlan plan = After(rate);

        Assert.Equal(Now + 5, plan.Next(Now, Now + 5));
        Assert.Equal(long.MaxValue, plan.Next(Now, long.MaxValue));
    }

    [Fact]
    public void At_a_high_rate_a_sleep_lasts_long_enough_for_several_requests_and_none_is_waited_for_awake()
    {
        WakePlan plan = After(20_000);

        long next = plan.Next(Now, Now + 5);

        Assert.Equal(WakePlan.BundleSeconds, (double)(next - Now) / Second, 1e-6);
        Assert.Equal(Now + Second, plan.Next(Now, Now + Second)); // a pause is as long as it is
        Assert.Equal(0, plan.Before(Now, Second));
        Assert.Equal(0, plan.Before(Now + Second, Second));
    }

    [Fact]
    public void After_a_high_rate_punctuality_comes_back()
    {
        WakePlan plan = After(20_000);
        for (int i = 0; i < 1_000; i++)
        {
            plan.Due(100 + (i / 1_000.0));
        }

        Assert.Equal(Now + 5, plan.Next(Now, Now + 5));
    }

    [Fact]
    public void Waiting_awake_stays_within_a_tenth_of_a_core()
    {
        WakePlan plan = After(5_000);
        long now = Now;
        long awake = 0;
        for (int i = 0; i < 50_000; i++)
        {
            long lead = plan.Before(now, Second / 5_000);
            plan.Learn(Second / 1_000); // every sleep is a millisecond late: as much as possible is asked for
            plan.Spent(lead);
            awake += lead;
            now += Second / 5_000;
        }

        Assert.InRange((double)awake / (now - Now), 0.05, 0.101);
    }

    [Theory]
    [InlineData(50_000, 64, 32)] // half of what is under way
    [InlineData(50_000, 200, 32)]
    [InlineData(50_000, 6, 3)]
    [InlineData(50_000, 1, 1)]
    [InlineData(50_000, 0, 1)]
    [InlineData(5_000, 64, 1)]
    public void Only_answers_that_follow_each_other_fast_are_waited_for_together(
        double rate, int inFlight, int enough)
    {
        var plan = new WakePlan();
        for (int i = 1; i <= 1_000; i++)
        {
            plan.Answered(Now + (long)(i * Second / rate), 1);
        }

        Assert.Equal(enough, plan.Enough(inFlight));
    }

    [Fact]
    public void Many_answers_at_once_count_as_that_many()
    {
        var plan = new WakePlan();
        for (int i = 1; i <= 100; i++)
        {
            plan.Answered(Now + (i * Second / 1_000), 20);
        }

        Assert.Equal(8, plan.Enough(16));
    }

    [Theory]
    [InlineData(10, 20_000)] // 0.2 ms each
    [InlineData(64, 50_000)] // 1.28 ms each
    public void Answers_gather_for_a_tenth_of_their_time_at_most(int inFlight, long nanoseconds)
    {
        var plan = new WakePlan();
        for (int i = 1; i <= 10_000; i++)
        {
            plan.Answered(Now + (i * Second / 50_000), 1);
        }

        Assert.InRange(plan.Gather(inFlight), nanoseconds - 10, nanoseconds + 10);
    }

    private static WakePlan After(double rate)
    {
        var plan = new WakePlan();
        for (int i = 0; i < 1_000; i++)
        {
            plan.Due(i / rate);
        }

        return plan;
    }
}
