using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>A dependency that all replicas share, and a queue at the proxy, where theory knows the answer.</summary>
public sealed class SharedPartsTests
{
    private const int Seeds = 10;
    private const double T999 = 4.781; // Student's t, 9 degrees of freedom, 99.9 % two-sided
    private const double Requests = 200_000;

    [Theory]
    [InlineData(1, 8, 10)]
    [InlineData(5, 40, 10)]
    public void Behind_work_without_limit_a_pool_of_connections_is_M_M_c(int pool, double rate, double perSecond) =>
        // Exponential work that overlaps freely lets Poisson arrivals through as they are.
        Compare(0.05 + ErlangC.Response(pool, rate, perSecond), rate, 3, new ServiceModel
        {
            Dependency = new DependencyModel("db", pool, new ServiceLaw.Exponential(1 / perSecond), null),
        }, new ServiceLaw.Exponential(0.05));

    [Fact]
    public void A_worker_that_is_held_for_both_serves_as_M_G_1()
    {
        // Wait of Pollaczek and Khinchine for the sum of two exponentials of 60 ms and 40 ms.
        const double rate = 8;
        double second = (2 * 0.06 * 0.06) + (2 * 0.06 * 0.04) + (2 * 0.04 * 0.04);
        Compare(0.1 + (rate * second / (2 * (1 - (rate * 0.1)))), rate, 1, new ServiceModel
        {
            Workers = 1,
            Dependency = new DependencyModel("db", 1, new ServiceLaw.Exponential(0.04), null),
        }, new ServiceLaw.Exponential(0.06));
    }

    [Theory]
    [InlineData(Balancer.RoundRobin)]
    [InlineData(Balancer.LeastConnections)]
    [InlineData(Balancer.PowerOfTwo)]
    public void One_request_per_replica_makes_the_queue_at_the_proxy_M_M_c_whatever_the_balancer(Balancer balancer) =>
        Compare(ErlangC.Response(5, 40, 10), 40, 5, new ServiceModel
        {
            Workers = 1,
            Balancer = balancer,
            Proxy = new ProxyModel { PerReplica = 1 },
        }, new ServiceLaw.Exponential(0.1));

    private static void Compare(double expected, double rate, int replicas, ServiceModel service, ServiceLaw work)
    {
        double[] means =
            [.. Enumerable.Range(1, Seeds).Select(seed => Mean(rate, replicas, service, work, (ulong)seed))];
        double mean = means.Average();
        double error = T999 * Math.Sqrt(means.Sum(m => (m - mean) * (m - mean)) / (Seeds - 1) / Seeds);
        Assert.True(Math.Abs(mean - expected) <= error + (1e-4 * expected),
            $"{mean:R} ± {error:R}, expected {expected:R}");
    }

    private static double Mean(double rate, int replicas, ServiceModel service, ServiceLaw work, ulong seed)
    {
        double duration = Requests / rate;
        var tally = new Tally(duration / 20);
        var settings = new EngineSettings(
            service, double.PositiveInfinity, [0], 1, duration / 7, duration, duration)
        { Seed = seed };
        var model = new OracleModel { Rate = rate, Law = work };
        var engine = new RequestEngine(
            settings, new OracleArrivals(model, new DurationTables(work), duration, seed), null,
            new OverheadTimes(new ServiceLaw.Constant(0), seed));
        engine.Answers.Succeeded = tally.Add;
        for (int replica = 0; replica < replicas; replica++)
        {
            engine.AddReplica(replica, 0, 0);
            engine.Join(replica);
        }

        engine.AdvanceTo(duration);
        engine.Complete();
        return tally.Value("W", 1, 1, 1)!.Value;
    }

    private static class ErlangC
    {
        /// <summary>Mean response time of M/M/c, seconds.</summary>
        public static double Response(int workers, double rate, double perSecond)
        {
            double load = rate / perSecond;
            double blocked = 1;
            for (int n = 1; n <= workers; n++)
            {
                blocked = load * blocked / (n + (load * blocked));
            }

            double waits = workers * blocked / (workers - (load * (1 - blocked)));
            return (1 / perSecond) + (waits / ((workers * perSecond) - rate));
        }
    }
}
