using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class PolicyTests
{
    private static readonly RequestKind Kind = new("all", 1, "GET", "/", new ServiceLaw.Exponential(0.1));

    [Theory]
    [InlineData(PolicyKind.Hpa)]
    [InlineData(PolicyKind.Target)]
    public void A_policy_that_looks_at_utilization_follows_the_load(PolicyKind kind)
    {
        RunResult run = Run(new PolicyModel { Use = kind, Hpa = Eager(0.6), Target = Eager(0.6) });
        // 20/s and 200/s of 100 ms each are 2 and 20 busy workers, four per replica at 60 %.
        Assert.Equal(2, run.Series.Desired[110]);
        Assert.InRange(run.Series.Desired[410], 8, 10);
        Assert.InRange(run.Series.Desired[^1], 2, 3);
        Assert.All(run.ScaleActions, a => Assert.Equal(PolicyModel.Names[(int)kind], a.Alert));
        Assert.All(run.ScaleActions, a => Assert.True(
            a.Chain.Scraped <= a.At - 5 && a.Chain.Active <= a.At && a.Chain.Active > 120, a.ToString()));
        Assert.Equal(run.Totals.Scheduled, run.Totals.Ok + run.Totals.Failed);
    }

    [Fact]
    public void Requests_per_second_lead_to_the_replicas_that_share_them_so()
    {
        MetricPolicyModel policy = Eager(30) with { Metric = ScalingMetric.Requests, Tolerance = 0.05 };
        RunResult run = Run(new PolicyModel { Use = PolicyKind.Hpa, Hpa = policy });
        Assert.InRange(run.Series.Desired[410], 7, 8); // 200/s at 30/s each
    }

    [Fact]
    public void A_timetable_is_kept_to_the_second()
    {
        RunResult run = Run(new PolicyModel
        {
            Use = PolicyKind.Schedule,
            Schedule = [new PlannedReplicas(100, 400, 6), new PlannedReplicas(200, 300, 7)],
        });
        Assert.Equal([(100.0, 6), (200, 7), (300, 6), (400, 2)], run.ScaleActions.Select(a => (a.At, a.To)));
    }

    [Theory]
    [InlineData("workers")]
    [InlineData("cores")]
    [InlineData("workers by events")]
    [InlineData("cores by events")]
    public void Measured_utilization_is_the_work_that_is_offered(string how)
    {
        bool cores = how.StartsWith("cores", StringComparison.Ordinal);
        MetricPolicyModel settings = new()
        {
            Target = 0.55,
            Tolerance = 0.02,
            Min = 1,
            Max = 100,
            Sync = 600,
            Every = 550,
            DownWait = 0,
        };
        SimulationInput input = Some.Input(LoadPlan.Of([new LoadStage.Open("steady", 60, 0, 1_300)]), Kind) with
        {
            Service = new ServiceModel
            {
                Workers = cores ? null : 4,
                Cores = cores ? 4 : null,
                Proxy = how.EndsWith("events", StringComparison.Ordinal) ? new ProxyModel { Total = 1_000 } : null,
            },
            Policy = new PolicyModel { Use = PolicyKind.Target, Target = settings },
        };
        RunResult run = LaunchSimulation.Run(input, 1, CancellationToken.None);
        Assert.Equal(3, run.ScaleActions[0].To); // 60/s of 100 ms on two replicas of four: 75 %
        string told = run.ScaleActions[0].Message.Split(", ")[1].Split(' ')[0];
        Assert.InRange(double.Parse(told, System.Globalization.CultureInfo.InvariantCulture), 0.72, 0.78);
    }

    [Fact]
    public void Launches_under_a_policy_are_the_same_on_any_number_of_threads()
    {
        SimulationInput input = Input(new PolicyModel { Use = PolicyKind.Hpa, Hpa = Eager(0.6) });
        LaunchSet one = Launches.Run(input, [], 4, 1, 1, null, CancellationToken.None);
        Assert.Equal(
            ResultText.Of(one), ResultText.Of(Launches.Run(input, [], 4, 1, 2, null, CancellationToken.None)));
    }

    private static MetricPolicyModel Eager(double target) => new() { Target = target, Max = 10, DownWait = 60 };

    private static RunResult Run(PolicyModel policy) => LaunchSimulation.Run(Input(policy), 1, CancellationToken.None);

    private static SimulationInput Input(PolicyModel policy)
    {
        LoadPlan plan = LoadPlan.Of(
        [
            new LoadStage.Open("calm", 20, 0, 120), new LoadStage.Open("peak", 200, 0, 300),
            new LoadStage.Open("after", 20, 0, 300),
        ]);
        return Some.Input(plan, Kind) with
        {
            Service = new ServiceModel { Workers = 4 },
            Policy = policy,
            Step = 1,
        };
    }
}
