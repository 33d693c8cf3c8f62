using Capacity.Model;

namespace Capacity.Control.Scaling;

/// <summary>Metrics that every pod has → replicas.</summary>
/// <remarks>Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go.
/// Sums stop at the ends of their type where the original wraps.</remarks>
public static class HpaPerPodReplicas
{
    private const string NoPods = "no pods returned by selector while calculating replica count";

    /// <summary>Usage of a resource as a share of the requests.</summary>
    /// <param name="metric">The target.</param>
    /// <param name="current">Replicas asked for now.</param>
    /// <param name="pods">All pods.</param>
    /// <param name="reading">Their usage.</param>
    /// <param name="pass">When, and how strictly.</param>
    /// <returns>Replicas, the utilization in whole per cent and the mean usage; or an error: no metrics, no pods,
    /// only pods that do not count, a pod without a request, or requests of 0 in all.</returns>
    public static HpaProposal Utilization(HpaMetric.ResourceUtilization metric, int current,
        IReadOnlyList<HpaPod> pods, HpaReading reading, HpaPass pass)
    {
        string unable = $"unable to get metrics for resource {metric.Resource}";
        if (Obstacle(pods, reading, unable, "resource") is { } obstacle)
        {
            return HpaProposal.Failed(obstacle);
        }

        PodValues values = PodValues.Of(pods, reading, metric.Container, metric.Resource == "cpu", pass);
        if (values.Counted.Count == 0)
        {
            return HpaProposal.Failed(PodValues.NoneCounted);
        }

        var requests = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (HpaPod pod in pods)
        {
            if (Request(pod, metric.Resource, metric.Container, out long request) is { } missing)
            {
                return HpaProposal.Failed(missing);
            }

            requests[pod.Name] = request;
        }

        // A missing pod stands for all of its request when replicas would go down, or for its target above 100 %.
        long fallback = Math.Max(100, metric.TargetPercent);
        return Propose(values, current, pass.Tolerance, counted => Share(counted, requests, metric.TargetPercent),
            pod => HpaNumber.ToInt64((Int128)requests.GetValueOrDefault(pod) * fallback / 100));
    }

    /// <summary>Usage of a resource, mean over the pods.</summary>
    /// <inheritdoc cref="Utilization" path="/param"/>
    /// <returns>Replicas and the mean, or an error: no metrics, no pods, or only pods that do not count.</returns>
    public static HpaProposal Usage(HpaMetric.ResourceAverageValue metric, int current,
        IReadOnlyList<HpaPod> pods, HpaReading reading, HpaPass pass) =>
        Obstacle(pods, reading, $"unable to get metrics for resource {metric.Resource}", "resource") is { } obstacle
            ? HpaProposal.Failed(obstacle)
            : Average(PodValues.Of(pods, reading, metric.Container, metric.Resource == "cpu", pass),
                metric.TargetMilli, current, pass.Tolerance);

    /// <summary>A metric of the pods, mean over those that report it; readiness is not looked at.</summary>
    /// <inheritdoc cref="Usage"/>
    public static HpaProposal Metric(HpaMetric.Pods metric, int current,
        IReadOnlyList<HpaPod> pods, HpaReading reading, HpaPass pass) =>
        Obstacle(pods, reading, $"unable to get metric {metric.Name}", "custom") is { } obstacle
            ? HpaProposal.Failed(obstacle)
            : Average(PodValues.Of(pods, reading, container: null, cpu: false, pass),
                metric.TargetMilli, current, pass.Tolerance);

    private static string? Obstacle(IReadOnlyList<HpaPod> pods, HpaReading reading, string unable, string api) =>
        reading.Failure is { } failure ? $"{unable}: {failure}"
        : reading.Pods.Count == 0 ? $"{unable}: no metrics returned from {api} metrics API"
        : pods.Count == 0 ? NoPods
        : null;

    private static string? Request(HpaPod pod, string resource, int? container, out long request)
    {
        request = 0;
        if (pod.RequestsMilli is not { } requests)
        {
            return $"missing request for {resource} in Pod {pod.Name}";
        }

        if (container is not { } index)
        {
            request = HpaNumber.Sum(requests);
            return null;
        }

        if (index < 0 || index >= requests.Count)
        {
            return $"container {index} not found in Pod {pod.Name}";
        }

        request = requests[index];
        return null;
    }

    private static HpaProposal Average(PodValues values, long targetMilli, int current, HpaTolerance tolerance) =>
        values.Counted.Count == 0
            ? HpaProposal.Failed(PodValues.NoneCounted)
            : Propose(values, current, tolerance, counted => Mean(counted, targetMilli), _ => targetMilli);

    private static HpaProposal Propose(PodValues values, int current, HpaTolerance tolerance,
        Func<Dictionary<string, long>, Measured> measure, Func<string, long> fallback)
    {
        Measured first = measure(values.Counted);
        if (first.Error is { } error)
        {
            return HpaProposal.Failed(error);
        }

        HpaPodGroups groups = values.Groups;
        bool fillUnready = groups.Unready.Count > 0 && first.Ratio > 1.0;
        if (!fillUnready && groups.Missing.Count == 0)
        {
            // The ratio is of the ready pods, so it multiplies them: not what the target asks for.
            return Answer(tolerance.Contains(first.Ratio)
                ? current
                : HpaNumber.Ceiling(first.Ratio * groups.Ready));
        }

        // Pods that cannot be counted are filled in against the change: it may shrink, but not turn around.
        Fill(groups.Missing, first.Ratio < 1.0 ? fallback : first.Ratio > 1.0 ? _ => 0 : null);
        Fill(groups.Unready, fillUnready ? _ => 0 : null);
        double ratio = measure(values.Counted).Ratio;
        if (tolerance.Contains(ratio) || (first.Ratio < 1.0 && ratio > 1.0) || (first.Ratio > 1.0 && ratio < 1.0))
        {
            return Answer(current);
        }

        int proposed = HpaNumber.Ceiling(ratio * values.Counted.Count);
        bool turnsAround = (ratio < 1.0 && proposed > current) || (ratio > 1.0 && proposed < current);
        return Answer(turnsAround ? current : proposed);

        HpaProposal Answer(int replicas) => new(replicas, first.UsageMilli, first.Percent);

        void Fill(IReadOnlyList<string> pods, Func<string, long>? value)
        {
            foreach (string pod in value is null ? [] : pods)
            {
                values.Counted[pod] = value!(pod);
            }
        }
    }

    // The percentage is whole before it becomes a ratio: 55.9 % of 55 % is a ratio of exactly 1.
    private static Measured Share(
        Dictionary<string, long> values, Dictionary<string, long> requests, int targetPercent)
    {
        Int128 usage = 0;
        Int128 requested = 0;
        int known = 0;
        foreach ((string pod, long value) in values)
        {
            if (requests.TryGetValue(pod, out long request))
            {
                usage += value;
                requested += request;
                known++;
            }
        }

        if (requested == 0)
        {
            return new Measured(0, 0, null, "no metrics returned matched known pods");
        }

        int percent = HpaNumber.ToInt32(usage * 100 / requested);
        return new Measured((double)percent / targetPercent, HpaNumber.ToInt64(usage / known), percent, null);
    }

    private static Measured Mean(Dictionary<string, long> values, long targetMilli)
    {
        Int128 total = 0;
        foreach (long value in values.Values)
        {
            total += value;
        }

        long mean = HpaNumber.ToInt64(total / values.Count);
        return new Measured((double)mean / targetMilli, mean, null, null);
    }

    private readonly record struct Measured(double Ratio, long UsageMilli, int? Percent, string? Error);

    /// <summary>Values that count, by pod, and the groups of all pods. Values of unknown pods stay: they belong to the
    /// number of pods and to a mean, but not to a utilization.</summary>
    private sealed record PodValues(Dictionary<string, long> Counted, HpaPodGroups Groups)
    {
        public const string NoneCounted = "did not receive metrics for targeted pods (pods might be unready)";

        public static PodValues Of(
            IReadOnlyList<HpaPod> pods, HpaReading reading, int? container, bool cpu, HpaPass pass)
        {
            var samples = new Dictionary<string, HpaPodSample>(StringComparer.Ordinal);
            var counted = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (HpaPodSample sample in reading.Pods)
            {
                if (sample.ValueMilli(container) is { } value)
                {
                    samples[sample.Pod] = sample;
                    counted[sample.Pod] = value;
                }
            }

            HpaPodGroups groups = HpaPodGroups.Of(pods, samples, cpu, pass.Now, pass.Options);
            foreach (string pod in groups.Ignored.Concat(groups.Unready))
            {
                counted.Remove(pod);
            }

            return new PodValues(counted, groups);
        }
    }
}

/// <summary>What all metrics of one pass share.</summary>
/// <param name="Now">When.</param>
/// <param name="Options">The controller's settings.</param>
/// <param name="Tolerance">How far from the target nothing changes.</param>
public sealed record HpaPass(Instant Now, HpaOptions Options, HpaTolerance Tolerance);
