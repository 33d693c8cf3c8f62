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

/// <summary>One question that a launch must answer, with the evidence as an interval.</summary>
/// <remarks>
/// Source: facts/capacity-planning.md section G, after Google's launch checklist and production readiness reviews:
/// a gate is failed or passed when the interval lies on one side of the threshold, else nothing is known.
/// </remarks>
/// <param name="Name">Short, for tables: <c>headroom</c>.</param>
/// <param name="Hard">Whether a launch without it is a no-go; a soft one makes it a go with a condition.</param>
/// <param name="What">What is measured, in words.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Threshold">In <paramref name="Unit"/>.</param>
/// <param name="Low">Lower end of what was found; NaN when nothing was.</param>
/// <param name="High">Upper end; NaN when nothing was.</param>
/// <param name="Unit">share, factor, count, seconds or requests.</param>
/// <param name="Detail">Where the numbers come from.</param>
/// <param name="Condition">What to do before the launch when it does not pass.</param>
public sealed record Gate(
    string Name, bool Hard, string What, bool AtLeast, double Threshold, double Low, double High, GateUnit Unit,
    string Detail, string Condition)
{
    /// <summary>What the evidence says.</summary>
    public GateState State => double.IsNaN(Low) || double.IsNaN(High) ? GateState.Unknown
        : AtLeast ? (Low >= Threshold ? GateState.Pass : High < Threshold ? GateState.Fail : GateState.Unknown)
        : High <= Threshold ? GateState.Pass
        : Low > Threshold ? GateState.Fail : GateState.Unknown;

    /// <summary>How far the worse end of the interval is on the good side, in <see cref="Unit"/>; negative beyond the
    /// threshold; NaN without evidence.</summary>
    public double Margin => AtLeast ? Low - Threshold : Threshold - High;

    /// <summary>The threshold in words.</summary>
    [JsonIgnore]
    public string ThresholdText => $"{(AtLeast ? "≥" : "≤")} {Text(Threshold)}";

    /// <summary>What was found, in words.</summary>
    [JsonIgnore]
    public string ObservedText => double.IsNaN(Low) || double.IsNaN(High) ? "no evidence"
        : double.IsPositiveInfinity(High) ? $"{Text(Low)} or more"
        : Text(Low) == Text(High) ? Text(Low)
        : NumberText.Range(Text(Low), Text(High));

    private string Text(double value) => Unit switch
    {
        GateUnit.Share => NumberText.Percent(value),
        GateUnit.Factor => $"{value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)}×",
        GateUnit.Seconds => Capacity.Model.DurationText.Format(value),
        _ => NumberText.Count(value),
    };
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
