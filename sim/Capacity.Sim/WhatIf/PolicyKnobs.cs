using System.Globalization;
using Capacity.Control;
using Capacity.Control.Scaling;

namespace Capacity.Sim.WhatIf;

/// <summary>docker-scaler's policy: bounds, steps, cool-down, and the replicas at the start.</summary>
internal static class PolicyKnobs
{
    private const string Group = "Policy";
    private const string ReplicasKey = "replicas: ";
    private const int FewestAtTop = 12;

    public static IEnumerable<KnobAction> Of(LoopSettings loop)
    {
        ScalerOptions scaler = loop.Scaler;
        int min = Number(loop, scaler.MinLabel, scaler.DefaultMin);
        int max = Number(loop, scaler.MaxLabel, scaler.DefaultMax);
        int top = Math.Max(FewestAtTop, 2 * Math.Max(max, loop.InitialReplicas));
        yield return Label("scaleMin", "minimum replicas", scaler.MinLabel, min, 1, top, (turned, value) =>
        {
            WhatIfCase raised = Number(turned.Loop, scaler.MaxLabel, max) < value
                ? turned.WithLabel(scaler.MaxLabel, Text(max), Text(value))
                : turned;
            return raised.Loop.InitialReplicas < value ? Started(raised, loop.InitialReplicas, value) : raised;
        });
        yield return Label("scaleMax", "maximum replicas", scaler.MaxLabel, max, 1, top, (turned, value) =>
            Number(turned.Loop, scaler.MinLabel, min) is var least && least > value
                ? turned.WithLabel(scaler.MinLabel, Text(min), Text(value)) : turned);
        yield return Label("scaleUpBy", "replicas added by one alert", scaler.UpByLabel,
            Number(loop, scaler.UpByLabel, scaler.DefaultUpBy), 1, 10, (turned, _) => turned);
        yield return Label("scaleDownBy", "replicas removed by one alert", scaler.DownByLabel,
            Number(loop, scaler.DownByLabel, scaler.DefaultDownBy), 1, 10, (turned, _) => turned);
        yield return Replicas(loop, top);
        yield return CoolDown(loop);
    }

    private static KnobAction Label(
        string id, string name, string label, int value, int from, int to, Func<WhatIfCase, int, WhatIfCase> also) =>
        new(Knob.Of(id, Group, name, KnobUnit.Count, value, label, KnobText.Counts(from, to)),
            (turned, wanted) => also(turned.WithLabel(label, Text(value), Text((int)wanted)), (int)wanted));

    private static KnobAction Replicas(LoopSettings loop, int top) => new(
        Knob.Of("replicas", Group, "replicas at the start", KnobUnit.Count, loop.InitialReplicas, "deploy.replicas",
            KnobText.Counts(1, top)),
        (turned, value) => Started(turned, loop.InitialReplicas, (int)value));

    // A service that starts below its minimum stays there until the first alert; a higher minimum raises the start too.
    private static WhatIfCase Started(WhatIfCase turned, int before, int wanted)
    {
        WhatIfCase fresh = turned with
        {
            Changes =
            [
                .. turned.Changes.Where(c => !c.Snippet.StartsWith(ReplicasKey, StringComparison.Ordinal)),
            ],
        };
        return wanted == before
            ? fresh with { Loop = fresh.Loop with { InitialReplicas = wanted } }
            : fresh.With(fresh.Loop with { InitialReplicas = wanted }, $"replicas {Text(before)} → {Text(wanted)}",
                "replicas at the start, under deploy", ReplicasKey + Text(wanted), "stack");
    }

    private static KnobAction CoolDown(LoopSettings loop) => new(
        Knob.Of("coolDown", Group, "cool-down", KnobUnit.Seconds, loop.Scaler.CoolDown.TotalSeconds,
            "capacity scaler --cool-down", KnobText.TimesWithin(5, 1_200).Prepend(0)),
        (turned, value) => turned.With(
            turned.Loop with { Scaler = turned.Loop.Scaler with { CoolDown = KnobText.Span(value) } },
            $"cool-down {KnobText.Time(loop.Scaler.CoolDown.TotalSeconds)} → {KnobText.Time(value)}",
            "least time between two changes; docker-scaler has none, 'capacity scaler' has",
            $"capacity scaler --cool-down {KnobText.Time(value)}", "scaler"));

    private static int Number(LoopSettings loop, string label, int otherwise) =>
        loop.ServiceLabels.TryGetValue(label, out string? text)
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
        && value >= 0
            ? value : otherwise;

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
