using System.Numerics;

namespace Capacity.Model;

/// <summary>
/// The open workload of one seeded run, request by request: when each arrives, which kind it is, and the unit draw
/// from which its service time is taken. The load engine and the simulator share it.
/// </summary>
/// <remarks>
/// Arrivals are drawn in units of expected requests and carried to seconds through the inverse of the profile's
/// integral, segment by segment: exact for every piecewise linear rate.
/// </remarks>
public sealed class RequestStream
{
    private const int Batch = 1024;

    private readonly ArrivalProfile _profile;
    private readonly double[] _shareUpTo;
    private readonly BatchRandom? _arrivals; // null: evenly spaced
    private readonly BatchRandom _kinds;
    private readonly BatchRandom _units;
    private readonly double[] _gap = new double[Batch];
    private readonly double[] _mark = new double[Batch];
    private readonly double[] _unit = new double[Batch];
    private int _nextGap = Batch;
    private int _nextMark = Batch;
    private int _segment;
    private double _behind; // what came before the block of the next gap, in expected requests since the segment began

    /// <summary>Starts the stream.</summary>
    /// <param name="profile">Rate over time.</param>
    /// <param name="spacing">Poisson or even.</param>
    /// <param name="shares">Share of each request kind, ≥ 0; need not add up to 1. At least one.</param>
    /// <param name="seed">Seed of the run.</param>
    public RequestStream(ArrivalProfile profile, ArrivalSpacing spacing, IReadOnlyList<double> shares, ulong seed)
    {
        _profile = profile;
        double sum = 0;
        _shareUpTo = [.. shares.Select(s => sum += s)];
        _arrivals = spacing == ArrivalSpacing.Even ? null : new BatchRandom(seed, "arrivals");
        _kinds = new BatchRandom(seed, "kinds");
        _units = new BatchRandom(seed, "service-times");
        _behind = _arrivals is null ? -0.5 : 0;
        Refill();
    }

    /// <summary>Fills the next requests, in order of arrival.</summary>
    /// <param name="at">Seconds since the start of the run.</param>
    /// <param name="kinds">Index of the request kind.</param>
    /// <param name="units">Uniform on [0, 1): the quantile of the kind's service law.</param>
    /// <returns>How many were filled; fewer than asked only at the end of the profile.</returns>
    public int Fill(Span<double> at, Span<int> kinds, Span<double> units)
    {
        int filled = 0;
        while (filled < at.Length && _segment < _profile.Segments.Count)
        {
            RateSegment segment = _profile.Segments[_segment];
            double limit = segment.Requests;
            if (_nextGap == Batch)
            {
                Refill();
            }

            int taken = TakeBelow(limit, at[filled..]);
            Invert(segment, at.Slice(filled, taken));
            filled += taken;
            if (filled < at.Length && _nextGap < Batch)
            {
                _behind -= limit;
                _segment++;
            }
        }

        FillMarks(kinds[..filled], units[..filled]);
        return filled;
    }

    /// <summary>Draws gaps, and adds them up within each block.</summary>
    private void Refill()
    {
        if (_arrivals is null)
        {
            Array.Fill(_gap, 1);
        }
        else
        {
            _arrivals.FillExponentials(_gap);
        }

        RunningSums.OfBlocks(_gap);
        _nextGap = 0;
    }

    /// <summary>Takes the next arrivals, as far as they are below a limit and within the gaps that are drawn.</summary>
    /// <param name="limit">Expected requests since the segment began.</param>
    /// <param name="at">Receives expected requests since the segment began.</param>
    /// <returns>How many were taken.</returns>
    private int TakeBelow(double limit, Span<double> at)
    {
        int i = 0;
        while (i < at.Length && _nextGap < Batch)
        {
            if (_nextGap % RunningSums.Block == 0)
            {
                int most = Math.Min(at.Length - i, Batch - _nextGap);
                int taken = RunningSums.AddBelow(limit, _gap.AsSpan(_nextGap, most), at[i..], ref _behind);
                i += taken;
                _nextGap += taken;
                if (i == at.Length || _nextGap == Batch)
                {
                    break;
                }
            }

            double next = _behind + _gap[_nextGap];
            if (!(next < limit))
            {
                break;
            }

            at[i] = next;
            i++;
            _nextGap++;
            _behind = _nextGap % RunningSums.Block == 0 ? next : _behind;
        }

        return i;
    }

    /// <summary>Expected requests since the segment's start → seconds since the start of the run, in place.</summary>
    private static void Invert(in RateSegment s, Span<double> values)
    {
        if (s.FromRate == s.ToRate)
        {
            InvertConstant(s, values);
            return;
        }

        // 2w / (a + √(a² + 2bw)) is stable also for slope b → 0, where it is w / a.
        double slope = (s.ToRate - s.FromRate) / (s.To - s.From);
        var from = new Vector<double>(s.From);
        var to = new Vector<double>(s.To);
        var rate = new Vector<double>(s.FromRate);
        var square = new Vector<double>(s.FromRate * s.FromRate);
        var twiceSlope = new Vector<double>(2 * slope);
        var two = new Vector<double>(2);
        var least = new Vector<double>(1e-300);
        int i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var w = new Vector<double>(values[i..]);
            Vector<double> root = Vector.SquareRoot(Vector.Max(Vector<double>.Zero, square + (twiceSlope * w)));
            Vector<double> at = from + (two * w / Vector.Max(least, rate + root));
            Vector.Min(at, to).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            double w = values[i];
            double root = Math.Sqrt(Math.Max(0, (s.FromRate * s.FromRate) + (2 * slope * w)));
            values[i] = Math.Min(s.From + (2 * w / Math.Max(1e-300, s.FromRate + root)), s.To);
        }
    }

    private static void InvertConstant(in RateSegment s, Span<double> values)
    {
        double perRequest = 1 / s.FromRate; // not 0: such a segment holds no requests
        var from = new Vector<double>(s.From);
        var to = new Vector<double>(s.To);
        int i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector.Min(from + (new Vector<double>(values[i..]) * perRequest), to).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Math.Min(s.From + (values[i] * perRequest), s.To);
        }
    }

    private void FillMarks(Span<int> kinds, Span<double> units)
    {
        for (int filled = 0; filled < kinds.Length;)
        {
            if (_nextMark == Batch)
            {
                _units.FillUnits(_unit);
                if (_shareUpTo.Length > 1)
                {
                    _kinds.FillUnits(_mark);
                }

                _nextMark = 0;
            }

            int count = Math.Min(kinds.Length - filled, Batch - _nextMark);
            _unit.AsSpan(_nextMark, count).CopyTo(units[filled..]);
            Choose(_mark.AsSpan(_nextMark, count), kinds.Slice(filled, count));
            _nextMark += count;
            filled += count;
        }
    }

    private void Choose(ReadOnlySpan<double> marks, Span<int> kinds)
    {
        kinds.Clear();
        for (int boundary = 0; boundary < _shareUpTo.Length - 1; boundary++)
        {
            double upTo = _shareUpTo[boundary] / _shareUpTo[^1];
            for (int i = 0; i < marks.Length && i < kinds.Length; i++)
            {
                kinds[i] += marks[i] >= upTo ? 1 : 0;
            }
        }
    }
}
