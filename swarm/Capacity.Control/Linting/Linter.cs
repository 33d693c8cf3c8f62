using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Finds what is valid but does not do what was meant.</summary>
public static class Linter
{
    private static readonly IReadOnlyList<Func<LintContext, IEnumerable<Diagnostic>>> Checks =
    [
        ThresholdChecks.Find,
        SelectorChecks.Buckets,
        SelectorChecks.Windows,
        WaitChecks.Rounded,
        WaitChecks.TooLong,
        ScalingChecks.Opposites,
        ScalingChecks.Idle,
        ScalingChecks.Labels,
        ScalingChecks.Bounds,
        NameChecks.Collisions,
        NameChecks.Prefixes,
        AlertmanagerChecks.Unrouted,
        AlertmanagerChecks.GroupLabels,
        AlertmanagerChecks.Repeats,
        AlertmanagerChecks.Resolved,
        UnreachableChecks.Routes,
        UnreachableChecks.Receivers,
    ];

    /// <summary>Runs all checks.</summary>
    /// <param name="context">Rules, and as much of the other files as there is.</param>
    /// <returns>RUL101–RUL113 and AM101–AM107, by file and line.</returns>
    public static IReadOnlyList<Diagnostic> Run(LintContext context) =>
    [
        .. Checks.SelectMany(check => check(context)).Distinct()
            .OrderBy(d => ReferenceEquals(d.At.Source, context.AlertmanagerText)).ThenBy(d => d.At.Line)
            .ThenBy(d => d.At.Column).ThenBy(d => d.Code, StringComparer.Ordinal),
    ];
}
