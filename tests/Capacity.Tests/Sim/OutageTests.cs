using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

/// <summary>Launches in which Prometheus, Alertmanager or the scaler is down while it would be needed.</summary>
public sealed class OutageTests
{
    [Fact]
    public void The_scaler_acts_soon_after_it_is_back_because_alertmanager_tries_again()
    {
        RunResult usual = FaultTests.Run(Some.Spike());
        double first = usual.ScaleActions.First(a => a.To > a.From).At;
        RunResult run = With(new Fault.Outage(first - 5, LoopPart.Scaler, 20));
        double late = run.ScaleActions.First(a => a.To > a.From).At;
        Assert.InRange(late, first + 15, first + 30); // tried again within its group's interval
        Assert.Equal(usual.ScaleActions.First(a => a.To > a.From).To, run.ScaleActions.First(a => a.To > a.From).To);
    }

    [Fact]
    public void Without_prometheus_no_alert_fires_and_those_that_fired_end()
    {
        RunResult usual = FaultTests.Run(Some.Spike());
        double first = usual.ScaleActions.First(a => a.To > a.From).At;
        RunResult run = With(new Fault.Outage(first - 1, LoopPart.Prometheus, 100));
        Assert.DoesNotContain(run.Alerts, a => a.Pending > first - 1 && a.Pending < first + 99);
        Assert.DoesNotContain(run.Alerts, a => a.Pending < first - 1 && a.End > first - 1);
        Assert.Contains(run.ScaleActions, a => a.At > first + 99 && a.To > a.From);
        Assert.Equal(["prometheus is down", "prometheus is back"],
            run.Events.Where(e => e.Kind == "fault").Select(e => e.Text));
    }

    [Fact]
    public void Without_alertmanager_nobody_is_told_until_it_is_back()
    {
        RunResult usual = FaultTests.Run(Some.Spike());
        double first = usual.ScaleActions.First(a => a.To > a.From).At;
        RunResult run = With(new Fault.Outage(first - 8, LoopPart.Alertmanager, 90));
        Assert.DoesNotContain(run.Events, e => e.Kind == "notification" && e.At > first - 8 && e.At < first + 82);
        double late = run.ScaleActions.First(a => a.To > a.From).At;
        // The rule is sent again at its next evaluation, at most a minute apart, and waits for its group.
        Assert.InRange(late, first + 82, first + 82 + 75);
    }

    [Fact]
    public void Outages_without_anything_to_miss_change_only_the_events()
    {
        SimulationInput calm = Some.Input(
            LoadPlan.Of([new LoadStage.Open("steady", 40, 0, 300)]),
            new RequestKind("all", 1, "GET", "/a", new ServiceLaw.Exponential(0.1)));
        RunResult usual = FaultTests.Run(calm);
        RunResult run = FaultTests.Run(calm with
        {
            Faults = [.. Enum.GetValues<LoopPart>().Select(p => new Fault.Outage(100, p, 50))],
        });
        FaultTests.Same(usual, run);
        Assert.Equal(6, run.Events.Count(e => e.Kind == "fault"));
    }

    [Fact]
    public void A_replacement_at_the_same_address_continues_the_series_with_counters_from_zero()
    {
        // Were the counters not reset, or the series new, the rate over a minute would not stay near the true one.
        SimulationInput input = Some.Input(
            LoadPlan.Of([new LoadStage.Open("steady", 100, 0, 400)]),
            new RequestKind("all", 1, "GET", "/a", new ServiceLaw.Constant(0.01))) with
        {
            Loop = Some.Loop(2, Some.Scaling(
                "strange", "sum(rate(http_server_resp_time_count{path=\"/a\"}[1m])) > 160 "
                + "or sum(resets(http_server_resp_time_count{path=\"/a\"}[1m])) > 1", "up")),
            Faults = [new Fault.Crash(200, 1, 1)],
        };
        RunResult run = FaultTests.Run(input);
        Assert.Empty(run.ScaleActions);
        SimulationInput seen = input with
        {
            Loop = Some.Loop(2, Some.Scaling(
                "reset", "sum(resets(http_server_resp_time_count{path=\"/a\"}[1m])) > 0", "up")),
        };
        Assert.NotEmpty(FaultTests.Run(seen).ScaleActions);
    }

    private static RunResult With(Fault fault) => FaultTests.Run(Some.Spike() with { Faults = [fault] });
}
