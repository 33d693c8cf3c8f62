using System.Diagnostics;
using System.Globalization;
using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Benchmarks;

/// <summary>What each stage of a request costs, on its own.</summary>
internal static class SimulatorStages
{
    private const int Batches = 4_000;

    public static void Print(TextWriter output)
    {
        const int Replicas = 10;
        double rate = Inputs.SteadyRate(Replicas);
        double duration = Batches * (double)RequestBatch.Size / rate * 1.2;
        var batch = new RequestBatch();
        double[] units = new double[RequestBatch.Size];
        var stream = new RequestStream(
            new ArrivalProfile([new RateSegment(0, duration * 100, rate, rate)]), ArrivalSpacing.Poisson, [1], 1);
        double sigma = Math.Sqrt(Math.Log(1 + (1.5 * 1.5)));
        var services = new DurationTables(
            new ServiceLaw.Lognormal(Inputs.ServiceMean * Math.Exp(-sigma * sigma / 2), sigma));
        var queues = new ReplicaQueues(new ServiceModel { Workers = 8 }, 1);
        var counters = new ScrapeCounters(1, 15, duration * 100);
        var recorder = new StepRecorder(1, 60, 100);
        for (int replica = 0; replica < Replicas; replica++)
        {
            queues.Reset(replica, 0);
            queues.Join(replica);
            counters.Add(replica, 0, 0);
        }

        Time(output, "arrivals, kinds and units", () => stream.Fill(batch.At, batch.Kind, units));
        Time(output, "lognormal service times", () => services.Fill(units, batch.Kind, batch.Service));
        Array.Fill(batch.Overhead, 0.001);
        batch.Count = RequestBatch.Size;
        Time(output, "round robin over 10 replicas", () =>
            queues.Serve(batch.At, batch.Service, batch.Finish, batch.Replica));
        Array.Copy(batch.At, batch.Finish, RequestBatch.Size);
        for (int i = 0; i < RequestBatch.Size; i++)
        {
            batch.At[i] = i / rate;
            batch.Finish[i] = batch.At[i] + batch.Service[i];
        }

        int[] series = [0];
        counters.Reserve(0, 100);
        counters.Rotate(queues.Rotation);
        recorder.Reserve(100);
        Time(output, "buckets of every replica", () => counters.Record(batch, 0, RequestBatch.Size, series));
        Time(output, "histograms by step", () => recorder.Record(batch, 0, RequestBatch.Size));
        if (OneKindCounts.IsSupported)
        {
            var together = new OneKindCounts(counters, recorder, 0);
            Time(output, "both at once, of one kind", () =>
            {
                together.Prepare(batch, 0, RequestBatch.Size);
                together.Count(batch, 0, RequestBatch.Size);
            });
        }
    }

    private static void Time(TextWriter output, string what, Action stage)
    {
        double best = double.PositiveInfinity;
        for (int repeat = 0; repeat < 12; repeat++)
        {
            long from = Stopwatch.GetTimestamp();
            for (int i = 0; i < Batches / 10; i++)
            {
                stage();
            }

            double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
            best = Math.Min(best, seconds / (Batches / 10 * (double)RequestBatch.Size) * 1e9);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-32} {best,5:0.00} ns, best of 12"));
    }
}
