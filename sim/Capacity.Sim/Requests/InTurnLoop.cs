using System.Runtime.CompilerServices;

namespace Capacity.Sim.Requests;

/// <summary>Round robin over replicas without limits, in one loop without calls.</summary>
internal static class InTurnLoop
{
    /// <summary>Serves requests in order of arrival.</summary>
    /// <param name="at">Arrivals, seconds, ascending.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <param name="finish">Receives when the worker is done.</param>
    /// <param name="replica">Receives who served it.</param>
    /// <param name="state">The first number of the replicas' state.</param>
    /// <param name="length">How many numbers the state of each has.</param>
    /// <param name="rotation">The replicas in turn, each with a place in the state.</param>
    /// <param name="next">Whose turn is first: a place in the rotation.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Serve<TWorkers>(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, Span<double> finish, Span<int> replica,
        ref double state, int length, ReadOnlySpan<int> rotation, int next)
        where TWorkers : IWorkers
    {
        service = service[..at.Length];
        finish = finish[..at.Length];
        replica = replica[..at.Length];
        GiveTurns(rotation, next, replica);
        unchecked
        {
            ref double all = ref state; // a variable, so that it stays in a register
            for (int i = 0; i < at.Length; i++)
            {
                ref double first = ref Unsafe.Add(ref all, (nint)replica[i] * TWorkers.Numbers(length));
                finish[i] = TWorkers.Serve(ref first, length, at[i], service[i]);
            }
        }
    }

    /// <summary>Writes whose turn it is, request by request: once around, and then copies of that.</summary>
    private static void GiveTurns(ReadOnlySpan<int> rotation, int next, Span<int> replica)
    {
        ReadOnlySpan<int> rest = rotation[next..];
        rest = rest[..Math.Min(rest.Length, replica.Length)];
        rest.CopyTo(replica);
        ReadOnlySpan<int> start = rotation[..Math.Min(next, replica.Length - rest.Length)];
        start.CopyTo(replica[rest.Length..]);
        for (int given = rest.Length + start.Length; given < replica.Length; given *= 2)
        {
            replica[..Math.Min(given, replica.Length - given)].CopyTo(replica[given..]);
        }
    }
}
