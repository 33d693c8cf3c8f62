using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

public sealed class CircuitBreakerTests
{
    /// <summary>One letter per second: S a success, F a failure; answers C closed, O open, H half-open.</summary>
    [Theory]
    [InlineData("three in a row open it for five seconds", "FFSFFFSSSSSS", "CCCCCOOOOOCC")]
    [InlineData("a failed trial opens it again", "FFFFFFFFFFFF", "CCOOOOOOOOOO")]
    public void Failures_in_a_row_open_it(string why, string outcomes, string states) =>
        Assert.True(
            states == States(new BreakerModel { Failures = 3, Break = 5 }, outcomes),
            $"{why}: {States(new BreakerModel { Failures = 3, Break = 5 }, outcomes)}");

    [Theory]
    [InlineData("half of four, but not before four", "FFFF", "CCCO")]
    [InlineData("exactly the ratio is enough", "SSFF", "CCCO")]
    [InlineData("less is not", "SSSFSSSF", "CCCCCCCC")]
    [InlineData("what is older than the sampling duration is forgotten", "FF........SFS", "CC........CCC")]
    public void A_share_of_failures_opens_it(string why, string outcomes, string states)
    {
        var model = new BreakerModel { FailureRatio = 0.5, Minimum = 4, Sampling = 10, Break = 100 };
        Assert.True(states == States(model, outcomes), $"{why}: {States(model, outcomes)}");
    }

    [Fact]
    public void Only_one_request_tries_while_it_is_half_open()
    {
        var breaker = new CircuitBreaker(new BreakerModel { Failures = 1, Break = 5 });
        breaker.Failed(0);
        Assert.False(breaker.Passes(4.999));
        Assert.True(breaker.Passes(5));
        Assert.False(breaker.Passes(5.1));
        Assert.False(breaker.Passes(50)); // the trial has not come back
        breaker.Succeeded(51);
        Assert.True(breaker.Passes(51));
        Assert.Equal(51, breaker.NotClosed(100));
    }

    [Fact]
    public void A_run_tells_of_its_changes_and_counts_what_was_kept_back()
    {
        var kind = new RequestKind("all", 1, "GET", "/", new ServiceLaw.Exponential(0.1));
        SimulationInput input = Some.Input(
            LoadPlan.Of([new LoadStage.Open("calm", 40, 0, 60), new LoadStage.Open("surge", 300, 0, 60),
                new LoadStage.Open("after", 40, 0, 300)]), kind) with
        {
            Service = new ServiceModel { Workers = 4 },
            Client = new ClientModel
            {
                Timeout = 1,
                Breaker = new BreakerModel { FailureRatio = 0.5, Sampling = 10, Minimum = 20, Break = 5 },
            },
            ScalingOff = true,
        };
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        ClientCounts counts = Assert.IsType<ClientCounts>(run.Clients);
        Assert.InRange(counts.NotSent, 1_000, 20_000);
        Assert.InRange(counts.BreakerOpened, 2, 30);
        Assert.InRange(counts.BreakerSeconds, 10, 70);
        Assert.Equal(run.Totals.Failed, counts.TimedOut + counts.NotSent);
        RunEvent[] changes = [.. run.Events.Where(e => e.Kind == "breaker")];
        Assert.StartsWith("the circuit breaker opens after", changes[0].Text, StringComparison.Ordinal);
        Assert.Equal(changes.Length, changes.Count(c => c.At is > 60 and < 180));
        Assert.Equal("the circuit breaker closes", changes[^1].Text);
        Assert.True(SurgeRecovery.Of(run) is { HasSurge: true, IsMetastable: false });
        Assert.Null(LaunchSimulation.Run(
            input with { Client = new ClientModel() }, 1, CancellationToken.None).Clients);
    }

    private static string States(BreakerModel model, string outcomes)
    {
        var breaker = new CircuitBreaker(model);
        var states = new List<char>();
        foreach ((int second, char outcome) in outcomes.Index())
        {
            if (outcome != '.' && breaker.Passes(second))
            {
                Action<double> told = outcome == 'S' ? breaker.Succeeded : breaker.Failed;
                told(second);
            }

            states.Add(outcome == '.' ? '.' : breaker.State.ToString()[0]);
        }

        return string.Concat(states);
    }
}
