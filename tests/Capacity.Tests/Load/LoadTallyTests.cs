using Capacity.Load;
using Capacity.Load.Http;
using Capacity.Model;

namespace Capacity.Tests.Load;

public sealed class LoadTallyTests
{
    private static readonly RequestKind Hello = new("hello", 1, "GET", "/", new ServiceLaw.Constant(0));

    [Fact]
    public void Each_step_has_its_own_rates_errors_and_quantiles()
    {
        LoadTally tally = Tally(seconds: 3);
        Answer(tally, at: 0.2, latency: 0.1);
        Answer(tally, at: 0.4, latency: 0.1);
        tally.Sent(0, 1.0, 0);
        Over(tally, at: 1.0, end: 2.5, status: 0, FailureClass.Reset);
        Answer(tally, at: 2.6, latency: 0.3);

        RunResult result = tally.Result(3, partial: false, 0, []);

        Assert.Equal([2, 1, 1], result.Series.Offered);
        Assert.Equal([2, 0, 2], result.Series.Completed);
        Assert.Equal([0, 0, 0.5], result.Series.Errors);
        Assert.Equal(0.1, result.Series.P50[0], 0.001);
        Assert.True(double.IsNaN(result.Series.P50[1]));
        Assert.Equal(0.3, result.Series.P99[2], 0.002);
        Assert.Equal(new RequestCounts(4, 3, 1, 0), result.Totals);
        Assert.Equal(1, result.Kinds[0].StatusCodes[0]);
        Assert.Equal(3, result.Kinds[0].Latency.Count);
    }

    [Fact]
    public void An_answer_after_the_end_counts_in_the_totals_only()
    {
        LoadTally tally = Tally(seconds: 1);
        tally.Sent(0, 0.9, 0);
        Over(tally, at: 0.9, end: 5, status: 200, FailureClass.None);

        RunResult result = tally.Result(1, partial: false, 0, []);

        Assert.Equal([0], result.Series.Completed);
        Assert.Equal(1, result.Totals.Ok);
        Assert.Equal(4.1, result.Kinds[0].Latency.MaxSeconds, 1e-9);
    }

    [Fact]
    public void A_stopped_run_ends_where_it_was_stopped()
    {
        LoadTally tally = Tally(seconds: 10);
        Answer(tally, at: 0.5, latency: 0.1);
        tally.Sent(0, 1.2, 0);
        tally.GivenUp(0);
        tally.Dropped(0);

        RunResult result = tally.Result(1.5, partial: true, 0, []);

        Assert.Equal(2, result.Series.Offered.Count);
        Assert.Equal(new RequestCounts(3, 1, 0, 2), result.Totals);
        Assert.True(result.Partial);
    }

    [Fact]
    public void Progress_speaks_of_the_last_second()
    {
        LoadTally tally = Tally(seconds: 10);
        Answer(tally, at: 0.1, latency: 9);
        for (int quarter = 0; quarter < 4; quarter++)
        {
            tally.Progress(quarter / 4.0, 0);
            Answer(tally, at: 0.2, latency: 0.1);
        }

        LoadProgress now = tally.Progress(1.25, 7);

        Assert.Equal(4, now.Rate);
        Assert.Equal(0.1, now.P99, 0.001);
        Assert.Equal((5, 0, 7), (now.Finished, now.Failed, now.InFlight));
    }

    private static LoadTally Tally(double seconds) => new(new LoadSettings
    {
        Target = new Uri("http://localhost"),
        Scenario = "s",
        Plan = LoadPlan.Of([new LoadStage.Open("", 1, 0, seconds)]),
        Requests = [Hello],
        Seed = 1,
    }, shared: true);

    private static void Answer(LoadTally tally, double at, double latency)
    {
        tally.Sent(0, at, 0);
        Over(tally, at - latency, at, status: 200, FailureClass.None);
    }

    private static void Over(LoadTally tally, double at, double end, int status, FailureClass failure) =>
        tally.Finished(new Outcome(0, at, at + 0.01, at + 0.02, end, status, failure, double.NaN, 10, 20));
}
