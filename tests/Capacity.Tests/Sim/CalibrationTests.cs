using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class CalibrationTests
{
    [Fact]
    public void A_fit_finds_the_laws_that_made_the_run()
    {
        SimulationInput truth = Some.Spike();
        truth = truth with
        {
            Service = truth.Service with { Workers = 16 },
            Overhead = new ServiceLaw.Constant(0.004),
        };
        RunResult rehearsal = LaunchSimulation.Run(truth, 1, CancellationToken.None);
        SimulationInput assumed = truth with
        {
            WorkerLaws = [new ServiceLaw.Constant(1), new ServiceLaw.Constant(1)],
            Overhead = new ServiceLaw.Constant(0),
        };
        SimulationInput fitted = Calibration.Fit(assumed, rehearsal);
        foreach (double share in new[] { 0.05, 0.5, 0.9, 0.99 })
        {
            double expected = truth.WorkerLaws[0].Quantile(share);
            Assert.InRange(fitted.WorkerLaws[0].Quantile(share) / expected, 0.97, 1.03);
        }

        Assert.InRange(fitted.Overhead.MeanSeconds, 0.0035, 0.0055);
    }

    [Fact]
    public void Start_ups_are_as_long_as_they_were_measured_whenever_the_health_check_noticed()
    {
        RunResult rehearsal = LaunchSimulation.Run(Some.Spike(), 1, CancellationToken.None);
        double[] drawn = [.. rehearsal.StartupSeconds.Order()];
        SimulationInput fitted = Calibration.Fit(Some.Spike(), rehearsal);
        Assert.Equal(drawn[0], fitted.Service.Startup.Quantile(0), 6);
        Assert.Equal(drawn[^1], fitted.Service.Startup.Quantile(1), 6);
        Assert.All(drawn, s => Assert.True(s < 5, $"{s} is the check's instant, not the server's"));
    }

    [Fact]
    public void Too_few_values_leave_the_assumption()
    {
        LoadPlan plan = LoadPlan.Of([new LoadStage.Open("a little", 1, 0, 20)]);
        SimulationInput input = Some.Input(plan, new RequestKind("all", 1, "GET", "/", new ServiceLaw.Constant(0.1)));
        RunResult rehearsal = LaunchSimulation.Run(input, 1, CancellationToken.None);
        Assert.Equal(input.WorkerLaws, Calibration.Fit(input, rehearsal).WorkerLaws);
    }
}
