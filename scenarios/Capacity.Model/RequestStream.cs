namespace Capacity.Model;

/// <summary>
/// The open workload of one seeded run, request by request: when each arrives, which kind it is, and the unit draw
/// from which its service time is taken. The load engine and the simulator share it.
/// </summary>
public sealed class RequestStream
{
    private readonly ArrivalProfile _profile;
    private readonly ArrivalSpacing _spacing;
    private readonly double[] _shareUpTo;
    private readonly RandomSource _arrivals;
    private readonly RandomSource _kinds;
    private readonly RandomSource _units;
    private int _segment;
    private double _done; // expected requests in the segments before the current one
    private double _next; // the next arrival, measured in expected requests since the start

    /// <summary>Starts the stream.</summary>
    /// <param name="profile">Rate over time.</param>
    /// <param name="spacing">Poisson or even.</param>
    /// <param name="shares">Share of each request kind, ≥ 0; need not add up to 1. At least one.</param>
    /// <param name="seed">Seed of the run.</param>
    public RequestStream(ArrivalProfile profile, ArrivalSpacing spacing, IReadOnlyList<double> shares, ulong seed)
    {
        _profile = profile;
        _spacing = spacing;
        double sum = 0;
        _shareUpTo = [.. shares.Select(s => sum += s)];
        _arrivals = new RandomSource(seed, "arrivals");
        _kinds = new RandomSource(seed, "kinds");
        _units = new RandomSource(seed, "service-times");
        _next = spacing == ArrivalSpacing.Even ? 0.5 : _arrivals.NextExponential(1);
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
            RateSegment s = _profile.Segments[_segment];
            double within = _next - _done;
            if (within >= s.Requests)
            {
                _done += s.Requests;
                _segment++;
                continue;
            }

            at[filled] = s.From + Invert(s, within);
            double mark = _kinds.NextUnit() * _shareUpTo[^1];
            int kind = 0;
            while (kind < _shareUpTo.Length - 1 && mark >= _shareUpTo[kind])
            {
                kind++;
            }

            kinds[filled] = kind;
            units[filled] = _units.NextUnit();
            filled++;
            _next += _spacing == ArrivalSpacing.Even ? 1 : _arrivals.NextExponential(1);
        }

        return filled;
    }

    /// <summary>Seconds after the segment's start at which so many requests are expected.</summary>
    private static double Invert(in RateSegment s, double requests)
    {
        double slope = (s.ToRate - s.FromRate) / (s.To - s.From);
        double root = Math.Sqrt(Math.Max(0, (s.FromRate * s.FromRate) + (2 * slope * requests)));
        return s.FromRate + root > 0 ? 2 * requests / (s.FromRate + root) : 0; // stable also for slope → 0
    }
}
