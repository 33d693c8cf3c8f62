using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>Draws a pair from one number: its whole part, and what is left of it.</summary>
    /// <param name="count">Of how many the first is, ≥ 1; the second is of one fewer, or 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int One, int Other) Pair(int count)
    {
        if (_next == _units.Length)
        {
            Refill();
        }

        double drawn = _units[_next++] * count;
        int one = double.ConvertToIntegerNative<int>(drawn);
        return (one, double.ConvertToIntegerNative<int>((drawn - one) * (count - 1)));
    }

    /// <summary>The next draws, in their order.</summary>
    public void Fill(Span<double> units)
    {
        while (units.Length > 0)
        {
            if (_next == _units.Length)
            {
                Refill();
            }

            int count = Math.Min(units.Length, _units.Length - _next);
            _units.AsSpan(_next, count).CopyTo(units);
            units = units[count..];
            _next += count;
        }
    }

    /// <summary>Draws pairs for requests to come, as <see cref="Pair"/> does.</summary>
    /// <param name="count">Of how many the first of each pair is, ≥ 1.</param>
    /// <param name="one">Receives the first of each pair, from [0, count).</param>
    /// <param name="other">Receives the second, from [0, count − 1), or 0; as long.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void FillPairs(int count, Span<int> one, Span<int> other)
    {
        for (int filled = 0; filled < one.Length;)
        {
            if (_next == _units.Length)
            {
                Refill();
            }

            int pairs = Math.Min(one.Length - filled, _units.Length - _next);
            Split(_units.AsSpan(_next, pairs), count, one.Slice(filled, pairs), other.Slice(filled, pairs));
            _next += pairs;
            filled += pairs;
        }
    }

    private static void Split(ReadOnlySpan<double> units, int count, Span<int> one, Span<int> other)
    {
        double first = count;
        double second = count - 1;
        int i = 0;
        for (; Avx512F.IsSupported && i + 8 <= units.Length; i += 8)
        {
            Vector512<double> drawn = Vector512.Create(units.Slice(i, 8)) * first;
            Vector256<int> whole = Avx512F.ConvertToVector256Int32WithTruncation(drawn);
            Vector512<double> rest = (drawn - Avx512F.ConvertToVector512Double(whole)) * second;
            whole.CopyTo(one[i..]);
            Avx512F.ConvertToVector256Int32WithTruncation(rest).CopyTo(other[i..]);
        }

        for (; i < units.Length; i++)
        {
            double drawn = units[i] * first;
            one[i] = double.ConvertToIntegerNative<int>(drawn);
            other[i] = double.ConvertToIntegerNative<int>((drawn - one[i]) * second);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refill()
    {
        _random.FillUnits(_units);
        _next = 0;
    }
}
