namespace Capacity.Model;

/// <summary>A stretch of time in which the arrival rate changes linearly.</summary>
/// <param name="From">Seconds since the start of the run.</param>
/// <param name="To">Seconds since the start of the run, &gt; <paramref name="From"/>.</param>
/// <param name="FromRate">Requests per second at <paramref name="From"/>, ≥ 0.</param>
/// <param name="ToRate">Requests per second at <paramref name="To"/>, ≥ 0.</param>
public readonly record struct RateSegment(double From, double To, double FromRate, double ToRate)
{
    /// <summary>Expected requests in the segment.</summary>
    public double Requests => (To - From) * (FromRate + ToRate) / 2;

    /// <summary>Requests per second at an instant of the segment.</summary>
    /// <param name="at">Seconds since the start of the run.</param>
    public double RateAt(double at) => at <= From ? FromRate
        : at >= To ? ToRate
        : FromRate + ((ToRate - FromRate) * (at - From) / (To - From));
}

/// <summary>Arrival rate over time, piecewise linear; segments follow each other without gaps from second 0.</summary>
/// <param name="Segments">In order; empty means no open arrivals at all.</param>
public sealed record ArrivalProfile(IReadOnlyList<RateSegment> Segments)
{
    /// <summary>Seconds; 0 when empty.</summary>
    public double Duration => Segments.Count == 0 ? 0 : Segments[^1].To;

    /// <summary>Expected requests in the whole profile.</summary>
    public double Requests => Segments.Sum(s => s.Requests);

    /// <summary>Highest rate, requests per second; 0 when empty.</summary>
    public double Peak => Segments.Count == 0 ? 0 : Segments.Max(s => Math.Max(s.FromRate, s.ToRate));
}
