using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Swarm.Drills;

namespace Capacity.Tests.Drills;

public sealed class DrillPredictionTests
{
    public static TheoryData<string> Names() => [.. Drill.All.Select(d => d.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_drill_is_predicted_to_go_as_it_is_expected(string name)
    {
        Drill drill = Drill.All.Single(d => d.Name == name);

        DrillForecast forecast = Predict(drill);

        Assert.NotNull(forecast.Recovery);
        Assert.InRange(forecast.Recovery.Low, 0, forecast.Recovery.Middle);
        Assert.InRange(forecast.Recovery.High, forecast.Recovery.Middle, drill.RecoveryMax);
        Assert.True(name is "restart-engine" or "lose-node" ? forecast.Failed.Middle > 0 : forecast.Failed.High == 0);
    }

    [Fact]
    public void An_alert_that_outlived_Prometheus_takes_nothing_away_while_another_asks_for_more()
    {
        DrillForecast forecast = Predict(Drill.All.Single(d => d.Name == "stop-prometheus"));

        int[] wanted = [.. forecast.Curve.Select(s => s.Wanted)];
        Assert.Equal(wanted.Order(), wanted);
        Assert.True(wanted[^1] > wanted[0]);
    }

    [Fact]
    public void The_predicted_curve_ends_when_the_drill_does()
    {
        DrillForecast forecast = Predict(Drill.All.Single(d => d.Name == "stop-scaler"));

        Assert.True(forecast.Curve[^1].Since < 25 + forecast.Recovery!.Middle + 10);
    }

    private static DrillForecast Predict(Drill drill)
    {
        Parsed<DrillForecast> predicted =
            DrillPrediction.Of(drill, new Dictionary<string, string>(StringComparer.Ordinal), seed: 1);
        Assert.True(predicted.TryGet(out DrillForecast? forecast));
        return forecast;
    }
}
