using System.Globalization;

namespace Capacity.Control.Linting;

/// <summary>A stretch of numbers.</summary>
/// <param name="Low">Lower end, may be −∞.</param>
/// <param name="LowOpen">Whether <paramref name="Low"/> itself is left out.</param>
/// <param name="High">Upper end, may be +∞.</param>
/// <param name="HighOpen">Whether <paramref name="High"/> itself is left out.</param>
internal readonly record struct Stretch(double Low, bool LowOpen, double High, bool HighOpen)
{
    public bool IsEmpty => Low > High || (Low >= High && (LowOpen || HighOpen));

    public Stretch Cut(Stretch other)
    {
        (double low, bool lowOpen) = Low > other.Low || (Low >= other.Low && LowOpen)
            ? (Low, LowOpen) : (other.Low, other.LowOpen);
        (double high, bool highOpen) = High < other.High || (High <= other.High && HighOpen)
            ? (High, HighOpen) : (other.High, other.HighOpen);
        return new Stretch(low, lowOpen, high, highOpen);
    }

    /// <summary>As a reader says it: "0.9 ≤ x &lt; 0.99".</summary>
    public string Text(string what)
    {
        string low = double.IsNegativeInfinity(Low) ? "" : $"{Number(Low)} {(LowOpen ? "<" : "≤")} ";
        string high = double.IsPositiveInfinity(High) ? "" : $" {(HighOpen ? "<" : "≤")} {Number(High)}";
        return low.Length > 0 && high.Length == 0 ? $"{what} {(LowOpen ? ">" : "≥")} {Number(Low)}" : low + what + high;
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}

/// <summary>A set of numbers: disjoint stretches, ascending.</summary>
internal sealed class ValueSet
{
    private const double Infinity = double.PositiveInfinity;
    private static readonly Stretch Everything = new(-Infinity, false, Infinity, false);

    private ValueSet(IReadOnlyList<Stretch> stretches) => Stretches = stretches;

    public static ValueSet All { get; } = new([Everything]);

    public static ValueSet None { get; } = new([]);

    public IReadOnlyList<Stretch> Stretches { get; }

    public bool IsEmpty => Stretches.Count == 0;

    public double Low => IsEmpty ? Infinity : Stretches[0].Low;

    public double High => IsEmpty ? -Infinity : Stretches[^1].High;

    public static ValueSet Between(double low, double high, bool lowOpen = false, bool highOpen = false)
    {
        var stretch = new Stretch(low, lowOpen, high, highOpen);
        return double.IsNaN(low) || double.IsNaN(high) ? All : stretch.IsEmpty ? None : new ValueSet([stretch]);
    }

    public static ValueSet Of(double value) => Between(value, value);

    public ValueSet And(ValueSet other) => new([.. Stretches
        .SelectMany(a => other.Stretches.Select(b => a.Cut(b))).Where(s => !s.IsEmpty).OrderBy(s => s.Low)]);

    /// <summary>The smallest single stretch around both.</summary>
    public ValueSet Around(ValueSet other) => IsEmpty ? other : other.IsEmpty ? this
        : Between(Math.Min(Low, other.Low), Math.Max(High, other.High));

    public ValueSet Not()
    {
        ValueSet rest = All;
        foreach (Stretch s in Stretches)
        {
            Stretch[] sides = [new(-Infinity, false, s.Low, !s.LowOpen), new(s.High, !s.HighOpen, Infinity, false)];
            // −∞ and +∞ belong to what reaches them.
            sides = [.. sides.Where(x => !x.IsEmpty && !(x.High == -Infinity) && !(x.Low == Infinity))];
            rest = rest.And(new ValueSet(sides));
        }

        return rest;
    }

    public bool IsWithin(ValueSet other) => And(other.Not()).IsEmpty;

    public string Text(string what) => string.Join(" or ", Stretches.Select(s => s.Text(what)));
}
