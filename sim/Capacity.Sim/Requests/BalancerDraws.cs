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

    /// <summary>Draws for requests to come: each takes one of as many, then one of one fewer.</summary>
    /// <param name="count">Of how many the first of each pair is, ≥ 1.</param>
    /// <param name="one">Receives the first of each pair.</param>
    /// <param name="other">Receives the second; as long.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void FillPairs(int count, Span<int> one, Span<int> other)
    {
        other = other[..one.Length];
        for (int filled = 0; filled < one.Length;)
        {
            if (_units.Length - _next < 2)
            {
                one[filled] = Below(count); // the pair goes on in the next batch of draws
                other[filled] = Below(count - 1);
                filled++;
                continue;
            }

            int pairs = Math.Min(one.Length - filled, (_units.Length - _next) / 2);
            ReadOnlySpan<double> units = _units.AsSpan(_next, 2 * pairs);
            for (int i = 0; i < pairs; i++)
            {
                one[filled + i] = double.ConvertToIntegerNative<int>(units[2 * i] * count);
                other[filled + i] = double.ConvertToIntegerNative<int>(units[(2 * i) + 1] * (count - 1));
            }

            _next += 2 * pairs;
            filled += pairs;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refill()
    {
        _random.FillUnits(_units);
        _next = 0;
    }
}
