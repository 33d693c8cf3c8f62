using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Where open requests come from.</summary>
internal interface IRequestSource
{
    /// <summary>Fills arrivals, kinds, service times and overheads of a batch, in order of arrival.</summary>
    /// <returns>False when there are no more.</returns>
    bool Fill(RequestBatch batch);
}

/// <summary>Requests drawn from a load plan.</summary>
internal sealed class PlannedRequests : IRequestSource
{
    private readonly RequestStream _stream;
    private readonly DurationTables _services;
    private readonly OverheadTimes _overhead;
    private readonly double[] _units = new double[RequestBatch.Size];

    /// <summary>Starts at the beginning of the plan.</summary>
    /// <param name="input">What is simulated.</param>
    /// <param name="services">Service times kind by kind.</param>
    /// <param name="seed">Seed of the run.</param>
    public PlannedRequests(SimulationInput input, DurationTables services, ulong seed)
    {
        _stream = new RequestStream(input.Plan.Open, input.Spacing, [.. input.Kinds.Select(k => k.Share)], seed,
            input.Plan.Recorded);
        _services = services;
        _overhead = new OverheadTimes(input.Overhead, seed);
    }

    public bool Fill(RequestBatch batch)
    {
        int count = _stream.Fill(batch.At, batch.Kind, _units);
        _services.Fill(_units.AsSpan(0, count), batch.Kind, batch.Service);
        _overhead.Fill(batch.Overhead.AsSpan(0, count));
        batch.Count = count;
        return count > 0;
    }
}

/// <summary>Requests that were recorded.</summary>
/// <param name="trace">In order of arrival.</param>
/// <param name="overhead">Law of the overhead.</param>
/// <param name="seed">Seed of the run.</param>
internal sealed class RecordedRequests(IReadOnlyList<TraceRequest> trace, ServiceLaw overhead, ulong seed)
    : IRequestSource
{
    private readonly OverheadTimes _overhead = new(overhead, seed);
    private int _next;

    public bool Fill(RequestBatch batch)
    {
        int count = Math.Min(RequestBatch.Size, trace.Count - _next);
        for (int i = 0; i < count; i++)
        {
            (batch.At[i], batch.Kind[i], batch.Service[i]) = trace[_next + i];
        }

        _next += count;
        _overhead.Fill(batch.Overhead.AsSpan(0, count));
        batch.Count = count;
        return count > 0;
    }
}

/// <summary>Draws what is added to response times without holding a worker.</summary>
internal sealed class OverheadTimes
{
    private readonly DurationTables _table;
    private readonly int[] _noKinds = new int[RequestBatch.Size];
    private readonly BatchRandom? _random; // null: constant
    private readonly double[] _units = new double[RequestBatch.Size];
    private int _next = RequestBatch.Size;

    public OverheadTimes(ServiceLaw law, ulong seed)
    {
        _table = new DurationTables(law);
        _random = law is ServiceLaw.Constant ? null : new BatchRandom(seed, "overhead");
    }

    public void Fill(Span<double> seconds)
    {
        if (_random is null)
        {
            _table.Fill(_units.AsSpan(0, seconds.Length), _noKinds, seconds);
            return;
        }

        for (int filled = 0; filled < seconds.Length;)
        {
            if (_next == _units.Length)
            {
                _random.FillUnits(_units);
                _next = 0;
            }

            int count = Math.Min(seconds.Length - filled, _units.Length - _next);
            _table.Fill(_units.AsSpan(_next, count), _noKinds, seconds[filled..]);
            _next += count;
            filled += count;
        }
    }
}
