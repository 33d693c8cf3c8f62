using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Sim.Requests;

/// <summary>A balancer at work: who gets the next request. Structs, so that loops are compiled for each.</summary>
internal interface IChooser
{
    /// <summary>Chooses among the replicas in rotation, of which there is at least one.</summary>
    /// <param name="at">Arrival, seconds; not before the previous one.</param>
    int Choose(double at);

    /// <summary>The replica took the request.</summary>
    /// <param name="replica">Who.</param>
    /// <param name="finish">When it will have finished, seconds.</param>
    void Taken(int replica, double finish);
}

/// <summary>One after the other, in the order in which they joined.</summary>
internal struct InTurn(int[] rotation, int next) : IChooser
{
    private int _next = next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(double at)
    {
        int replica = rotation[_next];
        _next++;
        _next = _next == rotation.Length ? 0 : _next;
        return replica;
    }

    public readonly void Taken(int replica, double finish)
    {
    }
}

/// <summary>Any, with equal chances.</summary>
internal readonly struct AtRandom(int[] rotation, BalancerDraws draws) : IChooser
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(double at) => rotation[draws.Below(rotation.Length)];

    public void Taken(int replica, double finish)
    {
    }
}

/// <summary>Whoever has the connection that the request comes on.</summary>
internal readonly struct ByConnection(KeptConnections connections, int[] rotation, BalancerDraws draws) : IChooser
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(double at) => connections.ReplicaOf(draws.Below(connections.Count), rotation);

    public void Taken(int replica, double finish)
    {
    }
}

/// <summary>Fewest requests under way, any of them when there are several.</summary>
internal readonly struct Fewest(CountLevels levels, DepartureWheel departures, BalancerDraws draws) : IChooser
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(double at)
    {
        departures.TakeUntil(at, levels);
        return levels.Least(draws);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Taken(int replica, double finish)
    {
        levels.Up(replica);
        departures.Add(finish, replica);
    }
}

/// <summary>The one with fewer requests under way of two, for replicas without a limit: they are counted.</summary>
internal readonly struct FewerOfTwoCounted(
    int[] rotation, CountLevels levels, DepartureWheel departures, BalancerDraws draws) : IChooser
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(double at)
    {
        departures.TakeUntil(at, levels);
        (int one, int other) = Two.Of(rotation, draws);
        return Two.Smaller(one, levels.Count(one), other, levels.Count(other));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Taken(int replica, double finish)
    {
        levels.Up(replica);
        departures.Add(finish, replica);
    }
}

/// <summary>The one with fewer requests under way of two: read off the workers, so that nothing is kept.</summary>
/// <remarks>Both are drawn for all requests of the batch at once.</remarks>
internal struct FewerOfTwo<TWorkers>(
    (int[] One, int[] Other) pairs, AlignedNumbers state, int length, int workers, WaitingStarts[] waiting) : IChooser
    where TWorkers : IWorkers
{
    private int _next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Choose(double at)
    {
        int one = pairs.One[_next];
        int other = pairs.Other[_next];
        _next = unchecked(_next + 1);
        return Two.Smaller(one, Count(one, at), other, Count(other, at));
    }

    public readonly void Taken(int replica, double finish)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Count(int replica, double at)
    {
        unchecked
        {
            ref double first = ref Unsafe.Add(ref state.First, replica * length);
            return first > at ? workers + waiting[replica].After(at)
                : TWorkers.After(ref first, length, at) - (length - workers); // the padding is not a worker
        }
    }
}

/// <summary>Two different replicas, when there are two; without branches, which nobody could predict.</summary>
internal static class Two
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int One, int Other) Of(int[] rotation, BalancerDraws draws)
    {
        (int one, int other) = draws.Pair(rotation.Length);
        return Different(rotation, one, other);
    }

    /// <summary>The pairs of requests to come.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill(int[] rotation, BalancerDraws draws, Span<int> one, Span<int> other)
    {
        draws.FillPairs(rotation.Length, one, other);
        ref int replicas = ref MemoryMarshal.GetArrayDataReference(rotation);
        int several = Math.Min(rotation.Length - 1, 1);
        other = other[..one.Length];
        for (int i = 0; i < one.Length; i++)
        {
            int first = one[i];
            one[i] = Unsafe.Add(ref replicas, first);
            other[i] = Unsafe.Add(ref replicas, Another(first, other[i], several));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int One, int Other) Different(int[] rotation, int one, int other)
    {
        return (rotation[one], rotation[Another(one, other, Math.Min(rotation.Length - 1, 1))]);
    }

    /// <summary>One more if it is not below the first, when there are several.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Another(int one, int other, int several) =>
        unchecked(other + ((int)((uint)(one - other - 1) >> 31) & several));

    /// <summary>The one with the smaller count; the first when they are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Smaller(int one, int countOfOne, int other, int countOfOther) =>
        one ^ ((one ^ other) & unchecked((countOfOther - countOfOne) >> 31)); // counts are small
}
