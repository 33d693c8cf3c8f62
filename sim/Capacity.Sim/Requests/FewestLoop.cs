using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Sim.Requests;

/// <summary>Least connections over replicas without limits: <see cref="Fewest"/> in one loop without calls.</summary>
/// <remarks>Chooses as that one does, draw by draw; whatever could grow has been made large enough before.</remarks>
internal static class FewestLoop
{
    /// <summary>Serves requests in order of arrival.</summary>
    /// <param name="at">Arrivals, seconds, ascending.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <param name="units">A uniform draw for each, which decides between equals.</param>
    /// <param name="finish">Receives when the worker is done.</param>
    /// <param name="replica">Receives who served it.</param>
    /// <param name="state">The first number of the replicas' state.</param>
    /// <param name="length">How many numbers the state of each has.</param>
    /// <param name="levels">How many requests each has; at least one is in rotation.</param>
    /// <param name="wheel">The departures to come.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Serve<TWorkers>(
        ReadOnlySpan<double> at, ReadOnlySpan<double> service, ReadOnlySpan<double> units, Span<double> finish,
        Span<int> replica, ref double state, int length, CountLevels levels, DepartureWheel wheel)
        where TWorkers : IWorkers
    {
        unchecked
        {
            levels.Reserve(at.Length);
            wheel.Reserve(at.Length);
            service = service[..at.Length];
            units = units[..at.Length];
            finish = finish[..at.Length];
            replica = replica[..at.Length];
            ref int count = ref MemoryMarshal.GetArrayDataReference(levels.CountOf);
            ref int placeOf = ref MemoryMarshal.GetArrayDataReference(levels.PlaceOf);
            ref int order = ref MemoryMarshal.GetArrayDataReference(levels.Order);
            ref int below = ref MemoryMarshal.GetArrayDataReference(levels.Below);
            ref DepartureWheel.Entry entries = ref MemoryMarshal.GetArrayDataReference(wheel.Entries);
            ref int firsts = ref MemoryMarshal.GetArrayDataReference(wheel.Firsts);
            int mask = wheel.Firsts.Length - 1;
            double perSpan = wheel.PerSpan;
            long span = wheel.Span;
            int free = wheel.Free;
            int departed = 0;
            for (int i = 0; i < at.Length; i++)
            {
                double now = at[i];
                long to = double.ConvertToIntegerNative<long>(now * perSpan);
                for (span = Math.Max(span, to - mask); span <= to; span++)
                {
                    ref int link = ref Unsafe.Add(ref firsts, (nint)(span & mask));
                    int place = link;
                    while (place >= 0)
                    {
                        ref DepartureWheel.Entry entry = ref Unsafe.Add(ref entries, place);
                        int following = entry.Next;
                        if (entry.At > now)
                        {
                            link = ref entry.Next; // of this span but later, or of another revolution
                        }
                        else
                        {
                            link = following;
                            entry.Next = free;
                            free = place;
                            departed++;
                            int gone = entry.Replica;
                            int level = Unsafe.Add(ref count, gone);
                            Unsafe.Add(ref count, gone) = level - 1;
                            int from = Unsafe.Add(ref placeOf, gone);
                            if (from >= 0)
                            {
                                int border = Unsafe.Add(ref below, level)++;
                                int other = Unsafe.Add(ref order, border);
                                Unsafe.Add(ref order, from) = other;
                                Unsafe.Add(ref placeOf, other) = from;
                                Unsafe.Add(ref order, border) = gone;
                                Unsafe.Add(ref placeOf, gone) = border;
                            }
                        }

                        place = following;
                    }
                }

                span = to;
                int least = Unsafe.Add(ref count, order);
                ref int last = ref Unsafe.Add(ref below, least + 1);
                int chosen = double.ConvertToIntegerNative<int>(units[i] * last);
                int who = Unsafe.Add(ref order, chosen);
                double done =
                    TWorkers.Serve(ref Unsafe.Add(ref state, who * TWorkers.Numbers(length)), length, now, service[i]);
                finish[i] = done;
                replica[i] = who;
                Unsafe.Add(ref count, who) = least + 1;
                int edge = --last;
                int moved = Unsafe.Add(ref order, edge);
                Unsafe.Add(ref order, chosen) = moved;
                Unsafe.Add(ref placeOf, moved) = chosen;
                Unsafe.Add(ref order, edge) = who;
                Unsafe.Add(ref placeOf, who) = edge;
                ref DepartureWheel.Entry departure = ref Unsafe.Add(ref entries, free);
                ref int first = ref Unsafe.Add(
                    ref firsts, (nint)(double.ConvertToIntegerNative<long>(done * perSpan) & mask));
                departure.At = done;
                departure.Replica = who;
                int after = departure.Next;
                departure.Next = first;
                first = free;
                free = after;
            }

            wheel.Served(span, free, at.Length - departed);
        }
    }
}
