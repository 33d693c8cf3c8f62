using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>Mutes matching alerts for a time.</summary>
/// <param name="Matchers">All must hold.</param>
/// <param name="StartsAt">When it begins.</param>
/// <param name="EndsAt">When it ends.</param>
public sealed record Silence(IReadOnlyList<LabelMatcher> Matchers, Instant StartsAt, Instant EndsAt)
{
    /// <summary>Whether it mutes an alert at an instant.</summary>
    public bool Mutes(LabelSet labels, Instant at) =>
        at >= StartsAt && at <= EndsAt && Matchers.All(m => m.Matches(labels));
}
