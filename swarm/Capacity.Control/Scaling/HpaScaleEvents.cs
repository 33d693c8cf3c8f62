using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>A change of the replicas that was made.</summary>
/// <param name="Change">Replicas added or removed, ≥ 0.</param>
/// <param name="At">When.</param>
/// <param name="Outdated">Whether the entry may be overwritten. Set when a later change is stored.</param>
public readonly record struct HpaScaleEvent(int Change, Instant At, bool Outdated = false);

/// <summary>The log of changes in one direction.</summary>
/// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, storeScaleEvent and
/// getReplicasChangePerPeriod.</remarks>
public static class HpaScaleEvents
{
    /// <summary>Replicas changed within a period.</summary>
    /// <param name="log">Changes in one direction.</param>
    /// <param name="now">End of the period.</param>
    /// <param name="period">Its length; a change of exactly this age is outside.</param>
    public static int ChangeWithin(IReadOnlyList<HpaScaleEvent> log, Instant now, TimeSpan period)
    {
        Int128 sum = 0;
        foreach (HpaScaleEvent change in log)
        {
            sum += now - change.At < period ? change.Change : 0;
        }

        return HpaNumber.ToInt32(sum);
    }

    /// <summary>Stores a change.</summary>
    /// <param name="log">Changes in the same direction; not modified.</param>
    /// <param name="now">When.</param>
    /// <param name="change">Replicas, ≥ 0.</param>
    /// <param name="rules">Rules of the direction; null without a behavior: nothing is stored then.</param>
    /// <returns>The log with changes older than every period marked, and the last of them overwritten.</returns>
    public static IReadOnlyList<HpaScaleEvent> Store(
        IReadOnlyList<HpaScaleEvent> log, Instant now, int change, HpaScalingRules? rules)
    {
        if (rules is null)
        {
            return log;
        }

        TimeSpan longest = rules.Policies.Select(p => p.Period).DefaultIfEmpty().Max();
        var result = new List<HpaScaleEvent>(log.Count + 1);
        int slot = log.Count;
        foreach (HpaScaleEvent stored in log)
        {
            bool outdated = stored.Outdated || now - stored.At > longest;
            slot = outdated ? result.Count : slot;
            result.Add(stored with { Outdated = outdated });
        }

        var added = new HpaScaleEvent(change, now);
        if (slot == log.Count)
        {
            result.Add(added);
        }
        else
        {
            result[slot] = added;
        }

        return result;
    }
}
