using System.Numerics;

namespace Capacity.Model;

/// <summary>
/// The open workload of one seeded run, request by request: when each arrives, which kind it is, and the unit draw
/// from which its service time is taken. The load engine and the simulator share it.
/// </summary>
/// <remarks>
/// Arrivals are drawn in units of expected requests and carried to seconds through the inverse of the profile's
/// integral, segment by segment: exact for every piecewise linear rate. Recorded arrivals come at their own instants.
/// </remarks>
public sealed partial class RequestStream
{
    private const int Batch = 1024;

    private readonly RateWalk _walk;
    private readonly ArrivalGaps _gaps;
    private readonly RecordedStream? _recorded; // null: all are drawn
    private readonly double[] _shareUpTo;
    private readonly BatchRandom _kinds;
    private readonly BatchRandom _units;
    private readonly double[] _gap = new double[Batch];
    private readonly double[] _mark = new double[Batch];
    private readonly double[] _unit = new double[Batch];
    private int _nextGap = Batch;
    private int _nextMark = Batch;
    private double _behind; // what came before the block of the next gap, in expected requests since the segment began

    /// <summary>Starts the stream.</summary>
    /// <param name="profile">Rate over time.</param>
    /// <param name="spacing">How arrivals cluster around it.</param>
    /// <param name="shares">Share of each request kind, ≥ 0; need not add up to 1. At least one.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="recorded">Stages in which recorded requests come instead, in order; null: none.</param>
    public RequestStream(
        ArrivalProfile profile, ArrivalSpacing spacing, IReadOnlyList<double> shares, ulong seed,
        IReadOnlyList<RecordedPhase>? recorded = null)
    {
        double sum = 0;
        _share = profile.Share;
        _shareUpTo = [.. shares.Select(s => sum += s)];
        _walk = new RateWalk(profile, spacing, seed);
        _gaps = new ArrivalGaps(spacing, seed, Batch);
        _recorded = recorded is { Count: > 0 } ? new RecordedStream(recorded, seed) : null;
        _kinds = new BatchRandom(seed, "kinds");
        _units = new BatchRandom(seed, "service-times");
        _gaps.FillFirst(_gap);
        AddUp();
    }

    /// <summary>Fills the next requests, those of other agents too.</summary>
    private int FillAll(Span<double> at, Span<int> kinds, Span<double> units)
    {
        int filled = 0;
        while (filled < at.Length && !_walk.IsOver)
        {
            RateSegment segment = _walk.Piece;
            if (_recorded is not null && _recorded.IsDue(segment))
            {
                int played = _recorded.Fill(segment, at[filled..], kinds[filled..]);
                FillRecordedMarks(kinds.Slice(filled, played), units.Slice(filled, played));
                filled += played;
                continue;
            }

            double limit = segment.Requests;
            if (_nextGap == Batch)
            {
                _gaps.Fill(_gap);
                AddUp();
            }

            int taken = TakeBelow(limit, at[filled..]);
            Invert(segment, at.Slice(filled, taken));
            FillMarks(kinds.Slice(filled, taken), units.Slice(filled, taken));
            filled += taken;
            if (filled < at.Length && _nextGap < Batch)
            {
                _behind -= limit;
                _walk.Advance();
            }
        }

        return filled;
    }

    /// <summary>Draws for recorded requests; a kind that was not recorded is −1, and drawn too.</summary>
    private void FillRecordedMarks(Span<int> kinds, Span<double> units)
    {
        Span<int> drawn = stackalloc int[Batch];
        for (int from = 0; from < kinds.Length; from += Batch)
        {
            int count = Math.Min(Batch, kinds.Length - from);
            FillMarks(drawn[..count], units.Slice(from, count));
            for (int i = 0; i < count; i++)
            {
                kinds[from + i] = kinds[from + i] < 0 ? drawn[i] : kinds[from + i];
            }
        }
    }

    /// <summary>Adds up the gaps that were drawn, within each block.</summary>
    private void AddUp()
    {
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
            Vector.MinNative(from + (new Vector<double>(values[i..]) * perRequest), to).CopyTo(values[i..]);
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
            if (_nextMark == Batch && kinds.Length - filled >= Batch && _shareUpTo.Length == 1)
            {
                _units.FillUnits(units.Slice(filled, Batch)); // where they are wanted, in the same order
                kinds.Slice(filled, Batch).Clear();
                filled += Batch;
                continue;
            }

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
