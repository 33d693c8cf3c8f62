using System.Globalization;
using Capacity.Control;
using Capacity.Control.Scaling;
using Capacity.Model;
using Capacity.Sim.WhatIf;

namespace Capacity.Sim.Tuning;

/// <summary>Policies that keep a metric at a target: Kubernetes' autoscaler, and target tracking.</summary>
internal static class AutoscalerSpace
{
    private const int FewestAtTop = 12;
    private const string Start = "replicas";

    /// <summary>The knobs: bounds, target, tolerance, waits, and the replicas at the start.</summary>
    /// <param name="launch">With the policy in use.</param>
    /// <param name="only">Ids to search; empty takes all.</param>
    /// <returns>Null when no knob is left.</returns>
    public static PolicySpace? Of(SimulationInput launch, IReadOnlyCollection<string> only)
    {
        IReadOnlyList<Knob> all = Knobs(launch);
        Knob[] searched = [.. all.Where(k => only.Count == 0 || only.Contains(k.Id))];
        var others = all.Except(searched).ToDictionary(k => k.Id, k => k.Value, StringComparer.Ordinal);
        KnobOrder[] orders = [new("min", "max"), new("min", Start), new(Start, "max")];
        return searched.Length == 0 ? null
            : new PolicySpace(searched, others, orders, values => Turned(launch, all, values));
    }

    /// <summary>All knobs of the policy in use.</summary>
    public static IReadOnlyList<Knob> Knobs(SimulationInput launch)
    {
        PolicyModel policy = launch.Policy;
        MetricPolicyModel metric = policy.Metric!;
        string name = PolicyModel.Names[(int)policy.Use];
        bool isHpa = policy.Use == PolicyKind.Hpa;
        (ulong low, ulong high) = DockerScaler.Bounds(launch.Loop.Scaler, launch.Loop.ServiceLabels);
        int min = metric.Min ?? (int)Math.Min(low, FewestAtTop);
        int max = Math.Max(min, metric.Max ?? (int)Math.Min(high, 10 * FewestAtTop));
        int top = Math.Max(FewestAtTop, 2 * Math.Max(max, launch.Loop.InitialReplicas));
        Knob Of(string id, string what, KnobUnit unit, double value, IEnumerable<double> stops) =>
            Knob.Of(id, "Policy", what, unit, value, $"policy.{name}.{KeyOf(id, metric, isHpa)}", stops);
        return
        [
            Of("min", "minimum replicas", KnobUnit.Count, min, KnobText.Counts(1, top)),
            Of("max", "maximum replicas", KnobUnit.Count, max, KnobText.Counts(1, top)),
            metric.Metric == ScalingMetric.Utilization
                ? Of("target", "target of the busy share", KnobUnit.Share, metric.Target,
                    Enumerable.Range(4, 15).Select(i => Math.Round(i * 0.05, 2)))
                : Of("target", "target of the requests per replica", KnobUnit.Rate, metric.Target,
                    Enumerable.Range(2, 15).Select(i => Math.Round(metric.Target * i * 0.125, 3))),
            Of("tolerance", "tolerance", KnobUnit.Share, metric.Tolerance, [0, 0.05, 0.1, 0.15, 0.2, 0.3]),
            Of("up", isHpa ? "window upwards" : "cool-down upwards", KnobUnit.Seconds, metric.UpWait,
                KnobText.TimesWithin(15, 600).Prepend(0)),
            Of("down", isHpa ? "window downwards" : "cool-down downwards", KnobUnit.Seconds, metric.DownWait,
                KnobText.TimesWithin(15, 1_800).Prepend(0)),
            Knob.Of(Start, "Policy", "replicas at the start", KnobUnit.Count, launch.Loop.InitialReplicas,
                "deploy.replicas", KnobText.Counts(1, top)),
        ];
    }

    private static string KeyOf(string id, MetricPolicyModel metric, bool isHpa) => id switch
    {
        "target" => metric.Metric == ScalingMetric.Utilization ? "utilization" : "requests",
        "up" => isHpa ? "up_window" : "out_cooldown",
        "down" => isHpa ? "down_window" : "in_cooldown",
        _ => id,
    };

    private static PolicyCase Turned(
        SimulationInput launch, IReadOnlyList<Knob> all, IReadOnlyDictionary<string, double> values)
    {
        double At(string id) => values.TryGetValue(id, out double value) ? value : all.First(k => k.Id == id).Value;
        MetricPolicyModel turned = launch.Policy.Metric! with
        {
            Min = (int)At("min"),
            Max = (int)At("max"),
            Target = At("target"),
            Tolerance = At("tolerance"),
            UpWait = At("up"),
            DownWait = At("down"),
        };
        bool isHpa = launch.Policy.Use == PolicyKind.Hpa;
        PolicyModel policy = isHpa ? launch.Policy with { Hpa = turned } : launch.Policy with { Target = turned };
        LoopSettings loop = launch.Loop with { InitialReplicas = (int)At(Start) };
        string name = PolicyModel.Names[(int)policy.Use];
        string keys = string.Join(", ", all.Where(k => k.Id != Start)
            .Select(k => $"{KeyOf(k.Id, turned, isHpa)}: {Text(k, At(k.Id))}"));
        var change = new PolicyChange($"{name}: {Text(all[2], turned.Target)}, {turned.Min} to {turned.Max} replicas",
            "the policy of the scenario", $"policy:\n  use: {name}\n  {name}: {{ {keys} }}", "scenario", loop);
        return new PolicyCase(
            launch with { Loop = loop, Policy = policy },
            [change, .. StartChange(launch.Loop, loop)]);
    }

    /// <summary>The edit of the replicas at the start; none when they are as configured.</summary>
    internal static IEnumerable<PolicyChange> StartChange(LoopSettings before, LoopSettings after)
    {
        if (after.InitialReplicas != before.InitialReplicas)
        {
            string replicas = after.InitialReplicas.ToString(CultureInfo.InvariantCulture);
            yield return new PolicyChange(
                string.Create(CultureInfo.InvariantCulture, $"replicas {before.InitialReplicas} → {replicas}"),
                "replicas at the start, under deploy", $"replicas: {replicas}", "stack", after);
        }
    }

    private static string Text(Knob knob, double value) => knob.Unit switch
    {
        KnobUnit.Share => KnobText.Number(value * 100) + "%",
        KnobUnit.Seconds => KnobText.Precise(value),
        KnobUnit.Rate => KnobText.Number(value) + "/s",
        _ => KnobText.Number(value),
    };
}
