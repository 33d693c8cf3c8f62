using Capacity.Model;

namespace Capacity.Benchmarks;

/// <summary>The textbook simulator: a heap of events, a queue per replica, an object per request.</summary>
internal sealed class NaiveSimulator(int replicas, int workers, double rate, double serviceMean)
{
    /// <summary>Simulates requests and returns their mean response time, seconds.</summary>
    public double Run(int requests, ulong seed)
    {
        var arrivals = new RandomSource(seed, "arrivals");
        var services = new RandomSource(seed, "service-times");
        var events = new PriorityQueue<Request, double>();
        var waiting = Enumerable.Range(0, replicas).Select(_ => new Queue<Request>()).ToArray();
        int[] busy = new int[replicas];
        var latency = new LatencyHistogram();
        int sent = 0;
        events.Enqueue(new Request(0, 0), 0);
        while (events.TryDequeue(out Request? request, out double now))
        {
            int replica = request.Replica;
            if (!request.Served && !request.Arrived)
            {
                request.Arrived = true;
                sent++;
                if (sent < requests)
                {
                    double next = now + arrivals.NextExponential(1 / rate);
                    events.Enqueue(new Request(sent % replicas, next), next);
                }

                waiting[replica].Enqueue(request);
            }
            else
            {
                latency.Record(now - request.At);
                busy[replica]--;
            }

            if (busy[replica] < workers && waiting[replica].TryDequeue(out Request? started))
            {
                busy[replica]++;
                started.Served = true;
                events.Enqueue(started, now + services.NextExponential(serviceMean));
            }
        }

        return latency.MeanSeconds;
    }

    private sealed class Request(int replica, double at)
    {
        public int Replica { get; } = replica;

        public double At { get; } = at;

        public bool Arrived { get; set; }

        public bool Served { get; set; }
    }
}
