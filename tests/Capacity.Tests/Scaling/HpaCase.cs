using System.Text.Json;
using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Tests.Scaling;

/// <summary>Reads the inputs of the cases restated from Kubernetes' own tests.</summary>
internal static class HpaCase
{
    /// <summary>The instant of every case; ages of 1,000,000,000 s then lie before everything else.</summary>
    public static readonly Instant Now = Instant.FromSeconds(2_000_000_000);

    /// <summary>The constants of Kubernetes' tests, which are not its defaults.</summary>
    public static HpaOptions Options(JsonElement constants) => new()
    {
        Tolerance = constants.GetProperty("tolerance").GetDouble(),
        CpuInitialization = Seconds(constants, "cpuInitializationPeriodSec"),
        InitialReadinessDelay = Seconds(constants, "initialReadinessDelaySec"),
        DownscaleStabilization = Seconds(constants, "downscaleStabilizationWindowSec"),
        LegacyScaleUpFactor = Int(constants, "legacyScaleUpLimitFactor"),
        LegacyScaleUpMinimum = Int(constants, "legacyScaleUpLimitMinimum"),
    };

    public static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    public static long Long(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    public static TimeSpan Seconds(JsonElement of, string name) =>
        TimeSpan.FromSeconds(of.GetProperty(name).GetDouble());

    public static Instant At(JsonElement of, string name) => Now - Seconds(of, name);

    public static JsonElement? Optional(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static List<T> List<T>(JsonElement of, string name, Func<JsonElement, T> read) =>
        Optional(of, name) is { } array ? [.. array.EnumerateArray().Select(read)] : [];

    public static List<long> Longs(JsonElement of, string name) => List(of, name, v => v.GetInt64());

    public static HpaTolerance Tolerance(JsonElement input) =>
        new(input.GetProperty("toleranceDown").GetDouble(), input.GetProperty("toleranceUp").GetDouble());

    public static List<HpaPod> Pods(JsonElement input) => List(input, "pods", pod => new HpaPod(
        pod.GetProperty("name").GetString()!)
    {
        Phase = Enum.Parse<HpaPodPhase>(pod.GetProperty("phase").GetString()!),
        Terminating = pod.GetProperty("deleted").GetBoolean(),
        Ready = Optional(pod, "ready")?.GetBoolean(),
        ReadyChangedAt = Optional(pod, "readyTransitionAgeSec") is null ? default : At(pod, "readyTransitionAgeSec"),
        StartedAt = Optional(pod, "startAgeSec") is null ? null : At(pod, "startAgeSec"),
        RequestsMilli = Optional(pod, "requestsMilli") is null ? null : Longs(pod, "requestsMilli"),
    });

    public static HpaReading Samples(JsonElement input) => new()
    {
        Pods = List(input, "metrics", m => new HpaPodSample(m.GetProperty("pod").GetString()!,
            Optional(m, "containersMilli") is { } all ? [.. all.EnumerateArray().Select(v => v.GetInt64())]
                : [Optional(m, "valueMilli")?.GetInt64() ?? 0],
            Optional(m, "ageSec") is null ? Now : At(m, "ageSec"),
            Optional(m, "windowSec") is null ? TimeSpan.FromSeconds(60) : Seconds(m, "windowSec"))),
    };

    public static List<HpaScaleEvent> Events(JsonElement input, string name) =>
        List(input, name, e => new HpaScaleEvent(Int(e, "change"), At(e, "ageSec")));

    public static List<HpaRecommendation> Recommendations(JsonElement input) =>
        List(input, "recommendations", r => new HpaRecommendation(Int(r, "replicas"), At(r, "ageSec")));

    public static HpaScalingRules Rules(JsonElement? given, HpaScalingRules unset) => given is not { } rules
        ? unset
        : unset with
        {
            SelectPolicy = Optional(rules, "selectPolicy") is { } select
                ? Enum.Parse<HpaSelectPolicy>(select.GetString()!) : unset.SelectPolicy,
            StabilizationWindow = Optional(rules, "stabilizationWindowSec") is null
                ? unset.StabilizationWindow : Seconds(rules, "stabilizationWindowSec"),
            Tolerance = Optional(rules, "tolerance")?.GetDouble(),
            Policies = Optional(rules, "policies") is null ? unset.Policies : List(rules, "policies", p =>
                new HpaPolicy(p.GetProperty("type").GetString() == "Percent", Int(p, "value"),
                    Seconds(p, "periodSec"))),
        };

    public static HpaBehavior Behavior(JsonElement input) => new()
    {
        ScaleUp = Rules(Optional(input, "scaleUp"), HpaScalingRules.DefaultUp),
        ScaleDown = Rules(Optional(input, "scaleDown"), HpaScalingRules.DefaultDown),
    };

    public static HpaSpec Spec(JsonElement input) => new()
    {
        Min = Int(input, "min"),
        Max = Int(input, "max"),
        Metrics = List(input, "metrics", Metric),
        Behavior = Optional(input, "scaleUp") is null && Optional(input, "scaleDown") is null ? null : Behavior(input),
    };

    /// <summary>Each metric of a whole pass is served from the same list of levels.</summary>
    public static HpaSnapshot Snapshot(JsonElement input)
    {
        List<long> levels = Longs(input, "reportedLevelsMilli");
        List<string> failing = List(input, "failMetrics", f => f.GetString()!);
        HpaPodSample Sample(long level, int index, bool split) => new(
            $"p{index}", split ? [level / 2, level - (level / 2)] : [level],
            At(input, "metricAgeSec"), Seconds(input, "metricWindowSec"));
        return new HpaSnapshot(
            Int(input, "specReplicas"), Int(input, "statusReplicas"), Pods(input),
            List(input, "metrics", m =>
            {
                string type = m.GetProperty("type").GetString()!;
                return failing.Contains(type) ? new HpaReading { Failure = "something went wrong" } : new HpaReading
                {
                    Pods = [.. levels.Select((level, i) => Sample(level, i, type == "ContainerResource"))],
                    ValuesMilli = levels,
                };
            }));
    }

    private static HpaMetric Metric(JsonElement metric)
    {
        string type = metric.GetProperty("type").GetString()!;
        string name = Optional(metric, "name")?.GetString() ?? "qps";
        int? container = Optional(metric, "container")?.GetInt32();
        long average = Optional(metric, "averageValueMilli")?.GetInt64() ?? 0;
        long target = Optional(metric, "valueMilli")?.GetInt64() ?? average;
        return type switch
        {
            "Resource" or "ContainerResource" when Optional(metric, "averageUtilization") is { } percent =>
                new HpaMetric.ResourceUtilization(name, percent.GetInt32(), container),
            "Resource" or "ContainerResource" => new HpaMetric.ResourceAverageValue(name, average, container),
            "Pods" => new HpaMetric.Pods(name, average),
            "Object" => new HpaMetric.OfObject(name, target, average != 0),
            "External" => new HpaMetric.External(name, target, average != 0),
            _ => new HpaMetric.OfUnknownType(type),
        };
    }
}
