using Capacity.Model;

namespace Capacity.Reports;

/// <summary>One side of a comparison: runs of one build under one load.</summary>
/// <param name="Label">How messages name it: a folder, a file, an address.</param>
/// <param name="Shape">The load of all its runs.</param>
/// <param name="Runs">At least one.</param>
public sealed record ComparedSet(string Label, LoadShape Shape, IReadOnlyList<ComparedRun> Runs)
{
    /// <summary>Puts whole results together.</summary>
    /// <param name="label">How messages name the side.</param>
    /// <param name="results">Files and what they hold.</param>
    /// <returns>The side, or CAP177 (no runs), CAP178 (runs of several loads) or CAP179 (an interrupted run).</returns>
    public static Parsed<ComparedSet> Of(string label, IReadOnlyList<(SourceText File, RunResult Run)> results)
    {
        if (results.Count == 0)
        {
            return new Diagnostic("CAP177", SourceSpan.None, $"there are no runs in {label}",
                "'capacity run SCENARIO --json FILE' stores one; a verdict needs at least 6 on each side");
        }

        var diagnostics = new List<Diagnostic>();
        (SourceText first, RunResult run) = results[0];
        var shape = LoadShape.Of(run);
        foreach ((SourceText file, RunResult other) in results)
        {
            if (other.Partial)
            {
                diagnostics.Add(new Diagnostic("CAP179", new SourceSpan(file, 1, 1, 1), "this run was interrupted",
                    "leave it out: its quantiles are those of another load"));
            }
            else if (!run.Partial && shape.DifferencesTo(LoadShape.Of(other)) is { Count: > 0 } differences)
            {
                diagnostics.Add(new Diagnostic("CAP178", new SourceSpan(file, 1, 1, 1),
                    $"this run has another load than {first.Path} on the same side: {string.Join("; ", differences)}",
                    "put the runs of one load into a folder of their own"));
            }
        }

        return diagnostics.Count > 0
            ? Parsed<ComparedSet>.Failed(diagnostics)
            : new ComparedSet(label, shape, [.. results.Select(r => ComparedRun.Of(r.Run))]);
    }
}

/// <summary>Two runs of the same arrivals, one of each side.</summary>
/// <param name="Before">Of the build that is the measure.</param>
/// <param name="After">Of the build that is judged.</param>
public sealed record RunPair(ComparedRun Before, ComparedRun After);

/// <summary>Makes pairs of two sides.</summary>
public static class RunPairs
{
    private const double RequestsMayDiffer = 0.05; // users that wait longer send less; other rates differ by more

    /// <summary>Pairs runs of the same seed, in the order in which they were made.</summary>
    /// <param name="before">The measure.</param>
    /// <param name="after">What is judged.</param>
    /// <returns>At least one pair, or CAP180 (the loads differ) or CAP181 (no seed in common).</returns>
    public static Parsed<IReadOnlyList<RunPair>> Of(ComparedSet before, ComparedSet after)
    {
        IReadOnlyList<string> differences = before.Shape.DifferencesTo(after.Shape);
        if (differences.Count > 0)
        {
            return NotComparable(differences);
        }

        var pairs = new List<RunPair>();
        foreach (IGrouping<ulong, ComparedRun> ofSeed in before.Runs.GroupBy(r => r.Seed).OrderBy(g => g.Key))
        {
            // A simulated run gives the same numbers however often it is repeated: that is no further evidence.
            int most = before.Shape.Provenance == Provenance.Simulated ? 1 : int.MaxValue;
            pairs.AddRange(InOrder(ofSeed).Zip(InOrder(after.Runs.Where(r => r.Seed == ofSeed.Key)),
                (a, b) => new RunPair(a, b)).Take(most));
        }

        if (pairs.Count == 0)
        {
            return new Diagnostic("CAP181", SourceSpan.None,
                $"{before.Label} and {after.Label} have no seed in common ({Seeds(before)} and {Seeds(after)}), so "
                + "their arrivals differ", "run both sides with the same seeds: --seed 1, --seed 2 and so on");
        }

        bool known = before.Shape.Digest is not null && after.Shape.Digest is not null;
        RunPair? other = known ? null : pairs.Find(p =>
            Math.Abs(p.Before.Totals.Scheduled - p.After.Totals.Scheduled)
                > RequestsMayDiffer * Math.Max(p.Before.Totals.Scheduled, p.After.Totals.Scheduled));
        return other is null
            ? pairs
            : NotComparable([FormattableString.Invariant(
                $"requests with seed {other.Before.Seed}: {other.Before.Totals.Scheduled} and ")
                + FormattableString.Invariant($"{other.After.Totals.Scheduled}")]);
    }

    /// <summary>Whether both sides were measured pair after pair, so that a slow drift meets both alike.</summary>
    /// <returns>False as well when a run does not say when it began.</returns>
    public static bool InTurns(IReadOnlyList<RunPair> pairs)
    {
        if (pairs.Any(p => p.Before.StartedAt is null || p.After.StartedAt is null))
        {
            return false;
        }

        (DateTimeOffset From, DateTimeOffset To)[] spans =
        [
            .. pairs.Select(p => (A: p.Before.StartedAt!.Value, B: p.After.StartedAt!.Value))
                .Select(p => p.A < p.B ? (p.A, p.B) : (p.B, p.A)).Order(),
        ];
        return spans.Zip(spans.Skip(1), (one, next) => one.To < next.From).All(apart => apart);
    }

    private static Diagnostic NotComparable(IReadOnlyList<string> differences) => new(
        "CAP180", SourceSpan.None, $"the two sides cannot be compared; {string.Join("; ", differences)}",
        "make both with the same scenario, seeds and options");

    private static IOrderedEnumerable<ComparedRun> InOrder(IEnumerable<ComparedRun> runs) =>
        runs.OrderBy(r => r.StartedAt ?? DateTimeOffset.MinValue);

    private static string Seeds(ComparedSet set) =>
        string.Join(", ", set.Runs.Select(r => r.Seed).Distinct().Order().Take(6));
}
