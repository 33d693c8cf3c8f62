namespace Capacity.Sim.WhatIf;

/// <summary>What the number of a knob means.</summary>
public enum KnobUnit
{
    /// <summary>A whole number of replicas or workers.</summary>
    Count,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>A share, 1 is all.</summary>
    Share,

    /// <summary>A factor, 1 changes nothing.</summary>
    Factor,

    /// <summary>Requests per second.</summary>
    Rate,
}

/// <summary>One setting that can be turned to see what it would do.</summary>
/// <param name="Id">Short and stable: it stands in addresses. For example <c>scaleMax</c>.</param>
/// <param name="Group">Policy, Rules, Timers, Service or Traffic; rules add the alert's name.</param>
/// <param name="Name">For people: <c>maximum replicas</c>.</param>
/// <param name="Unit">What its number means.</param>
/// <param name="Stops">Values to stop at, ascending, at least two; the configured value is one of them.</param>
/// <param name="Value">As configured.</param>
/// <param name="Place">What it is in the user's files: <c>com.df.scaleMax</c>.</param>
public sealed record Knob(
    string Id, string Group, string Name, KnobUnit Unit, IReadOnlyList<double> Stops, double Value, string Place)
{
    /// <summary>Whether values between the stops mean nothing: numbers of replicas, bounds of buckets.</summary>
    public bool StopsOnly { get; init; }

    /// <summary>The nearest value that the knob takes.</summary>
    /// <param name="wanted">Any number; NaN gives the configured value.</param>
    /// <returns>Between the first and the last stop; with <see cref="StopsOnly"/> one of the stops.</returns>
    public double Nearest(double wanted)
    {
        if (double.IsNaN(wanted))
        {
            return Value;
        }

        double within = Math.Clamp(wanted, Stops[0], Stops[^1]) + 0.0; // no negative zero: it would be written
        return StopsOnly ? Stops.MinBy(stop => Math.Abs(stop - within))
            : Unit == KnobUnit.Count ? Math.Round(within, MidpointRounding.AwayFromZero)
            : Unit == KnobUnit.Seconds ? Math.Round(within, 3) : Math.Round(within, 4);
    }

    /// <summary>Makes a knob whose stops hold the configured value.</summary>
    internal static Knob Of(
        string id, string group, string name, KnobUnit unit, double value, string place, IEnumerable<double> stops,
        bool stopsOnly = false) =>
        new(id, group, name, unit, [.. stops.Append(value).Distinct().Order()], value, place)
        {
            StopsOnly = stopsOnly,
        };
}
