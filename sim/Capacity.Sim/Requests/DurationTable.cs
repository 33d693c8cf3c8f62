using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Turns uniform draws into durations of one law, a batch at a time.</summary>
/// <remarks>
/// Constant, uniform and exponential laws are exact. Other smooth laws go through a table of their quantile function
/// that is 64 points per octave of the upper tail, with straight lines between them. Empirical laws may have
/// jumps and are looked up among their own points.
/// </remarks>
internal sealed class DurationTable
{
    private const int PerOctave = 64;
    private const int Octaves = 53;
    private const int Shift = 52 - 6;
    private const long FirstKey = (1023L - Octaves) << 6;

    private readonly ServiceLaw _law;
    private readonly double[] _table = [];
    private readonly int[] _guide = [];
    private readonly (double Share, double Seconds)[] _points = [];

    public DurationTable(ServiceLaw law)
    {
        _law = law;
        switch (law)
        {
            case ServiceLaw.Constant or ServiceLaw.Uniform or ServiceLaw.Exponential:
                break;
            case ServiceLaw.Empirical empirical:
                _points = [.. empirical.Points];
                _guide = Guide(_points);
                break;
            default:
                _table = Tail(law);
                break;
        }
    }

    /// <summary>Durations for uniform draws.</summary>
    /// <param name="units">Each 0 ≤ u &lt; 1.</param>
    /// <param name="seconds">At least as long; may be the same memory.</param>
    public void Fill(ReadOnlySpan<double> units, Span<double> seconds)
    {
        switch (_law)
        {
            case ServiceLaw.Constant(double always):
                seconds[..units.Length].Fill(always);
                break;
            case ServiceLaw.Uniform(double from, double to):
                Stretch(units, seconds, from, to - from);
                break;
            case ServiceLaw.Exponential(double mean):
                Exponential(units, seconds, mean);
                break;
            case ServiceLaw.Empirical:
                AmongPoints(units, seconds, _points, _guide);
                break;
            default:
                AmongTail(units, seconds, _table);
                break;
        }
    }

    private static double[] Tail(ServiceLaw law)
    {
        var table = new double[(Octaves * PerOctave) + 2];
        for (int i = 0; i < table.Length; i++)
        {
            double above = BitConverter.Int64BitsToDouble((FirstKey + i) << Shift); // the share that takes longer
            table[i] = law.Quantile(Math.Clamp(1 - above, 0, 1 - (1.0 / (1L << 53))));
        }

        return table;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AmongTail(ReadOnlySpan<double> units, Span<double> seconds, ReadOnlySpan<double> table)
    {
        unchecked
        {
            seconds = seconds[..units.Length];
            for (int i = 0; i < units.Length; i++)
            {
                long bits = BitConverter.DoubleToInt64Bits(1.0 - units[i]);
                int key = (int)((bits >> Shift) - FirstKey);
                double within = BitConverter.Int64BitsToDouble(
                    ((bits << 6) & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000) - 1.0;
                double low = table[key];
                seconds[i] = low + (within * (table[key + 1] - low));
            }
        }
    }

    private static void Stretch(ReadOnlySpan<double> units, Span<double> seconds, double from, double width)
    {
        seconds = seconds[..units.Length];
        for (int i = 0; i < units.Length; i++)
        {
            seconds[i] = from + (units[i] * width);
        }
    }

    private static void Exponential(ReadOnlySpan<double> units, Span<double> seconds, double mean)
    {
        seconds = seconds[..units.Length];
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var one = Vector512<double>.One;
            for (; i <= units.Length - 8; i += 8)
            {
                var u = Vector512.Create(units.Slice(i, 8));
                var value = UnitExponential.Of(one - u) * Vector512.Create(mean);
                value.CopyTo(seconds.Slice(i, 8));
            }
        }

        for (; i < units.Length; i++)
        {
            seconds[i] = UnitExponential.Of(1.0 - units[i]) * mean;
        }
    }

    /// <summary>For each 256th of the shares the last point at or before it.</summary>
    private static int[] Guide(ReadOnlySpan<(double Share, double Seconds)> points)
    {
        var guide = new int[256];
        int point = 0;
        for (int i = 0; i < guide.Length; i++)
        {
            while (point < points.Length - 2 && points[point + 1].Share <= i / 256.0)
            {
                point++;
            }

            guide[i] = point;
        }

        return guide;
    }

    private static void AmongPoints(
        ReadOnlySpan<double> units, Span<double> seconds, ReadOnlySpan<(double Share, double Seconds)> points,
        int[] guide)
    {
        for (int i = 0; i < units.Length; i++)
        {
            double u = units[i];
            int point = guide[(int)(u * 256)];
            while (point < points.Length - 2 && points[point + 1].Share <= u)
            {
                point++;
            }

            ((double s0, double v0), (double s1, double v1)) = (points[point], points[point + 1]);
            seconds[i] = s1 > s0 ? v0 + ((v1 - v0) * (u - s0) / (s1 - s0)) : v1;
        }
    }
}
