using Capacity.Model;

namespace Capacity.Control;

/// <summary>One alert as Prometheus (or any client) posts it to Alertmanager.</summary>
/// <param name="Labels">Identify the alert; <c>alertname</c> among them.</param>
/// <param name="Annotations">For people; do not identify.</param>
/// <param name="StartsAt">When it began to fire; null lets Alertmanager take the time of arrival.</param>
/// <param name="EndsAt">When it ends or ended; null lets Alertmanager add <c>resolve_timeout</c>.</param>
public sealed record AlertPost(LabelSet Labels, LabelSet Annotations, Instant? StartsAt, Instant? EndsAt);
