using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>How many requests each replica has under way, with those in rotation sorted by it.</summary>
/// <remarks>
/// A count changes by one at a time, so that a replica only moves across the border between two levels: one exchange.
/// </remarks>
internal sealed class CountLevels
{
    private int[] _count = []; // by replica
    private int[] _place = []; // by replica, where it is in the order; -1 outside of the rotation
    private int[] _order = [];
    private int[] _below = [0, 0]; // by level: how many of the rotation have a smaller count

    /// <summary>Requests that the replica has under way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Count(int replica) => _count[replica];

    /// <summary>One of those with the smallest count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Least(BalancerDraws draws)
    {
        int level = _count[_order[0]];
        return _order[draws.Below(_below[level + 1])];
    }

    /// <summary>A replica begins without requests.</summary>
    public void Reset(int replica)
    {
        while (replica >= _count.Length)
        {
            int before = _count.Length;
            Array.Resize(ref _count, Math.Max(16, 2 * before));
            Array.Resize(ref _place, _count.Length);
            Array.Fill(_place, -1, before, _place.Length - before);
        }

        _count[replica] = 0;
    }

    /// <summary>One request more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Up(int replica)
    {
        int level = _count[replica]++;
        int place = _place[replica];
        if (place < 0)
        {
            return;
        }

        if (level + 2 >= _below.Length)
        {
            Grow();
        }

        Exchange(replica, place, --_below[level + 1]);
    }

    /// <summary>One request less.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Down(int replica)
    {
        int level = _count[replica]--;
        int place = _place[replica];
        if (place >= 0)
        {
            Exchange(replica, place, _below[level]++);
        }
    }

    /// <summary>The rotation has changed.</summary>
    public void Rotate(int[] rotation)
    {
        Array.Fill(_place, -1);
        _order = [.. rotation.OrderBy(r => _count[r])];
        for (int i = 0; i < _order.Length; i++)
        {
            _place[_order[i]] = i;
        }

        int most = _order.Length == 0 ? 0 : _count[_order[^1]];
        _below = new int[Math.Max(_below.Length, most + 3)];
        for (int level = 0; level < _below.Length; level++)
        {
            _below[level] = _order.Count(r => _count[r] < level);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Exchange(int replica, int place, int with)
    {
        int other = _order[with];
        _order[with] = replica;
        _order[place] = other;
        _place[replica] = with;
        _place[other] = place;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        int before = _below.Length;
        Array.Resize(ref _below, 2 * before);
        Array.Fill(_below, _order.Length, before, before);
    }
}
