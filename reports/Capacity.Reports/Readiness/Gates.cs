using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The questions of a launch-readiness review that a machine can answer.</summary>
public static class Gates
{
    /// <summary>The load that must still be kept, as a multiple of the expected one.</summary>
    public const double Headroom = 1.3;

    private const double MostLateness = 0.01; // seconds, for half of the requests
    private const double MostReversals = 1; // per hour
    private const double MostRecovery = 300; // seconds

    /// <summary>All gates.</summary>
    /// <param name="launches">The launches as expected.</param>
    /// <param name="measured">The rehearsal; null without one.</param>
    /// <param name="comparison">The rehearsal laid over its prediction; null without one.</param>
    /// <param name="readiness">What else was looked at; null leaves those gates out.</param>
    /// <param name="warnings">About the user's files.</param>
    /// <returns>The hard ones first.</returns>
    public static IReadOnlyList<Gate> Of(
        LaunchSet launches, RunResult? measured, Comparison? comparison, Readiness? readiness,
        IReadOnlyList<Diagnostic> warnings)
    {
        var gates = new List<Gate> { Objectives(launches), Model(comparison), Generator(measured) };
        if (readiness is null)
        {
            return gates;
        }

        gates.Add(Tested(readiness));
        gates.Add(HeadroomGate(readiness));
        gates.AddRange(readiness.Drills.Select(Drill));
        gates.Add(Flapping(readiness));
        if (!double.IsNaN(readiness.RecoverySeconds) || readiness.IsMetastable)
        {
            gates.Add(Recovery(readiness));
        }

        gates.Add(Rules(warnings));
        return gates;
    }

    private static Gate Objectives(LaunchSet launches)
    {
        (double low, double high) = Wilson.Interval(launches.Passed, launches.Launches.Count);
        return new Gate("objectives", true, "launches that keep every objective", true, Verdict.Target, low, high,
            GateUnit.Share, $"{launches.Passed} of {launches.Launches.Count} launches, 95 % interval",
            "deploy one of the changes that make it a go");
    }

    private static Gate Model(Comparison? comparison)
    {
        double doubts = comparison?.Doubts.Count ?? double.NaN;
        return new Gate("model", true, "doubts about the model", false, 0, doubts > 0 ? 0 : doubts, doubts,
            GateUnit.Count,
            comparison is null ? "nothing was rehearsed" : "the rehearsal laid over its prediction",
            "run 'capacity check' with a rehearsal, at a lower speed if the machine is busy");
    }

    private static Gate Generator(RunResult? measured)
    {
        double late = measured?.Generator?.LatenessP50 ?? double.NaN;
        double most = late > MostLateness ? double.PositiveInfinity : late;
        return new Gate("generator", true, "lateness of half of the requests", false, MostLateness,
            double.IsPositiveInfinity(most) ? 0 : late, most, GateUnit.Seconds,
            measured is null ? "nothing was rehearsed" : "sent minus scheduled instant, in the rehearsal",
            "rehearse on a calmer machine, or at a lower speed");
    }

    private static Gate Tested(Readiness readiness)
    {
        double factor = readiness.Extrapolation;
        return new Gate("tested load", true, "expected over rehearsed peak", false, Headroom,
            factor > Headroom ? 0 : factor, factor, GateUnit.Factor,
            "beyond this the model extrapolates", "rehearse with a higher rehearsal.demand");
    }

    private static Gate HeadroomGate(Readiness readiness)
    {
        var headroom = Capacity.Reports.Headroom.Of(readiness);
        return new Gate("headroom", false, "load at which every objective still holds", true, Headroom, headroom.Holds,
            headroom.Breaks, GateUnit.Factor,
            $"{readiness.Levels.Sum(l => l.Total)} launches at {readiness.Levels.Count} loads",
            "raise the smallest or the largest number of replicas, and limit the rate at the proxy");
    }

    private static Gate Drill(DrillOutcome drill)
    {
        double share = (double)drill.Passed / drill.Total;
        return new Gate(drill.Name, false, $"launches that keep every objective although {drill.What}", true,
            Verdict.Target, share, share, GateUnit.Share,
            $"{drill.Passed} of {drill.Total} launches" + (drill.Worst.Length > 0 ? $"; {drill.Worst} gives way" : ""),
            $"keep one replica more, or have somebody watch for this: {drill.What}");
    }

    private static Gate Flapping(Readiness readiness) => new(
        "flapping", false, "reversals of the replicas per hour", false, MostReversals,
        readiness.Flaps ? readiness.ReversalsPerHour : Math.Min(readiness.ReversalsPerHour, MostReversals),
        readiness.Flaps ? readiness.ReversalsPerHour : Math.Min(readiness.ReversalsPerHour, MostReversals),
        GateUnit.Count, "the launch in the middle; a scale action soon after the opposite one",
        "move the thresholds for more and for fewer replicas apart, or lengthen 'for'");

    private static Gate Recovery(Readiness readiness)
    {
        double seconds = readiness.IsMetastable ? double.MaxValue : readiness.RecoverySeconds;
        return new Gate("recovery", false, "time until all is well after the surge", false, MostRecovery, seconds,
            seconds, GateUnit.Seconds,
            readiness.IsMetastable ? "it never came back" : "the launch in the middle",
            "limit queues and retries, so that the service comes back by itself");
    }

    private static Gate Rules(IReadOnlyList<Diagnostic> warnings)
    {
        int count = warnings.Count(w => w.Code.StartsWith("RUL1", StringComparison.Ordinal)
            || w.Code.StartsWith("AM10", StringComparison.Ordinal));
        return new Gate("alert rules", false, "warnings about rules and policy", false, 0, count, count,
            GateUnit.Count, "'capacity rules lint'", "read the warnings at the end of this report");
    }
}
