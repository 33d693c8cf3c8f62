using System.Numerics;
using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>Points that fill a cube evenly from the first on: a Sobol sequence, scrambled by a seed.</summary>
/// <remarks>
/// Direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections",
/// SIAM J. Sci. Comput. 30 (2008), the first rows of their table D(6). Scrambling: a random digital shift (XOR), which
/// keeps how evenly the points lie. Dimensions beyond the table are plain random numbers.
/// </remarks>
public sealed class SobolSequence
{
    private const int Bits = 32;

    // Degree and coefficients of a primitive polynomial, then the first direction numbers.
    private static readonly int[][] Rows =
    [
        [1, 0, 1], [2, 1, 1, 3], [3, 1, 1, 3, 1], [3, 2, 1, 1, 1], [4, 1, 1, 1, 3, 3], [4, 4, 1, 3, 5, 13],
        [5, 2, 1, 1, 5, 5, 17], [5, 4, 1, 1, 5, 5, 5], [5, 7, 1, 1, 7, 11, 19], [5, 11, 1, 1, 5, 1, 1],
        [5, 13, 1, 1, 1, 3, 11], [5, 14, 1, 3, 5, 5, 31], [6, 1, 1, 3, 3, 9, 7, 49], [6, 13, 1, 1, 1, 15, 21, 21],
        [6, 16, 1, 3, 1, 13, 27, 49], [6, 19, 1, 1, 1, 15, 7, 5], [6, 22, 1, 3, 1, 15, 13, 25],
        [6, 25, 1, 1, 5, 5, 19, 61], [7, 1, 1, 3, 7, 11, 23, 15, 103], [7, 4, 1, 3, 7, 13, 13, 15, 69],
        [7, 7, 1, 1, 3, 13, 7, 35, 63], [7, 8, 1, 3, 5, 9, 1, 25, 53], [7, 14, 1, 3, 1, 13, 9, 35, 107],
        [7, 19, 1, 3, 1, 5, 27, 61, 31], [7, 21, 1, 1, 5, 11, 19, 41, 61], [7, 28, 1, 3, 5, 3, 3, 13, 69],
        [7, 31, 1, 1, 7, 13, 1, 19, 1], [7, 32, 1, 3, 7, 5, 13, 19, 59], [7, 37, 1, 1, 3, 9, 25, 29, 41],
        [7, 41, 1, 3, 5, 13, 23, 1, 55], [7, 42, 1, 3, 7, 3, 13, 59, 17],
    ];

    private readonly uint[][] _directions;
    private readonly uint[] _shifts;
    private readonly RandomSource _beyond;
    private readonly uint[] _state;
    private readonly int _dimensions;
    private uint _index;

    /// <summary>Starts a sequence.</summary>
    /// <param name="dimensions">≥ 1; those after <see cref="Covered"/> are random.</param>
    /// <param name="seed">Of the scrambling; the same seed gives the same points.</param>
    public SobolSequence(int dimensions, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        _dimensions = dimensions;
        int covered = Math.Min(dimensions, Covered);
        _directions = [.. Enumerable.Range(0, covered).Select(Directions)];
        var random = new RandomSource(seed, "sobol");
        _shifts = [.. Enumerable.Range(0, covered).Select(_ => (uint)(random.NextBits() >> 32))];
        _state = new uint[covered];
        _beyond = new RandomSource(seed, "beyond sobol");
    }

    /// <summary>Dimensions that have direction numbers.</summary>
    public static int Covered => Rows.Length + 1;

    /// <summary>The next point.</summary>
    /// <returns>One number in [0, 1) for each dimension.</returns>
    public double[] Next()
    {
        if (_index > 0)
        {
            int bit = BitOperations.TrailingZeroCount(_index); // the bit in which the Gray codes of neighbours differ
            for (int d = 0; d < _state.Length; d++)
            {
                _state[d] ^= _directions[d][bit];
            }
        }

        _index++;
        double[] point = new double[_dimensions];
        for (int d = 0; d < _dimensions; d++)
        {
            point[d] = d < _state.Length ? (_state[d] ^ _shifts[d]) * (1.0 / (1UL << Bits)) : _beyond.NextUnit();
        }

        return point;
    }

    private static uint[] Directions(int dimension)
    {
        uint[] v = new uint[Bits];
        if (dimension == 0)
        {
            return [.. Enumerable.Range(0, Bits).Select(i => 1u << (Bits - 1 - i))];
        }

        int[] row = Rows[dimension - 1];
        (int degree, int coefficients) = (row[0], row[1]);
        for (int i = 0; i < Bits; i++)
        {
            if (i < degree)
            {
                v[i] = (uint)row[2 + i] << (Bits - 1 - i);
                continue;
            }

            v[i] = v[i - degree] ^ (v[i - degree] >> degree);
            for (int k = 1; k < degree; k++)
            {
                v[i] ^= ((coefficients >> (degree - 1 - k)) & 1) == 1 ? v[i - k] : 0;
            }
        }

        return v;
    }
}
