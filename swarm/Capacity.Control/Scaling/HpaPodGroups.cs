using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>Pods sorted by how their metric counts.</summary>
/// <param name="Ready">Number of pods whose metric counts as it is.</param>
/// <param name="Unready">Pods whose metric does not count: not started, warming up, or never ready.</param>
/// <param name="Missing">Pods without a metric.</param>
/// <param name="Ignored">Pods that have ended or are ending.</param>
public sealed record HpaPodGroups(
    int Ready, IReadOnlyList<string> Unready, IReadOnlyList<string> Missing, IReadOnlyList<string> Ignored)
{
    /// <summary>Sorts pods.</summary>
    /// <param name="pods">In any order; the groups keep it.</param>
    /// <param name="samples">The metric by pod; pods that are not in it miss theirs.</param>
    /// <param name="cpu">Whether the metric is CPU usage: for no other metric readiness is looked at.</param>
    /// <param name="now">The pass.</param>
    /// <param name="options">The controller's two periods.</param>
    /// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go, groupPods.</remarks>
    public static HpaPodGroups Of(IReadOnlyList<HpaPod> pods, IReadOnlyDictionary<string, HpaPodSample> samples,
        bool cpu, Instant now, HpaOptions options)
    {
        int ready = 0;
        var unready = new List<string>();
        var missing = new List<string>();
        var ignored = new List<string>();
        foreach (HpaPod pod in pods)
        {
            if (pod.Ended)
            {
                ignored.Add(pod.Name);
            }
            else if (pod.Phase == HpaPodPhase.Pending)
            {
                unready.Add(pod.Name);
            }
            else if (!samples.TryGetValue(pod.Name, out HpaPodSample? sample))
            {
                missing.Add(pod.Name);
            }
            else if (cpu && IsWarmingUp(pod, sample, now, options))
            {
                unready.Add(pod.Name);
            }
            else
            {
                ready++;
            }
        }

        return new HpaPodGroups(ready, unready, missing, ignored);
    }

    // CPU used while starting says nothing about load. A young pod counts once it is ready and one whole window lies
    // after that; an old one counts even while not ready, unless it never was ready.
    private static bool IsWarmingUp(HpaPod pod, HpaPodSample sample, Instant now, HpaOptions options)
    {
        if (pod.Ready is not { } ready || pod.StartedAt is not { } started)
        {
            return true;
        }

        return now - started < options.CpuInitialization
            ? !ready || sample.At - pod.ReadyChangedAt < sample.Window
            : !ready && pod.ReadyChangedAt - started < options.InitialReadinessDelay;
    }
}
