using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>Replicas within limits, and which limit held.</summary>
/// <param name="Replicas">Replicas.</param>
/// <param name="Reason"><c>DesiredWithinRange</c>, <c>TooFewReplicas</c>, <c>TooManyReplicas</c>,
/// <c>ScaleUpLimit</c> or <c>ScaleDownLimit</c>.</param>
public readonly record struct HpaLimited(int Replicas, string Reason);

/// <summary>Changes that a policy looks back on.</summary>
/// <param name="Now">The pass.</param>
/// <param name="Added">Changes upwards.</param>
/// <param name="Removed">Changes downwards.</param>
public sealed record HpaPastChanges(
    Instant Now, IReadOnlyList<HpaScaleEvent> Added, IReadOnlyList<HpaScaleEvent> Removed);

/// <summary>Bounds and rates of change.</summary>
/// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, convertDesiredReplicasWithRules,
/// convertDesiredReplicasWithBehaviorRate and calculateScale…Limit….</remarks>
public static class HpaLimits
{
    private const string Within = "DesiredWithinRange";
    private const string TooFew = "TooFewReplicas";
    private const string TooMany = "TooManyReplicas";

    /// <summary>Without a behavior: bounds, and at most a doubling (or four replicas) per pass.</summary>
    /// <param name="current">Replicas asked for now.</param>
    /// <param name="desired">Replicas recommended.</param>
    /// <param name="spec">Bounds.</param>
    /// <param name="options">Factor and minimum of one pass.</param>
    public static HpaLimited Legacy(int current, int desired, HpaSpec spec, HpaOptions options)
    {
        int step = HpaNumber.Truncate(Math.Max(options.LegacyScaleUpFactor * current, options.LegacyScaleUpMinimum));
        if (desired < spec.Min)
        {
            return new HpaLimited(spec.Min, TooFew);
        }

        int most = Math.Min(spec.Max, step);
        return desired <= most
            ? new HpaLimited(desired, Within)
            : new HpaLimited(most, spec.Max > step ? "ScaleUpLimit" : TooMany);
    }

    /// <summary>With a behavior: bounds, and the policies of the direction.</summary>
    /// <param name="current">Replicas asked for now.</param>
    /// <param name="desired">Replicas recommended, stabilized.</param>
    /// <param name="spec">Bounds.</param>
    /// <param name="behavior">Rules.</param>
    /// <param name="past">Changes made so far.</param>
    /// <returns>Never further from <paramref name="desired"/> than <paramref name="current"/> is: a spent budget keeps
    /// the replicas, it does not take them back.</returns>
    public static HpaLimited WithBehavior(
        int current, int desired, HpaSpec spec, HpaBehavior behavior, HpaPastChanges past)
    {
        if (desired > current)
        {
            int limit = Math.Max(current, Upper(current, behavior.ScaleUp, past));
            int most = Math.Min(spec.Max, limit);
            return desired <= most
                ? new HpaLimited(desired, Within)
                : new HpaLimited(most, spec.Max > limit ? "ScaleUpLimit" : TooMany);
        }

        if (desired < current)
        {
            int limit = Math.Min(current, Lower(current, behavior.ScaleDown, past));
            int least = Math.Max(spec.Min, limit);
            return desired >= least
                ? new HpaLimited(desired, Within)
                : new HpaLimited(least, spec.Min < limit ? "ScaleDownLimit" : TooFew);
        }

        return new HpaLimited(desired, Within);
    }

    /// <summary>How many replicas the policies allow upwards.</summary>
    /// <param name="current">Replicas asked for now.</param>
    /// <param name="rules">Rules upwards. Per cent are rounded up, so that 1 % of three still adds one.</param>
    /// <param name="past">Changes made so far; both directions move the start of a period.</param>
    /// <returns>May be below <paramref name="current"/> when more was added than the policies allow.</returns>
    public static int Upper(int current, HpaScalingRules rules, HpaPastChanges past)
    {
        if (rules.SelectPolicy == HpaSelectPolicy.Disabled)
        {
            return current;
        }

        bool smallest = rules.SelectPolicy == HpaSelectPolicy.Min;
        int result = smallest ? int.MaxValue : int.MinValue;
        foreach (HpaPolicy policy in rules.Policies)
        {
            Int128 start = PeriodStart(current, policy, past);
            int allowed = policy.IsPercent
                ? HpaNumber.Ceiling((double)start * (1 + ((double)policy.Value / 100)))
                : HpaNumber.ToInt32(start + policy.Value);
            result = smallest ? Math.Min(result, allowed) : Math.Max(result, allowed);
        }

        return result;
    }

    /// <summary>How few replicas the policies allow downwards.</summary>
    /// <inheritdoc cref="Upper" path="/param"/>
    /// <returns>May be above <paramref name="current"/>, and below 0.</returns>
    public static int Lower(int current, HpaScalingRules rules, HpaPastChanges past)
    {
        if (rules.SelectPolicy == HpaSelectPolicy.Disabled)
        {
            return current;
        }

        bool smallest = rules.SelectPolicy == HpaSelectPolicy.Min;
        int result = smallest ? int.MinValue : int.MaxValue;
        foreach (HpaPolicy policy in rules.Policies)
        {
            Int128 start = PeriodStart(current, policy, past);
            int allowed = policy.IsPercent
                ? HpaNumber.Truncate((double)start * (1 - ((double)policy.Value / 100)))
                : HpaNumber.ToInt32(start - policy.Value);
            result = smallest ? Math.Max(result, allowed) : Math.Min(result, allowed);
        }

        return result;
    }

    private static Int128 PeriodStart(int current, HpaPolicy policy, HpaPastChanges past) =>
        (Int128)current - HpaScaleEvents.ChangeWithin(past.Added, past.Now, policy.Period)
            + HpaScaleEvents.ChangeWithin(past.Removed, past.Now, policy.Period);
}
