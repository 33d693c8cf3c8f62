using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Theory;

/// <summary>The request engine with replicas that never change: the models of queueing theory.</summary>
internal static class FixedReplicas
{
    /// <summary>Runs a model from empty until so many requests have arrived on average.</summary>
    public static StepRecorder Run(
        double rate, ServiceLaw service, int? workers, int replicas, double requests, ulong seed,
        ArrivalSpacing? spacing = null)
    {
        double duration = requests / rate;
        var plan = new LoadPlan(new ArrivalProfile([new RateSegment(0, duration, rate, rate)]), [], [], duration);
        var stream = new StreamOf(plan, spacing ?? ArrivalSpacing.Poisson, new DurationTables(service), seed);
        var settings = new EngineSettings(
            new ServiceModel { Workers = workers }, double.PositiveInfinity, [0], 1, duration / 7, duration, duration);
        var engine = new RequestEngine(settings, stream, null, new OverheadTimes(new ServiceLaw.Constant(0), seed));
        for (int replica = 0; replica < replicas; replica++)
        {
            engine.AddReplica(replica, 0, 0);
            engine.Join(replica);
        }

        engine.AdvanceTo(duration);
        engine.Complete();
        return engine.Recorder;
    }

    /// <summary>Runs closed users.</summary>
    public static StepRecorder RunUsers(
        int users, ServiceLaw think, ServiceLaw service, int workers, double duration, ulong seed)
    {
        var kind = new RequestKind("all", 1, "GET", "/", service);
        var stage = new LoadStage.Users("users", users, null, think, duration);
        SimulationInput input = Some.Input(LoadPlan.Of([stage]), [kind]);
        var settings = new EngineSettings(
            new ServiceModel { Workers = workers }, double.PositiveInfinity, [0], 1, duration / 7, duration, duration);
        var population = new UserPopulation(input, new DurationTables(service), seed);
        var engine = new RequestEngine(
            settings, new RecordedRequests([], new ServiceLaw.Constant(0), seed), population,
            new OverheadTimes(new ServiceLaw.Constant(0), seed));
        engine.AddReplica(0, 0, 0);
        engine.Join(0);
        engine.AdvanceTo(duration);
        engine.Complete();
        return engine.Recorder;
    }

    private sealed class StreamOf(LoadPlan plan, ArrivalSpacing spacing, DurationTables service, ulong seed)
        : IRequestSource
    {
        private readonly RequestStream _stream = new(plan.Open, spacing, [1.0], seed);
        private readonly double[] _units = new double[RequestBatch.Size];

        public bool Fill(RequestBatch batch)
        {
            batch.Count = _stream.Fill(batch.At, batch.Kind, _units);
            service.Fill(_units.AsSpan(0, batch.Count), batch.Kind, batch.Service);
            return batch.Count > 0;
        }
    }
}
