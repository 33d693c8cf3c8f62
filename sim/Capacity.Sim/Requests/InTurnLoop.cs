using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Sim.Requests;

/// <summary>Round robin over replicas whose queues have no limit, or a small one, in loops without calls.</summary>
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

    /// <summary>Serves requests in order of arrival, as far as there is room in the queues of their replicas.</summary>
    /// <param name="at">Arrivals, seconds, ascending.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <param name="finish">Receives when the worker is done, or the request turned away.</param>
    /// <param name="replica">Receives who served it; −1 when its queue was full.</param>
    /// <param name="state">The first number of the replicas' state.</param>
    /// <param name="length">How many numbers the state of each has.</param>
    /// <param name="rotation">The replicas in turn, each with a place in the state.</param>
    /// <param name="next">Whose turn is first: a place in the rotation.</param>
    /// <param name="last">What tells whether a queue is full.</param>
    /// <returns>How many were turned away.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Serve<TWorkers>(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, Span<double> finish, Span<int> replica,
        ref double state, int length, ReadOnlySpan<int> rotation, int next, LastStarts last)
        where TWorkers : IWorkers
    {
        service = service[..at.Length];
        finish = finish[..at.Length];
        replica = replica[..at.Length];
        GiveTurns(rotation, next, replica);
        unchecked
        {
            ref double all = ref state; // variables, so that they stay in registers
            ref double starts = ref MemoryMarshal.GetArrayDataReference(last.Starts);
            ref int oldest = ref MemoryMarshal.GetArrayDataReference(last.Oldest);
            int queue = last.Queue;
            int refused = 0;
            for (int i = 0; i < at.Length; i++)
            {
                nint who = replica[i];
                double now = at[i];
                ref int place = ref Unsafe.Add(ref oldest, who);
                ref double start = ref Unsafe.Add(ref starts, (who * queue) + place);
                if (start > now)
                {
                    finish[i] = now;
                    replica[i] = -1;
                    refused++;
                    continue;
                }

                ref double first = ref Unsafe.Add(ref all, who * TWorkers.Numbers(length));
                start = double.MaxNative(first, now);
                place = place + 1 == queue ? 0 : place + 1;
                finish[i] = TWorkers.Serve(ref first, length, now, service[i]);
            }

            return refused;
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
