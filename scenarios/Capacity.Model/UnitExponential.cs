using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Capacity.Model;

/// <summary>The negative logarithm, which turns a uniform number into an exponential one, without branches.</summary>
/// <remarks>
/// −ln x = −e·ln 2 − 2·artanh((m−1)/(m+1)) with x = m·2ᵉ, √½ ≤ m &lt; √2, by seven terms of the series.
/// </remarks>
public static class UnitExponential
{
    /// <summary>The bits of 1.0.</summary>
    internal const ulong OneBits = 0x3ff0000000000000;

    /// <summary>1 − 2⁻⁵³: a number of [1, 2) minus this lies in (0, 1).</summary>
    internal const double AlmostOne = 1.0 - 1.1102230246251565e-16;

    private const long RootHalfBits = 0x3fe6a09e667f3bcd;
    private const double Log2 = 0.69314718055994530942;

    /// <summary>−ln of each lane.</summary>
    /// <param name="x">0 &lt; x ≤ 1, not subnormal.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Of(Vector512<double> x)
    {
        Vector512<long> bits = x.AsInt64();
        Vector512<long> e = (bits - Vector512.Create(RootHalfBits)) >> 52;
        Vector512<double> m = (bits - (e << 52)).AsDouble();
        Vector512<double> s = (m - Vector512<double>.One) / (m + Vector512<double>.One);
        Vector512<double> z = s * s;
        Vector512<double> p = Vector512.Create(2.0 / 13);
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.0 / 11));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.0 / 9));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.0 / 7));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.0 / 5));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.0 / 3));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.0));
        return Vector512.FusedMultiplyAdd(-Vector512.ConvertToDouble(e), Vector512.Create(Log2), -(p * s));
    }

    /// <summary>−ln of one number: the same bits as a lane of the other overload.</summary>
    /// <param name="x">0 &lt; x ≤ 1, not subnormal.</param>
    public static double Of(double x)
    {
        unchecked
        {
            long bits = BitConverter.DoubleToInt64Bits(x);
            long e = (bits - RootHalfBits) >> 52;
            double m = BitConverter.Int64BitsToDouble(bits - (e << 52));
            double s = (m - 1.0) / (m + 1.0);
            double z = s * s;
            double p = 2.0 / 13;
            p = Math.FusedMultiplyAdd(p, z, 2.0 / 11);
            p = Math.FusedMultiplyAdd(p, z, 2.0 / 9);
            p = Math.FusedMultiplyAdd(p, z, 2.0 / 7);
            p = Math.FusedMultiplyAdd(p, z, 2.0 / 5);
            p = Math.FusedMultiplyAdd(p, z, 2.0 / 3);
            p = Math.FusedMultiplyAdd(p, z, 2.0);
            return Math.FusedMultiplyAdd(-(double)e, Log2, -(p * s));
        }
    }
}
