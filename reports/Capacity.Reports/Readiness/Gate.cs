using System.Globalization;
using System.Text.Json.Serialization;

namespace Capacity.Reports;

/// <summary>What the evidence says about a gate.</summary>
public enum GateState
{
    /// <summary>The whole interval is on the good side.</summary>
    Pass,

    /// <summary>The whole interval is on the bad side.</summary>
    Fail,

    /// <summary>The interval contains the threshold, or there is no evidence.</summary>
    Unknown,
}

/// <summary>What follows when a gate does not pass.</summary>
public enum GateKind
{
    /// <summary>Failed: a no-go. Unknown: not enough evidence.</summary>
    Hard,

    /// <summary>About the evidence rather than the launch: failed or unknown, there is not enough of it.</summary>
    Evidence,

    /// <summary>Failed or unknown: a condition of the go.</summary>
    Soft,
}

/// <summary>What a gate counts in.</summary>
public enum GateUnit
{
    /// <summary>A share of launches, 0 to 1.</summary>
    Share,

    /// <summary>A multiple of the expected load.</summary>
    Factor,

    /// <summary>A number of things.</summary>
    Count,

    /// <summary>Seconds.</summary>
    Seconds,
}

/// <summary>One question that a launch must answer, with the evidence as an interval.</summary>
/// <remarks>
/// A gate passes or fails when its whole interval lies on one side of the threshold; else nothing is known.
/// Source: launch checklists and production readiness reviews of large sites, which ask for evidence, not opinions.
/// </remarks>
/// <param name="Name">Short, for tables: <c>headroom</c>.</param>
/// <param name="Kind">What follows when it does not pass.</param>
/// <param name="What">What is measured, in words.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Threshold">In <paramref name="Unit"/>.</param>
/// <param name="Low">Lower end of what was found; NaN when nothing was.</param>
/// <param name="High">Upper end; NaN with a lower end: no upper end is known.</param>
/// <param name="Unit">What it counts in.</param>
/// <param name="Detail">Where the numbers come from.</param>
/// <param name="Condition">What to do before the launch when it does not pass.</param>
public sealed record Gate(
    string Name, GateKind Kind, string What, bool AtLeast, double Threshold, double Low, double High, GateUnit Unit,
    string Detail, string Condition)
{
    /// <summary>What the evidence says.</summary>
    public GateState State => double.IsNaN(Low) ? GateState.Unknown
        : AtLeast ? (Low >= Threshold ? GateState.Pass : High < Threshold ? GateState.Fail : GateState.Unknown)
        : Low > Threshold ? GateState.Fail
        : High <= Threshold ? GateState.Pass : GateState.Unknown;

    /// <summary>How far the worse end of the interval is on the good side, in <see cref="Unit"/>; negative beyond the
    /// threshold; NaN when that end is not known.</summary>
    public double Margin => AtLeast ? Low - Threshold : Threshold - High;

    /// <summary>Its kind in a word.</summary>
    [JsonIgnore]
    public string KindText => Kind switch
    {
        GateKind.Hard => "hard",
        GateKind.Evidence => "evidence",
        _ => "soft",
    };

    /// <summary>The threshold in words.</summary>
    [JsonIgnore]
    public string ThresholdText => !AtLeast && Threshold == 0 ? "none" : $"{(AtLeast ? "≥" : "≤")} {Text(Threshold)}";

    /// <summary>What was found, in words.</summary>
    [JsonIgnore]
    public string ObservedText => double.IsNaN(Low) ? "no evidence"
        : double.IsNaN(High) ? $"{Text(Low)} or more"
        : Text(Low) == Text(High) ? Text(Low)
        : Unit == GateUnit.Share ? NumberText.PercentRange(Low, High)
        : NumberText.Range(Text(Low), Text(High));

    private string Text(double value) => Unit switch
    {
        GateUnit.Share => NumberText.Percent(value),
        GateUnit.Factor => $"{value.ToString("0.##", CultureInfo.InvariantCulture)}×",
        GateUnit.Seconds => NumberText.Length(value),
        _ => NumberText.Count(value),
    };
}
