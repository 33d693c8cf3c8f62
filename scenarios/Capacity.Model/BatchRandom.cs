using System.Runtime.Intrinsics;

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

    private void FillByVectors(Span<double> values, bool exponential)
    {
        var a = Vector512.LoadUnsafe(ref _state[0]);
        var b = Vector512.LoadUnsafe(ref _state[Lanes]);
        var c = Vector512.LoadUnsafe(ref _state[2 * Lanes]);
        var d = Vector512.LoadUnsafe(ref _state[3 * Lanes]);
        for (int i = 0; i < values.Length; i += Lanes)
        {
            Vector512<ulong> sum = a + d;
            Vector512<ulong> bits = ((sum << 23) | (sum >>> 41)) + a;
            Vector512<ulong> t = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= t;
            d = (d << 45) | (d >>> 19);
            Vector512<double> value = exponential
                ? UnitExponential.Of(((bits >>> 12) | Vector512.Create(UnitExponential.OneBits)).AsDouble()
                    - Vector512.Create(UnitExponential.AlmostOne))
                : Vector512.ConvertToDouble((bits >>> 11).AsInt64()) * Vector512.Create(1.0 / (1UL << 53));
            value.CopyTo(values.Slice(i, Lanes));
        }

        a.CopyTo(_state, 0);
        b.CopyTo(_state, Lanes);
        c.CopyTo(_state, 2 * Lanes);
        d.CopyTo(_state, 3 * Lanes);
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
                    : (long)(bits >> 11) * (1.0 / (1UL << 53));
            }
        }
    }
}
