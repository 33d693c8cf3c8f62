using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The load at which something breaks, as far as it was narrowed down.</summary>
/// <param name="Holds">Highest multiple of the expected load at which it still held; 0 when at none.</param>
/// <param name="Breaks">Lowest multiple at which it did not; +∞ when it held at all.</param>
public sealed record Headroom(double Holds, double Breaks)
{
    /// <summary>For all objectives together.</summary>
    public static Headroom Of(Readiness readiness) => Between(readiness.Levels, l => (double)l.Passed / l.Total);

    /// <summary>For one objective.</summary>
    /// <param name="readiness">With the levels.</param>
    /// <param name="objective">Its place in the scenario's order.</param>
    public static Headroom Of(Readiness readiness, int objective) =>
        Between(readiness.Levels, l => (double)l.PassedByObjective[objective] / l.Total);

    /// <summary>A multiple of the expected load in words: <c>1.25×</c>.</summary>
    public static string Factor(double value) =>
        value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture) + "×";

    /// <summary>The objectives with their headroom, the first to break first.</summary>
    public static IReadOnlyList<(Objective Objective, Headroom Headroom)> InOrder(
        Readiness readiness, IReadOnlyList<Objective> objectives) =>
    [
        .. objectives.Select((o, i) => (Objective: o, Headroom: Of(readiness, i)))
            .OrderBy(o => o.Headroom.Breaks).ThenBy(o => o.Headroom.Holds),
    ];

    /// <summary>The interval in words.</summary>
    public string Text => (Holds, Breaks) switch
    {
        (0, _) => $"below {Factor(Breaks)}",
        (_, double.PositiveInfinity) => $"{Factor(Holds)} or more",
        _ => NumberText.Range(Factor(Holds), Factor(Breaks)),
    };

    private static Headroom Between(IReadOnlyList<LoadLevel> levels, Func<LoadLevel, double> share)
    {
        double breaks = levels.Where(l => share(l) < Verdict.Target).Select(l => l.Factor)
            .DefaultIfEmpty(double.PositiveInfinity).Min();
        double holds = levels.Where(l => l.Factor < breaks).Select(l => l.Factor).DefaultIfEmpty(0).Max();
        return new Headroom(holds, breaks);
    }
}
