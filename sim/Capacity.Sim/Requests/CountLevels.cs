using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>How many requests each replica has under way, with those in rotation sorted by it.</summary>
/// <remarks>
/// A count changes by one at a time, so that a replica only moves across the border between two levels: one exchange.
/// </remarks>
internal sealed class CountLevels
{
    /// <summary>Requests under way, by replica.</summary>
    public int[] CountOf { get; private set; } = [];

    /// <summary>Where a replica is in the order; −1 outside of the rotation.</summary>
    public int[] PlaceOf { get; private set; } = [];

    /// <summary>The rotation by ascending count.</summary>
    public int[] Order { get; private set; } = [];

    /// <summary>By level: how many of the rotation have a smaller count.</summary>
    public int[] Below { get; private set; } = [0, 0];

    /// <summary>Makes room for counts.</summary>
    /// <param name="more">How many requests will be added at most.</param>
    public void Reserve(int more)
    {
        int most = Order.Length == 0 ? 0 : CountOf[Order[^1]];
        while (most + more + 2 >= Below.Length)
        {
            Grow();
        }
    }

    /// <summary>Requests that the replica has under way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Count(int replica) => CountOf[replica];

    /// <summary>One of those with the smallest count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Least(BalancerDraws draws)
    {
        int level = CountOf[Order[0]];
        return Order[draws.Below(Below[level + 1])];
    }

    /// <summary>A replica begins without requests.</summary>
    public void Reset(int replica)
    {
        while (replica >= CountOf.Length)
        {
            int before = CountOf.Length;
            int[] unknown = [.. Enumerable.Repeat(-1, Math.Max(16, before))];
            CountOf = [.. CountOf, .. new int[unknown.Length]];
            PlaceOf = [.. PlaceOf, .. unknown];
        }

        CountOf[replica] = 0;
    }

    /// <summary>One request more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Up(int replica)
    {
        int level = CountOf[replica]++;
        int place = PlaceOf[replica];
        if (place < 0)
        {
            return;
        }

        if (level + 2 >= Below.Length)
        {
            Grow();
        }

        Exchange(replica, place, --Below[level + 1]);
    }

    /// <summary>One request less.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Down(int replica)
    {
        int level = CountOf[replica]--;
        int place = PlaceOf[replica];
        if (place >= 0)
        {
            Exchange(replica, place, Below[level]++);
        }
    }

    /// <summary>The rotation has changed.</summary>
    public void Rotate(int[] rotation)
    {
        Array.Fill(PlaceOf, -1);
        Order = [.. rotation.OrderBy(r => CountOf[r])];
        for (int i = 0; i < Order.Length; i++)
        {
            PlaceOf[Order[i]] = i;
        }

        int most = Order.Length == 0 ? 0 : CountOf[Order[^1]];
        Below = new int[Math.Max(Below.Length, most + 3)];
        for (int level = 0; level < Below.Length; level++)
        {
            Below[level] = Order.Count(r => CountOf[r] < level);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Exchange(int replica, int place, int with)
    {
        int other = Order[with];
        Order[with] = replica;
        Order[place] = other;
        PlaceOf[replica] = with;
        PlaceOf[other] = place;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        Below = [.. Below, .. Enumerable.Repeat(Order.Length, Below.Length)];
    }
}
