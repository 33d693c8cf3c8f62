using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class RateCurveTests
{
    [Fact]
    public void A_sine_is_within_a_thousandth_of_its_curve_and_holds_as_many_requests()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Sine("day", 400, 300, 86_400, 50_400, 86_400)]);
        Assert.Equal(400 * 86_400.0, plan.Open.Requests, 1e-3);
        Assert.Equal(700, plan.Open.Peak, 0.3);
        foreach (RateSegment piece in plan.Open.Segments)
        {
            double middle = (piece.From + piece.To) / 2;
            double curve = 400 + (300 * Math.Cos(2 * Math.PI * (middle - 50_400) / 86_400));
            Assert.Equal(curve, piece.RateAt(middle), 300 * 0.00055);
        }

        AssertJoined(plan);
    }

    [Fact]
    public void A_sine_may_end_in_the_middle_of_a_period_and_be_played_faster()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Sine("waves", 10, 10, 60, 15, 100)], demand: 2, speed: 4);
        Assert.Equal(25, plan.Duration);
        Assert.Equal(20, plan.Open.Segments[0].FromRate, 1e-9);
        Assert.Equal(20 + (20 * Math.Cos(2 * Math.PI * (100 - 15) / 60)), plan.Open.Segments[^1].ToRate, 1e-9);
        AssertJoined(plan);
    }

    [Fact]
    public void Steps_take_equal_parts_of_the_stage()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Stairs("stairs", [10, 20, 30], 0, 90)]);
        Assert.Equal(
            [new(0, 30, 10, 10), new(30, 60, 20, 20), new(60, 90, 30, 30)], plan.Open.Segments);
    }

    [Fact]
    public void Steps_may_be_joined_by_ramps()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Open("", 10, 0, 5), new LoadStage.Stairs("", [20, 30], 10, 40)]);
        Assert.Equal(
            [new(0, 5, 10, 10), new(5, 15, 10, 20), new(15, 25, 20, 20), new(25, 35, 20, 30), new(35, 45, 30, 30)],
            plan.Open.Segments);
    }

    [Fact]
    public void A_spike_returns_to_the_rate_before_it()
    {
        LoadPlan plan = LoadPlan.Of(
            [new LoadStage.Open("", 50, 0, 60), new LoadStage.Spike("drop", 500, 10, 60),
            new LoadStage.Open("", 40, 5, 9)]);
        Assert.Equal(
            [
                new(0, 60, 50, 50), new(60, 70, 50, 500), new(70, 110, 500, 500), new(110, 120, 500, 50),
                new(120, 125, 50, 40), new(125, 129, 40, 40),
            ],
            plan.Open.Segments);
    }

    [Fact]
    public void A_spike_without_ramps_jumps()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Open("", 50, 0, 60), new LoadStage.Spike("", 500, 0, 60)]);
        Assert.Equal([new(0, 60, 50, 50), new(60, 120, 500, 500)], plan.Open.Segments);
    }

    private static void AssertJoined(LoadPlan plan)
    {
        Assert.Equal(0, plan.Open.Segments[0].From);
        Assert.Equal(plan.Duration, plan.Open.Duration, 1e-9);
        Assert.All(plan.Open.Segments.Zip(plan.Open.Segments.Skip(1)), pair =>
        {
            Assert.Equal(pair.First.To, pair.Second.From);
            Assert.Equal(pair.First.ToRate, pair.Second.FromRate);
        });
    }
}
