using System.Globalization;
using Capacity.Control;
using Capacity.Model;
using Capacity.Sim.WhatIf;

namespace Capacity.Sim.Tuning;

/// <summary>Policies that follow a timetable.</summary>
internal static class TimetableSpace
{
    private const string Start = "replicas";
    private const int FewestAtTop = 12;
    private const int Places = 24; // stops of an instant

    /// <summary>The knobs: begin, end and replicas of each stretch, and the replicas outside of them.</summary>
    /// <param name="launch">With the policy in use; without a stretch it gets one around the highest load.</param>
    /// <param name="only">Ids to search; empty takes all.</param>
    /// <returns>Null when no knob is left.</returns>
    public static PolicySpace? Of(SimulationInput launch, IReadOnlyCollection<string> only)
    {
        IReadOnlyList<Knob> all = Knobs(launch);
        Knob[] searched = [.. all.Where(k => only.Count == 0 || only.Contains(k.Id))];
        var others = all.Except(searched).ToDictionary(k => k.Id, k => k.Value, StringComparer.Ordinal);
        IReadOnlyList<PlannedReplicas> stretches = Stretches(launch);
        KnobOrder[] orders =
        [
            .. stretches.SelectMany((_, i) => new[]
            {
                new KnobOrder(Id(i, "from"), Id(i, "until"), Strict: true),
                new KnobOrder(Id(i, "until"), Id(i + 1, "from")),
            }),
        ];
        return searched.Length == 0 ? null
            : new PolicySpace(searched, others, orders, values => Turned(launch, all, stretches.Count, values));
    }

    /// <summary>All knobs.</summary>
    public static IReadOnlyList<Knob> Knobs(SimulationInput launch)
    {
        IReadOnlyList<PlannedReplicas> stretches = Stretches(launch);
        int most = Math.Max(launch.Loop.InitialReplicas, stretches.Max(s => s.Replicas));
        IEnumerable<double> counts = KnobText.Counts(1, Math.Max(FewestAtTop, 2 * most));
        double step = Math.Max(1, Math.Round(launch.Plan.Duration / Places));
        double[] instants =
            [.. Enumerable.Range(0, Places + 1).Select(i => Math.Min(i * step, launch.Plan.Duration)).Distinct()];
        return
        [
            .. stretches.SelectMany((s, i) => new[]
            {
                Knob.Of(Id(i, "from"), "Policy", $"begin of stretch {Number(i)}", KnobUnit.Seconds, s.From,
                    "policy.schedule", instants),
                Knob.Of(Id(i, "until"), "Policy", $"end of stretch {Number(i)}", KnobUnit.Seconds, s.Until,
                    "policy.schedule", instants),
                Knob.Of(Id(i, "replicas"), "Policy", $"replicas in stretch {Number(i)}", KnobUnit.Count, s.Replicas,
                    "policy.schedule", counts),
            }),
            Knob.Of(Start, "Policy", "replicas outside of the timetable", KnobUnit.Count,
                launch.Loop.InitialReplicas, "deploy.replicas", counts),
        ];
    }

    /// <summary>The stretches of the scenario; without any, one from where the load first is above its mean to where it
    /// last is.</summary>
    private static IReadOnlyList<PlannedReplicas> Stretches(SimulationInput launch)
    {
        if (launch.Policy.Schedule.Count > 0)
        {
            return launch.Policy.Schedule;
        }

        double mean = launch.Plan.OpenRequests / launch.Plan.Duration;
        RateSegment[] high = [.. launch.Plan.Open.Segments.Where(s => Math.Max(s.FromRate, s.ToRate) > mean)];
        (double from, double until) = high.Length == 0 ? (0, launch.Plan.Duration) : (high[0].From, high[^1].To);
        return [new PlannedReplicas(Math.Round(from), Math.Round(until), launch.Loop.InitialReplicas)];
    }

    private static PolicyCase Turned(
        SimulationInput launch, IReadOnlyList<Knob> all, int stretches, IReadOnlyDictionary<string, double> values)
    {
        double At(string id) => values.TryGetValue(id, out double value) ? value : all.First(k => k.Id == id).Value;
        PlannedReplicas[] planned =
        [
            .. Enumerable.Range(0, stretches).Select(i => new PlannedReplicas(
                At(Id(i, "from")), At(Id(i, "until")), (int)At(Id(i, "replicas")))),
        ];
        LoopSettings loop = launch.Loop with { InitialReplicas = (int)At(Start) };
        IEnumerable<string> lines = planned.Select(p => string.Create(CultureInfo.InvariantCulture,
            $"    - {{ from: {KnobText.Time(p.From)}, until: {KnobText.Time(p.Until)}, replicas: {p.Replicas} }}"));
        var change = new PolicyChange(
            "schedule: " + string.Join(", ", planned.Select(p => string.Create(CultureInfo.InvariantCulture,
                $"{p.Replicas} replicas from {KnobText.Time(p.From)} until {KnobText.Time(p.Until)}"))),
            "the policy of the scenario", $"policy:\n  use: schedule\n  schedule:\n{string.Join('\n', lines)}",
            "scenario", loop);
        return new PolicyCase(
            launch with { Loop = loop, Policy = launch.Policy with { Schedule = planned } },
            [change, .. AutoscalerSpace.StartChange(launch.Loop, loop)]);
    }

    private static string Id(int stretch, string what) => $"{what}{Number(stretch)}";

    private static string Number(int stretch) => (stretch + 1).ToString(CultureInfo.InvariantCulture);
}
