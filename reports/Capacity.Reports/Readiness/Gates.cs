using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The questions of a launch-readiness review that a machine can answer.</summary>
public static class Gates
{
    /// <summary>The load that must still be kept, as a multiple of the expected one; also how far beyond the rehearsed
    /// load the model is trusted.</summary>
    public const double Headroom = 1.3;

    /// <summary>The share of launches that must survive a failure. It comes at the worst moment and is rare, so less is
    /// asked than of the launch itself; 20 of 20 launches are enough to be sure.</summary>
    public const double DrillTarget = 0.8;

    /// <summary>The gate about evidence that expires.</summary>
    public const string Freshness = "fresh evidence";

    private const double MostLateness = 0.01; // seconds, for half of the requests
    private const double MostRecovery = 300; // seconds
    private const int FewestReversals = 2; // a surge that comes and goes makes as many

    /// <summary>All gates.</summary>
    /// <param name="launches">The launches as expected.</param>
    /// <param name="measured">The rehearsal; null without one.</param>
    /// <param name="comparison">The rehearsal laid over its prediction; null without one.</param>
    /// <param name="readiness">What else was looked at; null leaves those gates out.</param>
    /// <param name="warnings">About the user's files.</param>
    /// <returns>The hard ones first, then those about the evidence.</returns>
    public static IReadOnlyList<Gate> Of(
        LaunchSet launches, RunResult? measured, Comparison? comparison, Readiness? readiness,
        IReadOnlyList<Diagnostic> warnings)
    {
        var gates = new List<Gate> { Objectives(launches), Model(comparison), Generator(measured) };
        if (readiness is null)
        {
            return [.. gates, Rules(warnings)];
        }

        gates.Add(Tested(readiness));
        gates.AddRange(new[] { AtHeadroom(readiness) }.OfType<Gate>());
        gates.AddRange(readiness.Drills.Select(Drill));
        gates.Add(Flapping(readiness, launches.Duration));
        if (!double.IsNaN(readiness.RecoverySeconds) || readiness.IsMetastable)
        {
            gates.Add(Recovery(readiness));
        }

        return [.. gates, Rules(warnings)];
    }

    /// <summary>Whether the files and the program are still those of the check.</summary>
    /// <param name="changes">What differs, in words; empty for nothing.</param>
    public static Gate Fresh(IReadOnlyList<string> changes) => new(
        Freshness, GateKind.Evidence, "changes since the check", false, 0, changes.Count, changes.Count,
        GateUnit.Count, changes.Count == 0 ? "the same files and the same version" : string.Join("; ", changes),
        "run 'capacity check' again");

    private static Gate Objectives(LaunchSet launches)
    {
        (double low, double high) = Wilson.Interval(launches.Passed, launches.Launches.Count);
        return new Gate("objectives", GateKind.Hard, "launches that keep every objective", true, Verdict.Target, low,
            high, GateUnit.Share, $"{launches.Passed} of {launches.Launches.Count} launches, 95 % interval",
            "deploy one of the changes that make it a go");
    }

    private static Gate Model(Comparison? comparison)
    {
        double doubts = comparison?.Doubts.Count ?? double.NaN;
        return new Gate("model", GateKind.Evidence, "doubts about the model", false, 0, doubts, doubts, GateUnit.Count,
            comparison is null ? "nothing was rehearsed" : "the rehearsal laid over its prediction",
            "run 'capacity check' with a rehearsal, at a lower speed if the machine is busy");
    }

    private static Gate Generator(RunResult? measured)
    {
        double late = measured?.Generator?.LatenessP50 ?? double.NaN;
        return new Gate("load generator", GateKind.Evidence, "lateness of half of the requests", false, MostLateness,
            late, late, GateUnit.Seconds,
            measured is null ? "nothing was rehearsed" : "sent minus scheduled instant, in the rehearsal",
            "rehearse on a calmer machine, or at a lower speed");
    }

    private static Gate Tested(Readiness readiness) => new(
        "rehearsed load", GateKind.Evidence, "highest expected load over the highest rehearsed", false, Headroom,
        readiness.Extrapolation, readiness.Extrapolation, GateUnit.Factor,
        double.IsNaN(readiness.Extrapolation) ? "nothing was rehearsed" : "beyond this the model extrapolates",
        "rehearse with a higher rehearsal.demand");

    private static Gate? AtHeadroom(Readiness readiness)
    {
        if (readiness.Levels.FirstOrDefault(l => l.Factor == Headroom) is not { } level)
        {
            return null; // stopped before it was looked at
        }

        (double low, double high) = Wilson.Interval(level.Passed, level.Total);
        return new Gate("headroom", GateKind.Soft, "launches that keep every objective at 1.3× the load", true,
            Verdict.Target, low, high, GateUnit.Share,
            $"{level.Passed} of {level.Total} launches; all hold up to {Reports.Headroom.Of(readiness).Text}",
            "keep more replicas, or limit the rate at the proxy");
    }

    private static Gate Drill(DrillOutcome drill)
    {
        (double low, double high) = Wilson.Interval(drill.Passed, drill.Total);
        return new Gate(drill.Name, GateKind.Soft, "launches that keep every objective nevertheless", true,
            DrillTarget, low, high, GateUnit.Share,
            $"{drill.Passed} of {drill.Total} launches" + (drill.Worst.Length > 0 ? $"; {drill.Worst} gives way" : ""),
            $"{drill.What}: have a replica to spare, or somebody who watches for it");
    }

    private static Gate Flapping(Readiness readiness, double duration) => new(
        "flapping", GateKind.Soft, "times that the replicas turn back soon after a change", false,
        Math.Max(FewestReversals, Math.Floor(duration / 3_600)), readiness.Reversals, readiness.Reversals,
        GateUnit.Count, "the launch in the middle; within 20 minutes of the opposite change",
        "move the thresholds for more and for fewer replicas apart, or lengthen 'for'");

    private static Gate Recovery(Readiness readiness) => new(
        "recovery", GateKind.Soft, "time until all is well after the surge", false, MostRecovery,
        readiness.IsMetastable ? MostRecovery + 1 : readiness.RecoverySeconds,
        readiness.IsMetastable ? double.NaN : readiness.RecoverySeconds, GateUnit.Seconds,
        readiness.IsMetastable ? "it did not come back before the launch ended" : "the launch in the middle",
        "limit queues and retries, so that the service comes back by itself");

    private static Gate Rules(IReadOnlyList<Diagnostic> warnings)
    {
        string[] codes =
        [
            .. warnings.Select(w => w.Code).Where(c => c.StartsWith("RUL1", StringComparison.Ordinal)
                || c.StartsWith("AM10", StringComparison.Ordinal)),
        ];
        return new Gate("alert rules", GateKind.Soft, "warnings about rules and timers, such as dead zones", false, 0,
            codes.Length, codes.Length, GateUnit.Count,
            codes.Length == 0 ? "'capacity rules lint'" : string.Join(", ", codes.Distinct(StringComparer.Ordinal)),
            "read the warnings at the end of the report");
    }
}
