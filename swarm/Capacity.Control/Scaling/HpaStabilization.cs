using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>A recommendation that was made.</summary>
/// <param name="Replicas">Replicas recommended, before stabilization and limits.</param>
/// <param name="At">When.</param>
public readonly record struct HpaRecommendation(int Replicas, Instant At);

/// <summary>What stabilization answers.</summary>
/// <param name="Replicas">The stabilized recommendation.</param>
/// <param name="Slot">Entry of the log that the new recommendation overwrites; the log's length to append it. Because
/// expired entries are re-used, the log's order is not that of time.</param>
public readonly record struct HpaStabilized(int Replicas, int Slot);

/// <summary>Recent recommendations hold replicas back.</summary>
/// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, stabilizeRecommendation and
/// stabilizeRecommendationWithBehaviors.</remarks>
public static class HpaStabilization
{
    /// <summary>Without a behavior: the largest recommendation of the window.</summary>
    /// <param name="log">Recommendations, in any order.</param>
    /// <param name="now">The pass.</param>
    /// <param name="desired">The new recommendation.</param>
    /// <param name="window">How far back recommendations count; one of exactly this age does.</param>
    public static HpaStabilized Legacy(
        IReadOnlyList<HpaRecommendation> log, Instant now, int desired, TimeSpan window)
    {
        int largest = desired;
        int slot = log.Count;
        for (int i = 0; i < log.Count; i++)
        {
            if (now - log[i].At > window)
            {
                slot = i;
            }
            else
            {
                largest = Math.Max(largest, log[i].Replicas);
            }
        }

        return new HpaStabilized(largest, slot);
    }

    /// <summary>With a behavior: replicas rise to the smallest recommendation of the window up, and fall to the largest
    /// of the window down.</summary>
    /// <param name="log">Recommendations, in any order.</param>
    /// <param name="now">The pass.</param>
    /// <param name="current">Replicas asked for now.</param>
    /// <param name="desired">The new recommendation.</param>
    /// <param name="windows">How far back recommendations count; here one of exactly this age does not.</param>
    public static HpaStabilized WithBehavior(IReadOnlyList<HpaRecommendation> log, Instant now, int current,
        int desired, (TimeSpan Up, TimeSpan Down) windows)
    {
        int up = desired;
        int down = desired;
        int slot = log.Count;
        for (int i = 0; i < log.Count; i++)
        {
            TimeSpan age = now - log[i].At;
            if (age < windows.Up)
            {
                up = Math.Min(up, log[i].Replicas);
            }

            if (age < windows.Down)
            {
                down = Math.Max(down, log[i].Replicas);
            }

            if (age > windows.Up && age > windows.Down)
            {
                slot = i;
            }
        }

        return new HpaStabilized(Math.Min(Math.Max(current, up), down), slot);
    }
}
