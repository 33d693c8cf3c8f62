using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Capacity.Sim.Requests;

/// <summary>One replica whose requests share its cores.</summary>
internal struct SharedCores
{
    /// <summary>Virtual time.</summary>
    public double Virtual;

    /// <summary>The instant at which it was that, seconds.</summary>
    public double Last;

    /// <summary>When the next request finishes, seconds; +∞ when there is none.</summary>
    public double Next;

    /// <summary>How many there are.</summary>
    public int Count;

    private const int Block = 16;
    private const int Spare = Block + 1; // behind the last request: blocks are read and moved whole

    private double[] _finishes; // in virtual time, descending, so that the next to finish is the last
    private int[] _jobs; // whose they are

    /// <summary>A replica without requests.</summary>
    /// <param name="from">Seconds.</param>
    public SharedCores(double from)
    {
        Last = from;
        Next = double.PositiveInfinity;
        _finishes = new double[Block + Spare];
        _jobs = new int[Block + Spare];
    }

    /// <summary>How many requests there is room for.</summary>
    public readonly int Room => _finishes.Length - Spare;

    /// <summary>The virtual time at which a request finishes, and whose it is.</summary>
    /// <param name="place">0 … <see cref="Count"/> − 1, from the last to finish.</param>
    public readonly (double Finish, int Job) this[int place] => (_finishes[place], _jobs[place]);

    /// <summary>Makes room for twice as many requests.</summary>
    public void Grow()
    {
        int room = 2 * Room;
        Array.Resize(ref _finishes, room + Spare);
        Array.Resize(ref _jobs, room + Spare);
    }

    /// <summary>Lets the next request finish.</summary>
    /// <param name="slowdown">By count: how much slower than alone each is served.</param>
    /// <returns>Whose it is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Finish(double[] slowdown)
    {
        unchecked
        {
            ref double finishes = ref MemoryMarshal.GetArrayDataReference(_finishes);
            int left = --Count;
            double now = Next;
            double reached = Unsafe.Add(ref finishes, left);
            Virtual = reached;
            Last = now;
            Next = left == 0 ? double.PositiveInfinity
                : now + ((Unsafe.Add(ref finishes, left - 1) - reached) * slowdown[left]);
            return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_jobs), left);
        }
    }

    /// <summary>Takes a request. There is room for it.</summary>
    /// <param name="now">Seconds; nothing finishes before.</param>
    /// <param name="work">Seconds of one core.</param>
    /// <param name="job">Whose it is.</param>
    /// <param name="pace">By count: the part of a core that each has.</param>
    /// <param name="slowdown">Its inverse.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double now, double work, int job, double[] pace, double[] slowdown)
    {
        unchecked
        {
            // Virtual time begins anew with an idle replica, which keeps it exact.
            int before = Count;
            double reached = before == 0 ? 0 : Virtual + ((now - Last) * pace[before]);
            double at = reached + work;
            ref double finishes = ref MemoryMarshal.GetArrayDataReference(_finishes);
            double least = before == 0 ? at : double.MinNative(Unsafe.Add(ref finishes, before - 1), at);
            int place = Vector256.IsHardwareAccelerated ? Earlier(ref finishes, before, at)
                : EarlierOneByOne(ref finishes, before, at);
            ref int jobs = ref MemoryMarshal.GetArrayDataReference(_jobs);
            MoveUp(ref finishes, ref jobs, place, before);
            Unsafe.Add(ref finishes, place) = at;
            Unsafe.Add(ref jobs, place) = job;
            Count = before + 1;
            Virtual = reached;
            Last = now;
            Next = now + ((least - reached) * slowdown[before + 1]);
        }
    }

    /// <summary>How many finish at a virtual time or later: without a branch that nobody could predict.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Earlier(ref double finishes, int count, double at)
    {
        unchecked
        {
            var limit = Vector512.Create(at);
            int later = 0;
            int i = 0;
            do
            {
                ulong low = Vector512.GreaterThanOrEqual(Vector512.LoadUnsafe(ref finishes, (nuint)i), limit)
                    .ExtractMostSignificantBits();
                ulong high = Vector512.GreaterThanOrEqual(Vector512.LoadUnsafe(ref finishes, (nuint)i + 8), limit)
                    .ExtractMostSignificantBits();
                ulong present = (1UL << Math.Min(count - i, Block)) - 1;
                later += BitOperations.PopCount((low | (high << 8)) & present);
                i += Block;
            }
            while (i < count);

            return later;
        }
    }

    private static int EarlierOneByOne(ref double finishes, int count, double at)
    {
        int place = count;
        while (place > 0 && Unsafe.Add(ref finishes, place - 1) < at)
        {
            place--;
        }

        return place;
    }

    /// <summary>Moves the requests from a place on up by one, a block at a time; what comes along behind them does
    /// not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveUp(ref double finishes, ref int jobs, int place, int count)
    {
        if (!Vector256.IsHardwareAccelerated)
        {
            Span<double> behind = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref finishes, place), count - place + 1);
            behind[..^1].CopyTo(behind[1..]);
            Span<int> whose = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref jobs, place), count - place + 1);
            whose[..^1].CopyTo(whose[1..]);
            return;
        }

        unchecked
        {
            int from = place + (Math.Max(count - place - 1, 0) & -Block);
            do
            {
                var low = Vector512.LoadUnsafe(ref finishes, (nuint)from);
                var high = Vector512.LoadUnsafe(ref finishes, (nuint)from + 8);
                var owners = Vector512.LoadUnsafe(ref jobs, (nuint)from);
                low.StoreUnsafe(ref finishes, (nuint)from + 1);
                high.StoreUnsafe(ref finishes, (nuint)from + 9);
                owners.StoreUnsafe(ref jobs, (nuint)from + 1);
                from -= Block;
            }
            while (from >= place);
        }
    }
}
