using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

public sealed class BalancerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(null)]
    public void Least_connections_always_chooses_a_replica_with_the_fewest_requests(int? workers)
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var random = new RandomSource(seed, "model");
            int replicas = 1 + random.NextIndex(9);
            int? queue = workers is null || seed % 2 == 0 ? null : 3;
            var queues = new ReplicaQueues(
                new ServiceModel { Workers = workers, Balancer = Balancer.LeastConnections, Queue = queue }, seed);
            for (int replica = 0; replica < replicas; replica++)
            {
                queues.Reset(replica, 0);
                queues.Join(replica);
            }

            var under = new List<(double Finish, int Replica)>();
            double now = 0;
            for (int batch = 0; batch < 30; batch++)
            {
                if (batch == 15 && replicas > 1)
                {
                    queues.Leave(0);
                }

                double pace = random.NextExponential(0.3) / replicas; // changes, so that the wheel is refitted
                double[] at = [.. Enumerable.Range(0, 50).Select(_ => now += random.NextExponential(pace))];
                double[] service = [.. at.Select(_ => random.NextExponential(0.3))];
                var finish = new double[at.Length];
                var who = new int[at.Length];
                queues.Serve(at, service, finish, who);
                for (int i = 0; i < at.Length; i++)
                {
                    int CountOf(int replica) => under.Count(u => u.Replica == replica && u.Finish > at[i]);
                    int fewest = queues.Rotation.Min(CountOf);
                    if (who[i] < 0)
                    {
                        Assert.True(fewest >= workers + queue, "a replica had room");
                        continue;
                    }

                    Assert.Equal(fewest, CountOf(who[i]));
                    under.Add((finish[i], who[i]));
                }
            }
        }
    }

    [Fact]
    public void Ties_among_the_least_loaded_are_broken_evenly()
    {
        var queues = new ReplicaQueues(new ServiceModel { Workers = 1, Balancer = Balancer.LeastConnections }, 1);
        for (int replica = 0; replica < 5; replica++)
        {
            queues.Reset(replica, 0);
            queues.Join(replica);
        }

        var who = new int[50_000];
        double[] at = [.. Enumerable.Range(0, who.Length).Select(i => (double)i)];
        queues.Serve(at, [.. at.Select(_ => 0.5)], new double[who.Length], who);
        Assert.All(who.CountBy(r => r), c => Assert.InRange(c.Value, 9_600, 10_400));
    }

    [Fact]
    public void A_connection_stays_with_its_replica_until_that_leaves()
    {
        var queues = new ReplicaQueues(
            new ServiceModel { Workers = 1, Balancer = Balancer.Connections, Connections = 6 }, 1);
        for (int replica = 0; replica < 2; replica++)
        {
            queues.Reset(replica, 0);
            queues.Join(replica);
        }

        int[] Shares()
        {
            var who = new int[6_000];
            queues.Serve(new double[who.Length], new double[who.Length], new double[who.Length], who);
            return [.. Enumerable.Range(0, 3).Select(r => (int)Math.Round(who.Count(w => w == r) / 1_000.0))];
        }

        Assert.Equal([3, 3, 0], Shares());
        queues.Reset(2, 0);
        queues.Join(2);
        Assert.Equal([3, 3, 0], Shares()); // a new replica gets nothing from kept connections
        queues.Leave(0);
        Assert.Equal(0, Shares()[0]);
        Assert.Equal(6, Shares().Sum());
    }

    [Theory]
    [InlineData(Balancer.RoundRobin)]
    [InlineData(Balancer.PowerOfTwo)]
    [InlineData(Balancer.LeastConnections)]
    [InlineData(Balancer.Connections)]
    public void Sharing_replicas_finish_as_a_simulation_in_small_steps_of_events(Balancer balancer)
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var random = new RandomSource(seed, "model");
            int replicas = 1 + random.NextIndex(4);
            int cores = 1 + random.NextIndex(3);
            double now = 0;
            double rate = 1.2 * random.NextUnit() * replicas * cores;
            var jobs = new List<(double At, double Service, double Finish, int Replica)>();
            var service = new ServiceModel { Cores = cores, Balancer = balancer };
            var sharing = new SharingReplicas(cores, service, seed, (batch, _) => jobs.AddRange(
                Enumerable.Range(0, batch.Count).Select(
                    i => (batch.At[i], batch.Service[i], batch.Finish[i], batch.Replica[i]))));
            for (int replica = 0; replica < replicas; replica++)
            {
                sharing.Reset(replica, 0);
            }

            sharing.Rotate([.. Enumerable.Range(0, replicas)]);
            var requests = new RequestBatch();
            for (int batch = 0; batch < 5; batch++)
            {
                for (int i = 0; i < 40; i++)
                {
                    now += random.NextExponential(1 / rate);
                    requests.Set(i, now, new ClientRequest(now, 0, random.NextExponential(1), 0, 1));
                }

                sharing.Serve(requests, 0, 40, null);
                sharing.AdvanceTo(now);
            }

            sharing.AdvanceTo(double.PositiveInfinity);
            Assert.Equal(200, jobs.Count);
            for (int replica = 0; replica < replicas; replica++)
            {
                var own = jobs.Where(j => j.Replica == replica).OrderBy(j => j.At).ToList();
                double[] expected = Shared([.. own.Select(j => (j.At, j.Service))], cores);
                Assert.All(own.Zip(expected), p => Assert.Equal(p.Second, p.First.Finish, 1e-8));
            }

            Assert.All(
                jobs, job => Assert.True(balancer != Balancer.LeastConnections || IsFewest(job, jobs, replicas)));
        }
    }

    private static bool IsFewest(
        (double At, double Service, double Finish, int Replica) job,
        List<(double At, double Service, double Finish, int Replica)> jobs, int replicas)
    {
        int CountOf(int replica) => jobs.Count(j => j.Replica == replica && j.At < job.At && j.Finish > job.At);
        return Enumerable.Range(0, replicas).Min(CountOf) == CountOf(job.Replica);
    }

    private static double[] Shared((double At, double Service)[] jobs, int cores)
    {
        var finish = new double[jobs.Length];
        double[] left = [.. jobs.Select(j => j.Service)];
        var present = new List<int>();
        double now = 0;
        for (int next = 0; next < jobs.Length || present.Count > 0;)
        {
            double pace = Math.Min(1, (double)cores / Math.Max(1, present.Count));
            int first = present.Count == 0 ? -1 : present.MinBy(j => left[j]);
            double done = first < 0 ? double.PositiveInfinity : now + (left[first] / pace);
            double arrives = next < jobs.Length ? jobs[next].At : double.PositiveInfinity;
            double until = Math.Min(done, arrives);
            present.ForEach(j => left[j] -= (until - now) * pace);
            now = until;
            if (done <= arrives)
            {
                finish[first] = now;
                present.Remove(first);
            }
            else
            {
                present.Add(next++);
            }
        }

        return finish;
    }
}
