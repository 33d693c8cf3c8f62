using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Capacity.Model;

/// <summary>Seeded randomness for hot loops: eight generators side by side, drawn from in batches.</summary>
/// <remarks>
/// The bits do not depend on the processor: the scalar path does the same operations in the same order, and the only
/// fused multiply-adds are explicit. Source of the generator: Blackman and Vigna, xoshiro256++.
/// </remarks>
public sealed class BatchRandom
{
    /// <summary>Batches must be a multiple of this long.</summary>
    public const int Lanes = 8;

    private const double Unit = 1.0 / (1UL << 53);

    private readonly ulong[] _state = new ulong[4 * Lanes]; // word by word, lane by lane

    /// <summary>Creates the source that a run uses for one cause.</summary>
    /// <param name="runSeed">The seed that every report prints.</param>
    /// <param name="cause">Stable name, for example <c>arrivals</c>.</param>
    public BatchRandom(ulong runSeed, string cause)
    {
        var seeds = new RandomSource(runSeed, cause);
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int word = 0; word < 4; word++)
            {
                _state[(word * Lanes) + lane] = seeds.NextBits();
            }
        }
    }

    /// <summary>Draws from [0, 1) with 53 random bits.</summary>
    /// <param name="values">Length a multiple of <see cref="Lanes"/>.</param>
    public void FillUnits(Span<double> values) => Fill(values, exponential: false, Vector256.IsHardwareAccelerated);

    /// <summary>Draws from the exponential distribution with mean 1, to a relative 2e-12.</summary>
    /// <param name="values">Length a multiple of <see cref="Lanes"/>.</param>
    public void FillExponentials(Span<double> values) =>
        Fill(values, exponential: true, Vector256.IsHardwareAccelerated);

    /// <summary>The same with a choice of the code path, for the test that both give the same bits.</summary>
    internal void Fill(Span<double> values, bool exponential, bool vectors)
    {
        if (values.Length % Lanes != 0)
        {
            throw new ArgumentException($"The length must be a multiple of {Lanes}.", nameof(values));
        }

        if (vectors)
        {
            FillByVectors(values, exponential);
        }
        else
        {
            FillOneByOne(values, exponential);
        }
    }

    /// <summary>A loop for each distribution, without a branch and with the state in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillByVectors(Span<double> values, bool exponential)
    {
        ref double first = ref MemoryMarshal.GetReference(values);
        Generators generators = Generators.Load(_state);
        if (exponential)
        {
            for (nuint i = 0; i < (nuint)values.Length; i += Lanes)
            {
                Vector512<double> unit = ((generators.Next() >>> 12) | Vector512.Create(UnitExponential.OneBits))
                    .AsDouble() - Vector512.Create(UnitExponential.AlmostOne);
                UnitExponential.Of(unit).StoreUnsafe(ref first, i);
            }
        }
        else
        {
            for (nuint i = 0; i < (nuint)values.Length; i += Lanes)
            {
                (Vector512.ConvertToDouble((generators.Next() >>> 11).AsInt64()) * Vector512.Create(Unit))
                    .StoreUnsafe(ref first, i);
            }
        }

        generators.Store(_state);
    }

    private void FillOneByOne(Span<double> values, bool exponential)
    {
        unchecked
        {
            for (int i = 0; i < values.Length; i++)
            {
                Span<ulong> s = _state.AsSpan(i % Lanes);
                ulong bits = ulong.RotateLeft(s[0] + s[3 * Lanes], 23) + s[0];
                ulong t = s[Lanes] << 17;
                s[2 * Lanes] ^= s[0];
                s[3 * Lanes] ^= s[Lanes];
                s[Lanes] ^= s[2 * Lanes];
                s[0] ^= s[3 * Lanes];
                s[2 * Lanes] ^= t;
                s[3 * Lanes] = ulong.RotateLeft(s[3 * Lanes], 45);
                values[i] = exponential
                    ? UnitExponential.Of(BitConverter.UInt64BitsToDouble((bits >> 12) | UnitExponential.OneBits)
                        - UnitExponential.AlmostOne)
                    : (long)(bits >> 11) * Unit;
            }
        }
    }

    /// <summary>Eight generators, a register per word.</summary>
    private struct Generators
    {
        private Vector512<ulong> _a;
        private Vector512<ulong> _b;
        private Vector512<ulong> _c;
        private Vector512<ulong> _d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Generators Load(ulong[] state) => new()
        {
            _a = Vector512.LoadUnsafe(ref state[0]),
            _b = Vector512.LoadUnsafe(ref state[Lanes]),
            _c = Vector512.LoadUnsafe(ref state[2 * Lanes]),
            _d = Vector512.LoadUnsafe(ref state[3 * Lanes]),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<ulong> Next()
        {
            Vector512<ulong> bits = Rotate(_a + _d, 23) + _a;
            Vector512<ulong> t = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= t;
            _d = Rotate(_d, 45);
            return bits;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(ulong[] state)
        {
            _a.CopyTo(state, 0);
            _b.CopyTo(state, Lanes);
            _c.CopyTo(state, 2 * Lanes);
            _d.CopyTo(state, 3 * Lanes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<ulong> Rotate(Vector512<ulong> value, [ConstantExpected] byte by) =>
            Avx512F.IsSupported ? Avx512F.RotateLeft(value, by) : (value << by) | (value >>> (64 - by));
    }
}
