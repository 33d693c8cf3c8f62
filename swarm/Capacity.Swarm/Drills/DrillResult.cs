using System.Globalization;

namespace Capacity.Swarm.Drills;

/// <summary>Something that was seen.</summary>
/// <param name="At">Seconds since the start of the drill.</param>
/// <param name="Text">What.</param>
public sealed record DrillEvent(double At, string Text);

/// <summary>A change of the wanted replicas.</summary>
/// <param name="Since">Seconds since the fault; 0 is what was wanted then.</param>
/// <param name="Wanted">Replicas.</param>
public readonly record struct DrillStep(double Since, int Wanted);

/// <summary>One request of a drill's load.</summary>
/// <param name="At">Scheduled instant, seconds since the start of the drill.</param>
/// <param name="End">When it was answered, or had failed.</param>
/// <param name="Failure">Empty when it was answered well; else a status, <c>timeout</c> or <c>connection</c>.</param>
public readonly record struct DrillRequest(double At, double End, string Failure);

/// <summary>What happened in a drill, against what was expected.</summary>
public sealed record DrillResult
{
    /// <summary>What was done and expected.</summary>
    public required Drill Drill { get; init; }

    /// <summary>When the fault was made, seconds since the start.</summary>
    public required double FaultAt { get; init; }

    /// <summary>When it was repaired, seconds since the start; NaN when there was nothing to repair.</summary>
    public required double RepairedAt { get; init; }

    /// <summary>Seconds until all was whole again: after the fault, or after the repair when replicas were called for.
    /// NaN when it never was.</summary>
    public required double RecoverySeconds { get; init; }

    /// <summary>Changes of the wanted replicas while the fault lasted.</summary>
    public required int ScaledMeanwhile { get; init; }

    /// <summary>Requests sent.</summary>
    public required int Requests { get; init; }

    /// <summary>Those that failed, by why.</summary>
    public required IReadOnlyDictionary<string, int> Failures { get; init; }

    /// <summary>Seconds from the first failed request to the end of the last; 0 when none failed.</summary>
    public required double OutageSeconds { get; init; }

    /// <summary>Longest time that an answered request took from its scheduled instant, seconds.</summary>
    public required double SlowestSeconds { get; init; }

    /// <summary>What was seen, in order.</summary>
    public required IReadOnlyList<DrillEvent> Events { get; init; }

    /// <summary>The wanted replicas since the fault, each change of them.</summary>
    public IReadOnlyList<DrillStep> Curve { get; init; } = [];

    /// <summary>Failed requests.</summary>
    public int Failed => Failures.Values.Sum();

    /// <summary>What was not as expected; empty when all was.</summary>
    public IReadOnlyList<string> Unmet => [.. Judge()];

    /// <summary>Counts requests.</summary>
    /// <param name="requests">All of the drill.</param>
    /// <returns>Failures by why, outage and slowest answer.</returns>
    public static (SortedDictionary<string, int> Failures, double Outage, double Slowest) Count(
        IReadOnlyList<DrillRequest> requests)
    {
        var failures = new SortedDictionary<string, int>(StringComparer.Ordinal);
        double first = double.PositiveInfinity;
        double last = double.NegativeInfinity;
        double slowest = 0;
        foreach (DrillRequest request in requests)
        {
            if (request.Failure.Length == 0)
            {
                slowest = Math.Max(slowest, request.End - request.At);
                continue;
            }

            failures[request.Failure] = failures.GetValueOrDefault(request.Failure) + 1;
            first = Math.Min(first, request.At);
            last = Math.Max(last, request.End);
        }

        return (failures, failures.Count == 0 ? 0 : last - first, slowest);
    }

    private IEnumerable<string> Judge()
    {
        double share = Requests == 0 ? 1 : (double)Failed / Requests;
        if (share > Drill.FailedShareMax)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{Failed} of {Requests} requests failed ({share:0.0%}); at most {Drill.FailedShareMax:0.0%} may");
        }

        if (double.IsNaN(RecoverySeconds))
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"it had not recovered after {Drill.RecoveryMax:0} s");
        }
        else if (RecoverySeconds > Drill.RecoveryMax)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"recovery took {RecoverySeconds:0.0} s; at most {Drill.RecoveryMax:0} s were expected");
        }

        if (Drill.CallsForReplicas && ScaledMeanwhile > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"the wanted replicas changed {ScaledMeanwhile} times while the fault lasted");
        }
    }
}
