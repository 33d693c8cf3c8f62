using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Capacity.Model;
using Capacity.Sim.Requests;

namespace Capacity.Benchmarks;

/// <summary>The parts of a simulated request, each on its own: <c>./run.sh bench --filter '*SimulatorParts*'</c>.
/// </summary>
/// <remarks>The times are per request. A part does the same to the same requests again and again, which costs what it
/// costs in a run: almost nothing in it branches on its numbers.</remarks>
[Config(typeof(ShortInProcess))]
[MemoryDiagnoser]
public class SimulatorParts
{
    private const int Replicas = 100;

    private readonly BatchRandom _random = new(1, "parts");
    private readonly RequestBatch _batch = new();
    private readonly double[] _units = new double[RequestBatch.Size];
    private readonly int[] _oneSeries = [0];
    private RequestStream _stream = null!;
    private DurationTables _exponential = null!;
    private DurationTables _lognormal = null!;
    private ReplicaQueues _queues = null!;
    private ReplicaQueues _shortQueues = null!;
    private ScrapeCounters _counters = null!;
    private StepRecorder _recorder = null!;
    private OneKindCounts? _oneKind;

    /// <summary>Workers of a replica.</summary>
    [Params(8, 32)]
    public int Workers { get; set; }

    /// <summary>Prepares a batch of requests and whom they go to.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        double rate = Inputs.SteadyRate(Replicas);
        _stream = new RequestStream(
            new ArrivalProfile([new RateSegment(0, 1e9, rate, rate)]), ArrivalSpacing.Poisson, [1], 1);
        _exponential = new DurationTables(new ServiceLaw.Exponential(Inputs.ServiceMean));
        _lognormal = new DurationTables(new ServiceLaw.Lognormal(Inputs.ServiceMean, 1));
        var service = new ServiceModel { Workers = Workers };
        _queues = new ReplicaQueues(service, 1);
        _shortQueues = new ReplicaQueues(service with { Queue = 50 }, 1);
        _counters = new ScrapeCounters(1, 15, 1e6);
        _recorder = new StepRecorder(1, 10, 100_000);
        _oneKind = OneKindCounts.IsSupported ? new OneKindCounts(_counters, _recorder, 0) : null;
        for (int replica = 0; replica < Replicas; replica++)
        {
            _queues.Reset(replica, 0);
            _queues.Join(replica);
            _shortQueues.Reset(replica, 0);
            _shortQueues.Join(replica);
            _counters.Add(replica, 0.1 * replica, 0);
        }

        _counters.Rotate(_queues.Rotation);
        _batch.Count = _stream.Fill(_batch.At, _batch.Kind, _units);
        _exponential.Fill(_units, _batch.Kind, _batch.Service);
        _queues.Serve(_batch.At, _batch.Service, _batch.Finish, _batch.Replica);
        _counters.Reserve(0, 30);
        _recorder.Reserve(30);
    }

    /// <summary>Uniform draws.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public void Units() => _random.FillUnits(_units);

    /// <summary>Exponential draws.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public void Exponentials() => _random.FillExponentials(_units);

    /// <summary>Arrivals with their kinds and draws.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public int Arrivals() => _stream.Fill(_batch.At, _batch.Kind, _units);

    /// <summary>Exponential service times.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public void ExponentialTimes() => _exponential.Fill(_units, _batch.Kind, _batch.Service);

    /// <summary>Lognormal service times, from a table.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public void LognormalTimes() => _lognormal.Fill(_units, _batch.Kind, _batch.Service);

    /// <summary>Round robin.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public int InTurn() => Serve(_queues);

    /// <summary>Round robin with short queues.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public int InTurnWithShortQueues() => Serve(_shortQueues);

    /// <summary>Counts by replica and by step together, as with one kind.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public void CountsOfOneKind()
    {
        _oneKind?.Prepare(_batch, 0, RequestBatch.Size);
        _oneKind?.Count(_batch, 0, RequestBatch.Size);
    }

    /// <summary>Counts by replica and by step one after the other, as with several kinds.</summary>
    [Benchmark(OperationsPerInvoke = RequestBatch.Size)]
    public void CountsOneAfterTheOther()
    {
        BatchExtremes.Of(_batch, 0, RequestBatch.Size);
        _counters.Record(_batch, 0, RequestBatch.Size, _oneSeries);
        _recorder.Record(_batch, 0, RequestBatch.Size);
    }

    /// <summary>The next batch arrives when the one before has, so that queues are as long as they are in a run.
    /// </summary>
    private int Serve(ReplicaQueues queues)
    {
        double later = RequestBatch.Size / Inputs.SteadyRate(Replicas);
        Span<double> at = _batch.At;
        foreach (ref double when in at)
        {
            when += later;
        }

        return queues.Serve(at, _batch.Service, _batch.Finish, _batch.Replica);
    }

    /// <summary>Few iterations, and nothing has to be restored and built for them.</summary>
    private sealed class ShortInProcess : ManualConfig
    {
        public ShortInProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
