using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class RecordedStreamTests
{
    private static readonly RecordedArrivals Log = new(
        [0, 0, 0, 1, 5, 5, 9, 30], [0, 1, 0, 1, 0, 0, 1, 0], 1, 31);

    [Fact]
    public void Every_recorded_request_comes_once_within_its_second()
    {
        double[] at = Drawn(Stage(Log, 0, 31), 1);
        Assert.Equal(Log.At, at.Select(Math.Floor));
        Assert.Equal(at.Order(), at);
        Assert.NotEqual(at, Drawn(Stage(Log, 0, 31), 2));
    }

    [Fact]
    public void Milliseconds_stay_what_they_are()
    {
        double[] at = Drawn(Stage(new RecordedArrivals([0.25, 0.26], [0, 0], 0.001, 0.261), 0, 1), 1);
        Assert.Equal([0.25, 0.26], at.Select(t => Math.Floor(t * 1000) / 1000));
    }

    [Fact]
    public void A_replay_stands_between_other_stages_and_its_speed_divides_the_instants()
    {
        LoadPlan plan = LoadPlan.Of(
            [new LoadStage.Open("", 10, 0, 10), Stage(Log, 1, 9), new LoadStage.Open("", 20, 0, 10)], speed: 2);
        Assert.Equal(14.5, plan.Duration);
        Assert.Equal(50 + 4 + 100, plan.OpenRequests);
        double[] at = ArrivalSpacingTests.Drawn(plan, ArrivalSpacing.Even, 3);
        Assert.Equal(50 + 4 + 100, at.Length);
        Assert.Equal(at.Order(), at);
        // Seconds 1, 5, 5 and 9 of the recording, from second 5 of the run on at twice the speed.
        Assert.Equal([1, 5, 5, 9], at[50..54].Select(t => Math.Floor(1 + ((t - 5) * 2))));
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(1.5)]
    [InlineData(3)]
    public void Another_demand_sends_each_request_so_often_on_average(double demand)
    {
        var log =
            new RecordedArrivals([.. Enumerable.Range(0, 4_000).Select(i => i / 4.0)], new short[4_000], 1e-3, 1_000);
        LoadPlan plan = LoadPlan.Of([Stage(log, 0, 1_000)], demand);
        double[] at = ArrivalSpacingTests.Drawn(plan, ArrivalSpacing.Poisson, 1);
        Assert.InRange(at.Length, (4_000 * demand) - 150, (4_000 * demand) + 150);
        Assert.Equal(4_000 * demand, plan.OpenRequests);
        Assert.Equal(at.Order(), at);
    }

    [Fact]
    public void Kinds_are_those_recorded_and_drawn_where_none_is()
    {
        var at = new double[64];
        var kinds = new int[64];
        LoadPlan plan = LoadPlan.Of([Stage(Log with { Kinds = [0, 1, -1, 1, 0, 0, 1, -1] }, 0, 31)]);
        var stream = new RequestStream(plan.Open, ArrivalSpacing.Poisson, [0, 1], 1, plan.Recorded);
        Assert.Equal(8, stream.Fill(at, kinds, new double[64]));
        Assert.Equal([1, 0, 0, 1, 1], kinds[3..8]);
        Assert.Equal([0, 1, 1], kinds[..3].Order());
    }

    [Fact]
    public void Filling_in_pieces_gives_the_same_requests()
    {
        LoadStage[] stages = [new LoadStage.Open("", 10, 0, 10), Stage(Log, 0, 31), new LoadStage.Open("", 20, 0, 10)];
        Assert.Equal(
            ArrivalSpacingTests.Drawn(LoadPlan.Of(stages), ArrivalSpacing.Poisson, 1, 1000),
            ArrivalSpacingTests.Drawn(LoadPlan.Of(stages), ArrivalSpacing.Poisson, 1, 3));
    }

    private static LoadStage.Replay Stage(RecordedArrivals log, double skip, double during) =>
        new LoadStage.Replay("log", new RecordingFile("a", null, skip, during, default), 1).With(log);

    private static double[] Drawn(LoadStage stage, ulong seed) =>
        ArrivalSpacingTests.Drawn(LoadPlan.Of([stage]), ArrivalSpacing.Poisson, seed);
}
