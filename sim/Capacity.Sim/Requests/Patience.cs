using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>How long requests wait for a worker, one after the other.</summary>
internal sealed class Patience(ServiceLaw law, ulong seed)
{
    private readonly BatchRandom _random = new(seed, "patience");
    private readonly DurationTables _table = new(law);
    private readonly double[] _units = new double[RequestBatch.Size];
    private readonly double[] _seconds = new double[RequestBatch.Size];
    private readonly int[] _noKinds = new int[RequestBatch.Size];
    private int _next = RequestBatch.Size;

    /// <summary>The patience of the next request, seconds.</summary>
    public double Next()
    {
        if (_next == _seconds.Length)
        {
            _random.FillUnits(_units);
            _table.Fill(_units, _noKinds, _seconds);
            _next = 0;
        }

        return _seconds[_next++];
    }
}
