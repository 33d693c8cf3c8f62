using System.Text.Json;
using Capacity.Control.Scaling;
using Capacity.Tests.Conformance;

namespace Capacity.Tests.Scaling;

/// <summary>Kubernetes' own tests of its autoscaler, restated as inputs and outcomes.</summary>
internal static class HpaCases
{
    /// <summary>Compares the outcome of every case, kind by kind.</summary>
    public static SuiteResult Run(string path)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(path));
        HpaOptions options = HpaCase.Options(file.RootElement.GetProperty("testConstants"));
        var wrong = new List<CaseDifference>();
        int total = 0;
        foreach (JsonProperty kind in file.RootElement.GetProperty("cases").EnumerateObject())
        {
            foreach (JsonElement one in kind.Value.EnumerateArray())
            {
                total++;
                var differences = new List<string>();
                Compare(kind.Name, one.GetProperty("input"), one.GetProperty("expect"), options,
                    (what, expected, actual) => Note(differences, what, expected, actual));
                if (differences.Count > 0)
                {
                    string name = $"{kind.Name} {one.GetProperty("id").GetString()}";
                    wrong.Add(new CaseDifference(name, string.Join("; ", differences)));
                }
            }
        }

        return new SuiteResult("hpa-cases", total, wrong);
    }

    private static void Note(List<string> differences, string what, object? expected, object? actual)
    {
        if (!Equals(expected, actual))
        {
            differences.Add($"{what} is {actual ?? "nothing"}, not {expected ?? "nothing"}");
        }
    }

    private static void Compare(string kind, JsonElement input, JsonElement expect, HpaOptions options,
        Action<string, object?, object?> same)
    {
        switch (kind)
        {
            case "resourceUtilization":
                ComparePerPod(input, expect, options, same);
                break;
            case "podsMetric":
                HpaProposal pods = HpaPerPodReplicas.Metric(
                    new HpaMetric.Pods("qps", HpaCase.Long(input, "targetAverageMilli")),
                    HpaCase.Int(input, "currentReplicas"), HpaCase.Pods(input), HpaCase.Samples(input),
                    new HpaPass(HpaCase.Now, options, HpaCase.Tolerance(input)));
                CompareUsage(pods, expect, same);
                break;
            case "objectValue" or "objectAverageValue" or "externalValue" or "externalAverageValue":
                CompareUsage(Total(kind, input), expect, same);
                break;
            case "groupPods":
                CompareGroups(input, expect, options, same);
                break;
            case "legacyLimit":
                CompareLimit(HpaLimits.Legacy(HpaCase.Int(input, "currentReplicas"),
                    HpaCase.Int(input, "desiredReplicas"), Bounds(input), options with
                    {
                        LegacyScaleUpFactor = HpaCase.Int(input, "scaleUpLimitFactor"),
                        LegacyScaleUpMinimum = HpaCase.Int(input, "scaleUpLimitMinimum"),
                    }), expect, same);
                break;
            case "policyLimit":
                bool up = input.GetProperty("direction").GetString() == "up";
                HpaScalingRules rules = HpaCase.Rules(input.GetProperty("rules"), new HpaScalingRules());
                var nothing = new HpaPastChanges(HpaCase.Now, [], []);
                int current = HpaCase.Int(input, "currentReplicas");
                same("limit", HpaCase.Int(expect, "limit"),
                    up ? HpaLimits.Upper(current, rules, nothing) : HpaLimits.Lower(current, rules, nothing));
                break;
            case "behaviorRate":
                CompareLimit(HpaLimits.WithBehavior(HpaCase.Int(input, "currentReplicas"),
                    HpaCase.Int(input, "desiredReplicas"), Bounds(input), HpaCase.Behavior(input),
                    new HpaPastChanges(HpaCase.Now, HpaCase.Events(input, "scaleUpEvents"),
                        HpaCase.Events(input, "scaleDownEvents"))), expect, same);
                break;
            case "legacyStabilize" or "behaviorStabilize":
                CompareStabilized(input, expect, kind == "legacyStabilize", same);
                break;
            case "storeScaleEvent":
                CompareStored(input, expect, same);
                break;
            case "reconcile":
                CompareReconcile(input, expect, options, same);
                break;
            default:
                same("kind", "a known one", kind);
                break;
        }
    }

    private static void ComparePerPod(JsonElement input, JsonElement expect, HpaOptions options,
        Action<string, object?, object?> same)
    {
        HpaProposal proposal = HpaPerPodReplicas.Utilization(
            new HpaMetric.ResourceUtilization("cpu", HpaCase.Int(input, "targetUtilizationPercent"),
                HpaCase.Optional(input, "container")?.GetInt32()),
            HpaCase.Int(input, "currentReplicas"), HpaCase.Pods(input), HpaCase.Samples(input),
            new HpaPass(HpaCase.Now, options, HpaCase.Tolerance(input)));
        if (HpaCase.Optional(expect, "errorContains")?.GetString() is { } error)
        {
            same($"error with '{error}'", true, proposal.Error?.Contains(error, StringComparison.Ordinal) == true);
            return;
        }

        same("error", null, proposal.Error);
        same("replicas", HpaCase.Int(expect, "replicas"), proposal.Replicas);
        same("utilization", HpaCase.Int(expect, "utilizationPercent"), proposal.UtilizationPercent);
        same("mean usage", HpaCase.Long(expect, "rawAverageMilli"), proposal.UsageMilli);
    }

    private static HpaProposal Total(string kind, JsonElement input)
    {
        List<long> values = HpaCase.Longs(input, "metricValuesMilli");
        int current = HpaCase.Int(input, "currentReplicas");
        long target = HpaCase.Long(input, "targetMilli");
        bool perPod = kind.EndsWith("AverageValue", StringComparison.Ordinal);
        long total = kind.StartsWith("object", StringComparison.Ordinal)
            ? values[0] : HpaTotalReplicas.Total(values, perPod);
        return perPod
            ? HpaTotalReplicas.AverageValue(total, target, current, HpaCase.Tolerance(input))
            : HpaTotalReplicas.Value(total, target, current, HpaCase.Int(input, "readyPods"),
                HpaCase.Tolerance(input));
    }

    private static void CompareUsage(HpaProposal actual, JsonElement expect, Action<string, object?, object?> same)
    {
        same("error", null, actual.Error);
        same("replicas", HpaCase.Int(expect, "replicas"), actual.Replicas);
        same("usage", HpaCase.Long(expect, "usageMilli"), actual.UsageMilli);
    }

    private static void CompareGroups(JsonElement input, JsonElement expect, HpaOptions options,
        Action<string, object?, object?> same)
    {
        HpaPodGroups groups = HpaPodGroups.Of(HpaCase.Pods(input),
            HpaCase.Samples(input).Pods.ToDictionary(s => s.Pod), input.GetProperty("resource").GetString() == "cpu",
            HpaCase.Now, options);
        string Names(string name) => string.Join(",", HpaCase.List(expect, name, n => n.GetString()!));
        same("ready", HpaCase.Int(expect, "readyCount"), groups.Ready);
        same("unready", Names("unready"), string.Join(",", groups.Unready));
        same("missing", Names("missing"), string.Join(",", groups.Missing));
        same("ignored", Names("ignored"), string.Join(",", groups.Ignored));
    }

    private static HpaSpec Bounds(JsonElement input) =>
        new() { Min = HpaCase.Int(input, "min"), Max = HpaCase.Int(input, "max") };

    private static void CompareLimit(HpaLimited actual, JsonElement expect, Action<string, object?, object?> same)
    {
        same("replicas", HpaCase.Int(expect, "replicas"), actual.Replicas);
        same("reason", expect.GetProperty("reason").GetString(), actual.Reason);
    }

    private static void CompareStabilized(JsonElement input, JsonElement expect, bool legacy,
        Action<string, object?, object?> same)
    {
        List<HpaRecommendation> log = HpaCase.Recommendations(input);
        int desired = HpaCase.Int(input, "desired");
        HpaStabilized actual = legacy
            ? HpaStabilization.Legacy(log, HpaCase.Now, desired, HpaCase.Seconds(input, "downscaleWindowSec"))
            : HpaStabilization.WithBehavior(log, HpaCase.Now, HpaCase.Int(input, "currentReplicas"), desired,
                (HpaCase.Seconds(input, "upWindowSec"), HpaCase.Seconds(input, "downWindowSec")));
        same("replicas", HpaCase.Int(expect, "replicas"), actual.Replicas);
        List<int> after = [.. log.Select(r => r.Replicas)];
        if (actual.Slot == after.Count)
        {
            after.Add(0);
        }

        after[actual.Slot] = desired;
        if (legacy)
        {
            same("log", HpaCase.Int(expect, "logLength"), after.Count);
        }
        else if (HpaCase.Optional(expect, "logAfter") is not null)
        {
            same("log", string.Join(",", HpaCase.Longs(expect, "logAfter")), string.Join(",", after));
        }
    }

    private static void CompareStored(JsonElement input, JsonElement expect, Action<string, object?, object?> same)
    {
        List<HpaScaleEvent> log = HpaCase.Events(input, "previous");
        HpaScalingRules? rules = HpaCase.Optional(input, "rules") is { } given
            ? HpaCase.Rules(given, new HpaScalingRules()) : null;
        IReadOnlyList<HpaScaleEvent> stored =
            HpaScaleEvents.Store(log, HpaCase.Now, HpaCase.Int(input, "replicaChange"), rules);
        same("change in 60 s", HpaCase.Int(expect, "changeInLast60Sec"),
            HpaScaleEvents.ChangeWithin(log, HpaCase.Now, TimeSpan.FromSeconds(60)));
        same("events",
            string.Join(",", HpaCase.List(expect, "events", e =>
                $"{HpaCase.Int(e, "change")}/{HpaCase.Int(e, "outdated")}")),
            string.Join(",", stored.Select(e => $"{e.Change}/{(e.Outdated ? 1 : 0)}")));
    }

    private static void CompareReconcile(JsonElement input, JsonElement expect, HpaOptions options,
        Action<string, object?, object?> same)
    {
        var controller = new HpaController(HpaCase.Spec(input), options with
        {
            ScaleToZero = HpaCase.Optional(input, "hpaScaleToZeroGate")?.GetBoolean() ?? false,
            ConfigurableTolerance = input.GetProperty("toleranceGate").GetBoolean(),
        }, new HpaHistory
        {
            Recommendations = HpaCase.Optional(input, "recommendations") is null
                ? null : HpaCase.Recommendations(input),
            ScaledToZero = input.GetProperty("scaledToZeroCondition").GetBoolean(),
        });
        HpaOutcome outcome = controller.Reconcile(HpaCase.Now, HpaCase.Snapshot(input));
        same("replicas", HpaCase.Int(expect, "replicas"), outcome.Replicas);
        same("error", expect.GetProperty("error").GetBoolean(), outcome.Error is not null);
        if (HpaCase.Optional(expect, "cpuUtilizationPercent")?.GetInt32() is { } percent)
        {
            same("utilization", percent, outcome.Proposals[0].UtilizationPercent);
        }

        foreach (JsonProperty condition in HpaCase.Optional(expect, "conditions")?.EnumerateObject() ?? default)
        {
            same(condition.Name, condition.Value.GetString(),
                outcome.Conditions.FirstOrDefault(c => c.Type == condition.Name)?.Reason);
        }
    }
}
