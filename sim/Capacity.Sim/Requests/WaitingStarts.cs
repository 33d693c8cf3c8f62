using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>When the requests that wait at a replica will start: first come, first served, so ascending.</summary>
internal struct WaitingStarts
{
    private double[]? _starts; // a ring; its length is a power of two
    private int _head;
    private int _count;

    /// <summary>Forgets all.</summary>
    public void Clear() => _count = 0;

    /// <summary>How many start after an instant; the others are forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int After(double at)
    {
        while (_count > 0 && _starts![_head] <= at)
        {
            _head = (_head + 1) & (_starts.Length - 1);
            _count--;
        }

        return _count;
    }

    /// <summary>One more.</summary>
    /// <param name="start">Seconds, not before the previous one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double start)
    {
        if (_starts is null || _count == _starts.Length)
        {
            Grow();
        }

        _starts![(_head + _count) & (_starts.Length - 1)] = start;
        _count++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        var larger = new double[_starts is null ? 16 : 2 * _starts.Length];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = _starts![(_head + i) & (_starts.Length - 1)];
        }

        _starts = larger;
        _head = 0;
    }
}
