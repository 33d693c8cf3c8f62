using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

/// <summary>The recursion against a simulator that keeps every worker's list of requests.</summary>
public sealed class RecursionTests
{
    [Fact]
    public void The_recursion_and_a_naive_event_list_finish_every_request_at_the_same_instant()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new RandomSource(seed, "model");
            int workers = 1 + random.NextIndex(20);
            int replicas = 1 + random.NextIndex(5);
            (double[] at, double[] service) = Requests(random, workers * replicas);
            double[] expected = NaiveFinishes(at, service, replicas, workers);
            foreach (bool portable in new[] { false, true })
            {
                double[] finishes = Finishes(at, service, replicas, workers, portable);
                Assert.True(expected.AsSpan().SequenceEqual(finishes), $"seed {seed}");
            }
        }
    }

    [Theory]
    [InlineData(Balancer.RoundRobin)]
    [InlineData(Balancer.Random)]
    [InlineData(Balancer.LeastConnections)]
    [InlineData(Balancer.PowerOfTwo)]
    [InlineData(Balancer.Connections)]
    public void The_code_for_any_processor_gives_the_same_bits_for_every_balancer(Balancer balancer)
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var random = new RandomSource(seed, "model");
            var service = new ServiceModel
            {
                Workers = 1 + random.NextIndex(20),
                Balancer = balancer,
                Queue = random.NextIndex(2) == 0 ? null : random.NextIndex(10),
                QueueTimeout = random.NextIndex(2) == 0 ? null : new ServiceLaw.Constant(2),
            };
            (double[] at, double[] work) = Requests(random, service.Workers.Value * 4);
            Assert.Equal(Served(portable: true), Served(portable: false));

            IEnumerable<(double, int)> Served(bool portable)
            {
                var queues = new ReplicaQueues(service, seed, portable);
                for (int replica = 0; replica < 4; replica++)
                {
                    queues.Reset(replica, 0);
                    queues.Join(replica);
                }

                var finish = new double[at.Length];
                var who = new int[at.Length];
                queues.Serve(at, work, finish, who);
                return finish.Zip(who);
            }
        }
    }

    [Fact]
    public void The_turns_are_counted_on_when_the_rotation_changes()
    {
        var queues = new ReplicaQueues(new ServiceModel { Workers = 1 }, 1);
        for (int replica = 0; replica < 4; replica++)
        {
            queues.Reset(replica, 0);
            queues.Join(replica);
        }

        Assert.Equal([0, 1], Turns(queues, 2));
        queues.Leave(0);
        Assert.Equal([3, 1, 2], Turns(queues, 3)); // places 2 mod 3, 3 mod 3, 4 mod 3
        queues.Leave(3);
        Assert.Equal([2, 1, 2], Turns(queues, 3));
        queues.Reset(4, 0);
        queues.Join(4);
        Assert.Equal([4, 1, 2, 4], Turns(queues, 4));
    }

    private static int[] Turns(ReplicaQueues queues, int count)
    {
        var turns = new int[count];
        queues.Serve(new double[count], new double[count], new double[count], turns);
        return turns;
    }

    private static (double[] At, double[] Service) Requests(RandomSource random, int workers)
    {
        double load = 0.2 + random.NextUnit();
        double now = 0;
        var at = new double[200];
        var service = new double[200];
        for (int i = 0; i < at.Length; i++)
        {
            now += random.NextExponential(1 / (load * workers));
            at[i] = now;
            service[i] = random.NextIndex(3) == 0 ? 1 : random.NextExponential(1);
        }

        return (at, service);
    }

    private static double[] Finishes(double[] at, double[] service, int replicas, int workers, bool portable)
    {
        var queues = new ReplicaQueues(new ServiceModel { Workers = workers }, 1, portable);
        for (int replica = 0; replica < replicas; replica++)
        {
            queues.Reset(replica, 0);
            queues.Join(replica);
        }

        var finish = new double[at.Length];
        queues.Serve(at, service, finish, new int[at.Length]);
        return finish;
    }

    private static double[] NaiveFinishes(double[] at, double[] service, int replicas, int workers)
    {
        var finish = new double[at.Length];
        var events = new PriorityQueue<(int Request, bool Arrives), (double At, int Order)>();
        var waiting = Enumerable.Range(0, replicas).Select(_ => new Queue<int>()).ToArray();
        int[] free = [.. Enumerable.Repeat(workers, replicas)];
        for (int i = 0; i < at.Length; i++)
        {
            events.Enqueue((i, true), (at[i], 1));
        }

        while (events.TryDequeue(out (int Request, bool Arrives) next, out (double At, int Order) now))
        {
            int replica = next.Request % replicas;
            if (next.Arrives)
            {
                waiting[replica].Enqueue(next.Request);
            }
            else
            {
                finish[next.Request] = now.At;
                free[replica]++;
            }

            if (free[replica] > 0 && waiting[replica].TryDequeue(out int request))
            {
                free[replica]--;
                events.Enqueue((request, false), (now.At + service[request], 0));
            }
        }

        return finish;
    }
}
