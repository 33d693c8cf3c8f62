namespace Capacity.Tests.Conformance;

/// <summary>A recorded case that our code answers otherwise.</summary>
/// <param name="Case">Which case; what docs/conformance.md names it by is a part of this text.</param>
/// <param name="What">How it differs.</param>
internal sealed record CaseDifference(string Case, string What);

/// <summary>What one suite of recorded cases gave.</summary>
/// <param name="Suite">The name in the table.</param>
/// <param name="Cases">How many cases ran.</param>
/// <param name="Differences">Those that differ.</param>
internal sealed record SuiteResult(string Suite, int Cases, IReadOnlyList<CaseDifference> Differences)
{
    /// <summary>Lines below the table, for example the actions of a recorded run.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How the row's judgement is reached; without it every difference needs a name.</summary>
    public double ShareRequired { get; init; } = 1;

    /// <summary>The share of equal cases, 1 for none.</summary>
    public double Share => Cases == 0 ? 1 : 1 - ((double)Differences.Count / Cases);

    /// <summary>Fails with every difference, unless all cases are equal.</summary>
    public void AssertAllEqual()
    {
        Assert.True(
            Differences.Count == 0,
            $"{Suite}: {Differences.Count} of {Cases} differ\n"
            + string.Join("\n", Differences.Take(20).Select(d => $"{d.Case}\n  {d.What}")));
        Assert.True(Cases > 0, $"{Suite} has no cases");
    }
}
