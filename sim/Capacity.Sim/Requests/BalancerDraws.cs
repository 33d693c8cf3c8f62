using System.Runtime.CompilerServices;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>The balancer's own randomness, one uniform number at a time.</summary>
internal sealed class BalancerDraws(ulong seed)
{
    private readonly BatchRandom _random = new(seed, "balancer");
    private readonly double[] _units = new double[RequestBatch.Size];
    private int _next = RequestBatch.Size;

    /// <summary>Draws a whole number from [0, <paramref name="count"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Below(int count)
    {
        if (_next == _units.Length)
        {
            Refill();
        }

        return double.ConvertToIntegerNative<int>(_units[_next++] * count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refill()
    {
        _random.FillUnits(_units);
        _next = 0;
    }
}
