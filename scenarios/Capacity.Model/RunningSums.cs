using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Capacity.Model;

/// <summary>Running sums within blocks, for hot loops: a block's sums do not wait for each other.</summary>
/// <remarks>The bits do not depend on the processor: all paths add in the same order.</remarks>
internal static class RunningSums
{
    /// <summary>How many numbers a block has.</summary>
    public const int Block = 8;

    /// <summary>Replaces each number by the sum of its block up to and with it; never smaller than the one
    /// before.</summary>
    /// <param name="values">Numbers ≥ 0; length a multiple of <see cref="Block"/>.</param>
    public static void OfBlocks(Span<double> values) => OfBlocks(values, Avx512F.IsSupported);

    /// <summary>The same with a choice of the code path, for the test that both give the same bits.</summary>
    internal static void OfBlocks(Span<double> values, bool vectors)
    {
        ref double first = ref MemoryMarshal.GetReference(values);
        for (int i = 0; i + Block <= values.Length; i += Block)
        {
            if (vectors)
            {
                var sums = Vector512.LoadUnsafe(ref first, (nuint)i);
                sums += Later(sums, 7);
                sums += Later(sums, 6);
                sums += Later(sums, 4);
                Vector512.Max(sums, Later(sums, 7)).StoreUnsafe(ref first, (nuint)i);
            }
            else
            {
                OneByOne(values.Slice(i, Block));
            }
        }
    }

    /// <summary>Carries the sums on from block to block, as long as whole blocks stay below a limit.</summary>
    /// <param name="limit">What the results must stay below.</param>
    /// <param name="sums">Sums within blocks; begins with a block.</param>
    /// <param name="results">Receives the sums since the beginning; at least as long.</param>
    /// <param name="before">The sum before the first block; receives that before the next one.</param>
    /// <returns>How many results there are, a multiple of <see cref="Block"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int AddBelow(double limit, ReadOnlySpan<double> sums, Span<double> results, ref double before)
    {
        ref double from = ref MemoryMarshal.GetReference(sums);
        ref double to = ref MemoryMarshal.GetReference(results[..sums.Length]);
        double carried = before;
        nuint i = 0;
        for (; i + Block <= (nuint)sums.Length; i += Block)
        {
            double next = carried + Unsafe.Add(ref from, i + Block - 1);
            if (!(next < limit))
            {
                break;
            }

            (Vector512.Create(carried) + Vector512.LoadUnsafe(ref from, i)).StoreUnsafe(ref to, i);
            carried = next;
        }

        before = carried;
        return (int)i;
    }

    /// <summary>Moves the lanes up by eight minus <paramref name="by"/>; zeros come in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Later(Vector512<double> values, [ConstantExpected] byte by) =>
        Avx512F.AlignRight64(values.AsInt64(), Vector512<long>.Zero, by).AsDouble();

    private static void OneByOne(Span<double> values)
    {
        for (int distance = 1; distance < Block; distance *= 2)
        {
            for (int i = Block - 1; i >= distance; i--)
            {
                values[i] += values[i - distance];
            }
        }

        for (int i = Block - 1; i > 0; i--)
        {
            values[i] = Math.Max(values[i], values[i - 1]);
        }
    }
}
