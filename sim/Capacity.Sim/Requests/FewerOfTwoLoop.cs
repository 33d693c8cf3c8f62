using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Sim.Requests;

/// <summary>Power of two choices over replicas with workers and without a limit, in one loop without calls.</summary>
/// <remarks>How many requests a replica has is read off its workers and the starts of those who wait, so that no
/// departure has to be noticed.</remarks>
internal static class FewerOfTwoLoop
{
    /// <summary>Serves requests in order of arrival.</summary>
    /// <param name="at">Arrivals, seconds, ascending.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <param name="pairs">For each request the two replicas.</param>
    /// <param name="finish">Receives when the worker is done.</param>
    /// <param name="replica">Receives who served it.</param>
    /// <param name="state">The first number of the replicas' state.</param>
    /// <param name="length">How many numbers the state of each has.</param>
    /// <param name="waiting">Who waits where.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Serve<TWorkers>(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, (int[] One, int[] Other) pairs, Span<double> finish,
        Span<int> replica, ref double state, int length, WaitingStretches waiting)
        where TWorkers : IWorkers
    {
        unchecked
        {
            waiting.Reserve(at[0], at.Length);
            service = service[..at.Length];
            finish = finish[..at.Length];
            replica = replica[..at.Length];
            ref int ones = ref MemoryMarshal.GetArrayDataReference(pairs.One);
            ref int others = ref MemoryMarshal.GetArrayDataReference(pairs.Other);
            ref double starts = ref MemoryMarshal.GetArrayDataReference(waiting.Starts);
            ref int froms = ref MemoryMarshal.GetArrayDataReference(waiting.From);
            ref int tos = ref MemoryMarshal.GetArrayDataReference(waiting.To);
            int room = waiting.Room;
            for (int i = 0; i < at.Length; i++)
            {
                double now = at[i];
                int one = Unsafe.Add(ref ones, i);
                int other = Unsafe.Add(ref others, i);
                int countOfOne = TWorkers.After(ref Unsafe.Add(ref state, one * TWorkers.Numbers(length)), length, now);
                int countOfOther =
                    TWorkers.After(ref Unsafe.Add(ref state, other * TWorkers.Numbers(length)), length, now);
                if (countOfOne == length)
                {
                    countOfOne += StillWaiting(ref froms, ref tos, ref starts, room, one, now);
                }

                if (countOfOther == length)
                {
                    countOfOther += StillWaiting(ref froms, ref tos, ref starts, room, other, now);
                }

                int who = Two.Smaller(one, countOfOne, other, countOfOther);
                ref double free = ref Unsafe.Add(ref state, who * TWorkers.Numbers(length));
                if (free > now)
                {
                    int place = Unsafe.Add(ref tos, who)++;
                    Unsafe.Add(ref starts, (who * room) + place) = free;
                }

                double done = TWorkers.Serve(ref free, length, now, service[i]);
                finish[i] = done;
                replica[i] = who;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StillWaiting(
        ref int froms, ref int tos, ref double starts, int room, int who, double now)
    {
        unchecked
        {
            int to = Unsafe.Add(ref tos, who);
            int from = Unsafe.Add(ref froms, who);
            while (from < to && Unsafe.Add(ref starts, (who * room) + from) <= now)
            {
                from++;
            }

            Unsafe.Add(ref froms, who) = from;
            return to - from;
        }
    }
}
