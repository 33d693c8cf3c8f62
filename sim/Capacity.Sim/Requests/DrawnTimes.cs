using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Durations of one law for one cause, one after the other.</summary>
/// <param name="law">Their law.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="cause">What they are for.</param>
internal sealed class DrawnTimes(ServiceLaw law, ulong seed, string cause)
{
    private readonly BatchRandom _random = new(seed, cause);
    private readonly DurationTables _table = new(law);
    private readonly double[] _units = new double[RequestBatch.Size];
    private readonly double[] _seconds = new double[RequestBatch.Size];
    private readonly int[] _noKinds = new int[RequestBatch.Size];
    private int _next = RequestBatch.Size;

    /// <summary>The next one, seconds.</summary>
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
