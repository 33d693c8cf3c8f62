using Capacity.Control.PromQl;

namespace Capacity.Tests.PromQl;

public sealed class ExprDurationsTests
{
    [Theory]
    [InlineData("sum(rate(foo[5m])) / sum(rate(bar[5m] offset 1h)) > 10", 10,
        "sum(rate(foo[30s])) / sum(rate(bar[30s] offset 6m)) > 10")]
    [InlineData("max_over_time(rate(foo[1m])[1h:1m] offset -10m)", 60,
        "max_over_time(rate(foo[1s])[1m:1s] offset -10s)")]
    [InlineData("rate(foo[1s])", 1_000_000, "rate(foo[1ms])")]
    [InlineData("topk(3, -(foo @ 5 offset 2s))", 2, "topk(3, -(foo @ 5.000 offset 1s))")]
    public void A_faster_loop_has_shorter_ranges_offsets_and_steps(string text, double factor, string expected) =>
        Assert.Equal(expected, ExprDurations.Divide(Parse(text), factor).ToString());

    [Theory]
    [InlineData("up", 300)]
    [InlineData("rate(foo[1m])", 300)]
    [InlineData("rate(foo[10m] offset 1h)", 4200)]
    [InlineData("up offset 1h", 3900)]
    [InlineData("max_over_time(rate(foo[10m])[1h:1m])", 4200)]
    [InlineData("a + on() sum(rate(b[7m]))", 420)]
    [InlineData("1", 300)]
    public void The_longest_look_back_adds_up_ranges_and_offsets(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ExprDurations.Longest(Parse(text)));

    [Fact]
    public void A_pinned_instant_needs_all_samples() =>
        Assert.Equal(TimeSpan.MaxValue, ExprDurations.Longest(Parse("up @ 5")));

    private static Expr Parse(string text)
    {
        Assert.True(PromQlParser.Parse(text).TryGet(out Expr? expr));
        return expr;
    }
}
