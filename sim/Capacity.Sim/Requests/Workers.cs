using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Capacity.Sim.Requests;

/// <summary>How one replica takes a request: when it will be finished is known as soon as it arrives.</summary>
/// <remarks>
/// The state of a replica with c workers is the ascending list of the instants at which its workers are free, padded
/// with +∞. A request takes the first: it finishes at max(first, arrival) + service, which is inserted in its place
/// (Kiefer and Wolfowitz, 1955). Nothing else has to be remembered about the past, so that no event calendar is needed.
/// All implementations give the same bits.
/// </remarks>
internal interface IWorkers
{
    /// <summary>How many numbers the state has: known to the compiler where it is always the same.</summary>
    /// <param name="length">How many it has.</param>
    static virtual int Numbers(int length) => length;

    /// <summary>Serves a request.</summary>
    /// <param name="state">The first number of the replica's state.</param>
    /// <param name="length">How many numbers the state has.</param>
    /// <param name="at">Arrival, seconds; not before the replica's previous one.</param>
    /// <param name="service">Seconds for which a worker is held.</param>
    /// <returns>When it is finished, seconds.</returns>
    static abstract double Serve(ref double state, int length, double at, double service);

    /// <summary>How many numbers of the state are after an instant: busy workers and the padding.</summary>
    /// <param name="state">The first number of the replica's state.</param>
    /// <param name="length">How many numbers the state has.</param>
    /// <param name="at">Seconds.</param>
    static abstract int After(ref double state, int length, double at);
}

/// <summary>Up to eight workers in one 512-bit register.</summary>
internal readonly struct EightWorkersIn512Bits : IWorkers
{
    public static int Numbers(int length) => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Serve(ref double state, int length, double at, double service)
    {
        var free = Vector512.LoadUnsafe(ref state);
        double finish = double.MaxNative(free.ToScalar(), at) + service;
        Vector512<long> never = Vector512.Create(double.PositiveInfinity).AsInt64();
        Vector512<double> others = Avx512F.AlignRight64(never, free.AsInt64(), 1).AsDouble();
        Avx512F.Min(others, Avx512F.Max(free, Vector512.Create(finish))).StoreUnsafe(ref state);
        return finish;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int After(ref double state, int length, double at)
    {
        var free = Vector512.LoadUnsafe(ref state);
        return BitOperations.PopCount(
            Vector512.GreaterThan(free, Vector512.Create(at)).ExtractMostSignificantBits());
    }
}

/// <summary>Up to eight workers in two 256-bit registers.</summary>
internal readonly struct EightWorkersIn256Bits : IWorkers
{
    public static int Numbers(int length) => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Serve(ref double state, int length, double at, double service)
    {
        var low = Vector256.LoadUnsafe(ref state);
        var high = Vector256.LoadUnsafe(ref state, 4);
        double finish = double.MaxNative(low.ToScalar(), at) + service;
        var inserted = Vector256.Create(finish);
        var never = Vector256.Create(double.PositiveInfinity);
        Avx.Min(Avx2.Permute4x64(Avx.Blend(low, high, 1), 0x39), Avx.Max(low, inserted)).StoreUnsafe(ref state);
        Avx.Min(Avx2.Permute4x64(Avx.Blend(high, never, 1), 0x39), Avx.Max(high, inserted)).StoreUnsafe(ref state, 4);
        return finish;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int After(ref double state, int length, double at)
    {
        var from = Vector256.Create(at);
        var low = Vector256.LoadUnsafe(ref state);
        var high = Vector256.LoadUnsafe(ref state, 4);
        return BitOperations.PopCount(Vector256.GreaterThan(low, from).ExtractMostSignificantBits())
            + BitOperations.PopCount(Vector256.GreaterThan(high, from).ExtractMostSignificantBits());
    }
}

/// <summary>Any number of workers in 512-bit registers, one after the other.</summary>
internal readonly struct WorkersIn512Bits : IWorkers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Serve(ref double state, int length, double at, double service)
    {
        unchecked
        {
            var free = Vector512.LoadUnsafe(ref state);
            double finish = double.MaxNative(free.ToScalar(), at) + service;
            var inserted = Vector512.Create(finish);
            for (nuint i = 8; i < (nuint)length; i += 8)
            {
                var next = Vector512.LoadUnsafe(ref state, i);
                Insert(free, next, inserted).StoreUnsafe(ref state, i - 8);
                free = next;
            }

            Insert(free, Vector512.Create(double.PositiveInfinity), inserted)
                .StoreUnsafe(ref state, (nuint)length - 8);
            return finish;
        }
    }

    public static int After(ref double state, int length, double at)
    {
        int after = 0;
        for (int i = 0; i < length; i += 8)
        {
            after += EightWorkersIn512Bits.After(ref Unsafe.Add(ref state, i), 8, at);
        }

        return after;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Insert(
        Vector512<double> free, Vector512<double> next, Vector512<double> inserted) => Avx512F.Min(
            Avx512F.AlignRight64(next.AsInt64(), free.AsInt64(), 1).AsDouble(), Avx512F.Max(free, inserted));
}

/// <summary>Any number of workers in 256-bit registers, one after the other.</summary>
internal readonly struct WorkersIn256Bits : IWorkers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Serve(ref double state, int length, double at, double service)
    {
        unchecked
        {
            var free = Vector256.LoadUnsafe(ref state);
            double finish = double.MaxNative(free.ToScalar(), at) + service;
            var inserted = Vector256.Create(finish);
            for (nuint i = 4; i < (nuint)length; i += 4)
            {
                var next = Vector256.LoadUnsafe(ref state, i);
                Insert(free, next, inserted).StoreUnsafe(ref state, i - 4);
                free = next;
            }

            Insert(free, Vector256.Create(double.PositiveInfinity), inserted)
                .StoreUnsafe(ref state, (nuint)length - 4);
            return finish;
        }
    }

    public static int After(ref double state, int length, double at)
    {
        int after = 0;
        for (int i = 0; i < length; i += 8)
        {
            after += EightWorkersIn256Bits.After(ref Unsafe.Add(ref state, i), 8, at);
        }

        return after;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Insert(
        Vector256<double> free, Vector256<double> next, Vector256<double> inserted) => Avx.Min(
            Avx2.Permute4x64(Avx.Blend(free, next, 1), 0x39), Avx.Max(free, inserted));
}

/// <summary>Any number of workers on any processor.</summary>
internal readonly struct AnyWorkers : IWorkers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Serve(ref double state, int length, double at, double service)
    {
        Span<double> free = MemoryMarshal.CreateSpan(ref state, length);
        double finish = double.MaxNative(free[0], at) + service;
        for (int i = 0; i < free.Length - 1; i++)
        {
            free[i] = double.MinNative(free[i + 1], double.MaxNative(free[i], finish));
        }

        free[^1] = double.MaxNative(free[^1], finish);
        return finish;
    }

    public static int After(ref double state, int length, double at)
    {
        int after = 0;
        for (int i = length - 1; i >= 0 && Unsafe.Add(ref state, i) > at; i--)
        {
            after++;
        }

        return after;
    }
}

/// <summary>Requests that overlap freely, as a handler that sleeps. The state is the last finish.</summary>
internal readonly struct OverlappingWorkers : IWorkers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Serve(ref double state, int length, double at, double service)
    {
        double finish = at + service;
        state = double.MaxNative(state, finish);
        return finish;
    }

    public static int After(ref double state, int length, double at) =>
        throw new NotSupportedException("Requests without a limit are counted, not read off their last finish.");
}
