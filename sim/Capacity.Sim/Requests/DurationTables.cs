using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Capacity.Model;

namespace Capacity.Sim.Requests;

/// <summary>Turns uniform draws into durations, a batch at a time; each request kind has its own law.</summary>
/// <remarks>
/// A single constant, uniform or exponential law is exact. Smooth laws otherwise go through a table of their quantile
/// function with 64 points per octave of the upper tail and straight lines between them. Empirical laws may
/// have jumps; they keep their own points, found through a guide over equal shares.
/// </remarks>
internal sealed class DurationTables
{
    private const int PerOctave = 64;
    private const int Octaves = 53;
    private const int Shift = 52 - 6;
    private const int FirstKey = (1023 - Octaves) << 6;
    private const int TailLength = (Octaves * PerOctave) + 2;
    private const int GuideLength = 4096;

    private readonly ServiceLaw? _only; // when there is one law, and it needs no table
    private readonly bool[] _isEmpirical;
    private readonly double[] _tails; // one per law
    private readonly int[] _guides; // one per law
    private readonly Segment[] _segments; // those of one law after those of the other
    private readonly double[] _empirical = new double[RequestBatch.Size];

    /// <summary>Prepares laws.</summary>
    /// <param name="laws">By kind; at least one.</param>
    public DurationTables(params IReadOnlyList<ServiceLaw> laws)
    {
        _only = laws is [ServiceLaw.Constant or ServiceLaw.Uniform or ServiceLaw.Exponential] ? laws[0] : null;
        _isEmpirical = [.. laws.Select(law => law is ServiceLaw.Empirical)];
        bool anySmooth = _isEmpirical.Contains(false) && _only is null;
        bool anyEmpirical = _isEmpirical.Contains(true);
        _tails = new double[anySmooth ? TailLength * laws.Count : 0];
        _guides = new int[anyEmpirical ? GuideLength * laws.Count : 0];
        var segments = new List<Segment>();
        for (int kind = 0; kind < laws.Count; kind++)
        {
            if (laws[kind] is ServiceLaw.Empirical empirical)
            {
                AddSegments(empirical, segments, _guides.AsSpan(kind * GuideLength, GuideLength));
            }
            else if (anySmooth)
            {
                AddTail(laws[kind], _tails.AsSpan(kind * TailLength, TailLength));
            }
        }

        _segments = [.. segments];
    }

    /// <summary>Durations for uniform draws.</summary>
    /// <param name="units">Each 0 ≤ u &lt; 1; at most <see cref="RequestBatch.Size"/>.</param>
    /// <param name="kinds">Which law each follows; at least as long.</param>
    /// <param name="seconds">At least as long.</param>
    public void Fill(ReadOnlySpan<double> units, ReadOnlySpan<int> kinds, Span<double> seconds)
    {
        seconds = seconds[..units.Length];
        kinds = kinds[..units.Length];
        switch (_only)
        {
            case ServiceLaw.Constant(double always):
                seconds.Fill(always);
                return;
            case ServiceLaw.Uniform(double from, double to):
                Stretch(units, seconds, from, to - from);
                return;
            case ServiceLaw.Exponential(double mean):
                Exponential(units, seconds, mean);
                return;
            default:
                break;
        }

        if (_segments.Length == 0)
        {
            AmongTails(units, kinds, seconds, _tails);
        }
        else if (_tails.Length == 0)
        {
            AmongSegments(units, kinds, seconds, _segments, _guides);
        }
        else
        {
            AmongTails(units, kinds, seconds, _tails);
            AmongSegments(units, kinds, _empirical, _segments, _guides);
            for (int i = 0; i < seconds.Length; i++)
            {
                seconds[i] = _isEmpirical[kinds[i]] ? _empirical[i] : seconds[i];
            }
        }
    }

    private static void AddTail(ServiceLaw law, Span<double> table)
    {
        for (int i = 0; i < table.Length; i++)
        {
            double above = BitConverter.Int64BitsToDouble((long)(FirstKey + i) << Shift); // the share that takes longer
            table[i] = law.Quantile(Math.Clamp(1 - above, 0, 1 - (1.0 / (1L << 53))));
        }

        if (law is ServiceLaw.Gamma or ServiceLaw.Pareto or ServiceLaw.Hyperexponential)
        {
            KeepMean(law.MeanSeconds, table);
        }
    }

    /// <summary>Straight lines miss a little of a bent function: gives the table exactly the mean of the law.</summary>
    private static void KeepMean(double mean, Span<double> table)
    {
        double sum = 0;
        double lowest = 0; // what the first point, where everything takes longer, weighs
        for (int i = 0; i + 1 < table.Length - 1; i++)
        {
            double from = BitConverter.Int64BitsToDouble((long)(FirstKey + i) << Shift);
            double to = BitConverter.Int64BitsToDouble((long)(FirstKey + i + 1) << Shift);
            sum += (to - from) * (table[i] + table[i + 1]) / 2;
            lowest = (to - from) / 2;
        }

        double instead = table[^2] + ((mean - sum) / lowest);
        if (instead >= table[^2] && instead <= table[^3])
        {
            table[^2] = instead;
            return;
        }

        for (int i = 0; i < table.Length; i++)
        {
            table[i] *= mean / sum;
        }
    }

    private static void AddSegments(ServiceLaw.Empirical law, List<Segment> segments, Span<int> guide)
    {
        int first = segments.Count;
        for (int i = 0; i < law.Points.Count - 1; i++)
        {
            ((double s0, double v0), (double s1, double v1)) = (law.Points[i], law.Points[i + 1]);
            if (s1 > s0)
            {
                segments.Add(new Segment(s0, s1, v0, (v1 - v0) / (s1 - s0)));
            }
        }

        segments[^1] = segments[^1] with { To = double.PositiveInfinity };
        int segment = first;
        for (int i = 0; i < guide.Length; i++)
        {
            while (segments[segment].To <= (double)i / guide.Length)
            {
                segment++;
            }

            guide[i] = segment;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AmongTails(
        ReadOnlySpan<double> units, ReadOnlySpan<int> kinds, Span<double> seconds, double[] tails)
    {
        unchecked
        {
            ref double first = ref MemoryMarshal.GetArrayDataReference(tails);
            kinds = kinds[..units.Length];
            seconds = seconds[..units.Length];
            for (int i = 0; i < units.Length; i++)
            {
                long bits = BitConverter.DoubleToInt64Bits(1.0 - units[i]);
                int key = (int)(bits >> Shift) - FirstKey + (kinds[i] * TailLength);
                double within = BitConverter.Int64BitsToDouble(
                    ((bits << 6) & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000) - 1.0;
                ref double point = ref Unsafe.Add(ref first, (nint)key);
                double low = point;
                seconds[i] = low + (within * (Unsafe.Add(ref point, 1) - low));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AmongSegments(
        ReadOnlySpan<double> units, ReadOnlySpan<int> kinds, Span<double> seconds, Segment[] segments, int[] guides)
    {
        unchecked
        {
            ref Segment first = ref MemoryMarshal.GetArrayDataReference(segments);
            ref int guide = ref MemoryMarshal.GetArrayDataReference(guides);
            for (int i = 0; i < units.Length; i++)
            {
                double u = units[i];
                int cell = (kinds[i] * GuideLength) + double.ConvertToIntegerNative<int>(u * GuideLength);
                ref Segment segment = ref Unsafe.Add(ref first, Unsafe.Add(ref guide, cell));
                while (u >= segment.To)
                {
                    segment = ref Unsafe.Add(ref segment, 1);
                }

                seconds[i] = segment.Value + ((u - segment.From) * segment.Slope);
            }
        }
    }

    private static void Stretch(ReadOnlySpan<double> units, Span<double> seconds, double from, double width)
    {
        for (int i = 0; i < units.Length; i++)
        {
            seconds[i] = from + (units[i] * width);
        }
    }

    private static void Exponential(ReadOnlySpan<double> units, Span<double> seconds, double mean)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref double from = ref MemoryMarshal.GetReference(units);
            ref double to = ref MemoryMarshal.GetReference(seconds); // as long
            for (; i <= units.Length - 8; i += 8)
            {
                Vector512<double> above = Vector512<double>.One - Vector512.LoadUnsafe(ref from, (nuint)i);
                (UnitExponential.Of(above) * Vector512.Create(mean)).StoreUnsafe(ref to, (nuint)i);
            }
        }

        for (; i < units.Length; i++)
        {
            seconds[i] = UnitExponential.Of(1.0 - units[i]) * mean;
        }
    }

    /// <summary>A straight piece of a quantile function.</summary>
    private readonly record struct Segment(double From, double To, double Value, double Slope);
}
