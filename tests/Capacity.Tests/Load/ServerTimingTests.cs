using Capacity.Load;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Load;

public sealed class ServerTimingTests
{
    [Theory]
    [InlineData("app;dur=12.5, queue;dur=3", 0.0125, 0.003)]
    [InlineData("queue;dur=0,app;dur=1e3", 1, 0)]
    [InlineData("cache;desc=\"a, app;dur=9\";dur=1, APP ; desc=x ; DUR = \"7\"", 0.007, double.NaN)]
    [InlineData("app;dur=-1, queue;dur=abc", double.NaN, double.NaN)]
    [InlineData("app", double.NaN, double.NaN)]
    [InlineData("", double.NaN, double.NaN)]
    [InlineData(null, double.NaN, double.NaN)]
    public void Durations_are_taken_by_name(string? header, double app, double queue) =>
        Assert.Equal(new ServerTiming(app, queue), ServerTiming.Parse(header));

    [Fact]
    public void Any_text_has_an_answer() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        ServerTiming timing = ServerTiming.Parse(text);
        return !(timing.App < 0) && !(timing.Queue < 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_written_is_read() => Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), tenths =>
    {
        double ms = tenths.Get / 10.0;
        string header = FormattableString.Invariant($"db;dur=1;desc=\"x\\\";y\", app;dur={ms}");
        return Math.Abs(ServerTiming.Parse(header).App - (ms / 1000)) < 1e-12;
    }).QuickCheckThrowOnFailure();
}
