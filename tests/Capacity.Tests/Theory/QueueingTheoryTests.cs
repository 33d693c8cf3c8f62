using System.Globalization;
using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>The simulator against queueing theory: 99.9 % intervals over ten seeds must hold the exact value.</summary>
public sealed class QueueingTheoryTests
{
    private const int Seeds = 10;
    private const double T999 = 4.781; // Student's t, 9 degrees of freedom, 99.9 % two-sided
    private static readonly ServiceLaw Exponential = new ServiceLaw.Exponential(0.1);

    [Theory]
    [InlineData("mm1_rho0.5", 5)]
    [InlineData("mm1_rho0.8", 8)]
    public void One_worker_gives_the_response_times_of_M_M_1(string oracle, double rate) =>
        Compare(oracle, Quantiles, seed => FixedReplicas.Run(rate, Exponential, 1, 1, 100_000, seed));

    [Theory]
    [InlineData("mmc_c5_rho0.9", 45, 5)]
    [InlineData("mmc_c10_rho0.8", 80, 10)]
    public void Several_workers_give_the_response_times_of_M_M_c(string oracle, double rate, int workers) =>
        Compare(oracle, Quantiles, seed => FixedReplicas.Run(rate, Exponential, workers, 1, 100_000, seed));

    [Theory]
    [InlineData("mg1_det_rho0.5", 5)]
    [InlineData("mg1_det_rho0.8", 8)]
    public void Constant_service_gives_the_mean_of_M_D_1(string oracle, double rate) =>
        Compare(oracle, ["W"], seed => FixedReplicas.Run(rate, new ServiceLaw.Constant(0.1), 1, 1, 100_000, seed));

    [Theory]
    [InlineData("md1_dist_rho0.5", 5)]
    [InlineData("md1_dist_rho0.9", 9)]
    public void Constant_service_gives_the_waits_of_M_D_1(string oracle, double rate) =>
        Compare(
            oracle, ["Wq_p90", "Wq_p95", "Wq_p99"],
            seed => FixedReplicas.Run(rate, new ServiceLaw.Constant(0.1), 1, 1, 150_000, seed), shift: 0.1);

    [Fact]
    public void Constant_service_and_five_workers_give_the_mean_of_M_D_5() =>
        Compare(
            "mdc_c5_rho0.8", ["Wq"],
            seed => FixedReplicas.Run(40, new ServiceLaw.Constant(0.1), 5, 1, 150_000, seed), shift: 0.1);

    [Theory]
    [InlineData("mg1_lognormal_scv2_rho0.8", 8)]
    public void Lognormal_service_gives_the_mean_of_Pollaczek_and_Khinchine(string oracle, double rate)
    {
        double sigma = Math.Sqrt(Math.Log(3));
        var law = new ServiceLaw.Lognormal(0.1 / Math.Sqrt(3), sigma);
        Compare(oracle, ["W"], seed => FixedReplicas.Run(rate, law, 1, 1, 150_000, seed));
    }

    [Fact]
    public void Uniform_service_gives_the_mean_of_Pollaczek_and_Khinchine() =>
        Compare(
            "mg1_uniform_rho0.8", ["W"],
            seed => FixedReplicas.Run(8, new ServiceLaw.Uniform(0, 0.2), 1, 1, 100_000, seed));

    [Theory]
    [InlineData("e2m1_rho0.8", 8, 2)]
    [InlineData("e5m1_rho0.9", 9, 5)]
    [InlineData("e10m1_rho0.8", 8, 10)]
    [InlineData("e10m1_rho0.9", 9, 10)]
    public void Round_robin_over_k_replicas_gives_each_of_them_Erlang_k_arrivals(
        string oracle, double rate, int replicas) =>
        Compare(
            oracle, Quantiles, seed => FixedReplicas.Run(rate * replicas, Exponential, 1, replicas, 150_000, seed));

    [Theory]
    [InlineData("closed_c4_N50_Z1", 50, 4, 1, 0.1, 2_000)]
    [InlineData("closed_c1_N10_Z1", 10, 1, 1, 0.1, 5_000)]
    [InlineData("closed_c8_N64_Z0", 64, 8, 0, 0.02, 200)]
    public void Closed_users_give_the_response_times_of_machine_repair(
        string oracle, int users, int workers, double think, double service, double duration) =>
        Compare(oracle, ["R"], seed => FixedReplicas.RunUsers(
            users, new ServiceLaw.Exponential(think), new ServiceLaw.Exponential(service), workers, duration, seed));

    [Fact]
    public void Overlapping_requests_never_wait()
    {
        StepRecorder run = FixedReplicas.Run(100, new ServiceLaw.Constant(0.25), null, 3, 10_000, 1);
        Assert.Equal(0.25, run.Latency[0].MaxSeconds, 9);
    }

    private static IReadOnlyList<string> Quantiles => ["W", "T_p50", "T_p90", "T_p95", "T_p99"];

    private static void Compare(
        string oracle, IReadOnlyList<string> values, Func<ulong, StepRecorder> run, double shift = 0)
    {
        IReadOnlyDictionary<string, double> expected = QueueingOracles.Of(oracle);
        LatencyHistogram[] runs = [.. Enumerable.Range(1, Seeds).Select(seed => run((ulong)seed).Latency[0])];
        foreach (string name in values)
        {
            double[] measured = [.. runs.Select(r => Measure(r, name) - shift)];
            double mean = measured.Average();
            double error = Math.Sqrt(measured.Sum(m => (m - mean) * (m - mean)) / (Seeds - 1) / Seeds);
            double rounding = 0.004 * (mean + shift); // of the histogram's buckets; means have none
            double allowed = (T999 * error) + (name is "W" or "Wq" or "R" ? 1e-4 * mean : rounding);
            Assert.True(
                Math.Abs(mean - expected[name]) <= allowed,
                $"{oracle} {name}: {mean:R} ± {allowed:R}, expected {expected[name]:R}");
        }
    }

    private static double Measure(LatencyHistogram run, string name) => name.Split('_') switch
    {
        [_, ['p', .. string digits]] => run.Quantile(double.Parse("0." + digits, CultureInfo.InvariantCulture)),
        _ => run.MeanSeconds,
    };
}
