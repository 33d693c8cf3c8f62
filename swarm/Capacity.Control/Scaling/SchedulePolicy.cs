using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>One planned stretch of more (or fewer) replicas.</summary>
/// <param name="From">When they are asked for; start-up time must be allowed for by the planner.</param>
/// <param name="Until">When they are given back; not after <paramref name="From"/> means never in force.</param>
/// <param name="Replicas">Replicas, ≥ 0.</param>
public sealed record ScheduledReplicas(Instant From, Instant Until, int Replicas);

/// <summary>Scales at instants that are known before: up ahead of a launch, back after it. Pure; where stretches
/// overlap the largest counts.</summary>
/// <param name="Stretches">In any order; empty plans nothing.</param>
public sealed record SchedulePolicy(IReadOnlyList<ScheduledReplicas> Stretches)
{
    /// <summary>Replicas planned at an instant: from a stretch's start on, up to but not at its end.</summary>
    /// <returns>Null when nothing is planned.</returns>
    public int? At(Instant now)
    {
        int? planned = null;
        foreach (ScheduledReplicas stretch in Stretches)
        {
            if (stretch.From <= now && now < stretch.Until && !(planned >= stretch.Replicas))
            {
                planned = stretch.Replicas;
            }
        }

        return planned;
    }

    /// <summary>Decides alone: what is planned, else the usual replicas.</summary>
    /// <param name="now">When.</param>
    /// <param name="usual">Replicas outside every stretch.</param>
    public int Decide(Instant now, int usual) => At(now) ?? usual;

    /// <summary>Decides together with another policy, as the floor below its answer.</summary>
    /// <param name="now">When.</param>
    /// <param name="other">What the other policy asks for.</param>
    public int AtLeast(Instant now, int other) => Math.Max(At(now) ?? other, other);

    /// <summary>When the plan changes next, so that a simulation need not poll.</summary>
    /// <param name="after">Only instants after this one.</param>
    /// <returns><see cref="Instant.Never"/> when it does not.</returns>
    public Instant NextChange(Instant after)
    {
        Instant next = Instant.Never;
        foreach (ScheduledReplicas stretch in Stretches)
        {
            if (stretch.From < stretch.Until)
            {
                next = stretch.From > after ? Instant.Min(next, stretch.From) : next;
                next = stretch.Until > after ? Instant.Min(next, stretch.Until) : next;
            }
        }

        return next;
    }
}
