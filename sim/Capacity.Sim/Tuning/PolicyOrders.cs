using Capacity.Control;
using Capacity.Sim.WhatIf;

namespace Capacity.Sim.Tuning;

/// <summary>Orders that a sensible policy keeps.</summary>
internal static class PolicyOrders
{
    private const string Condition = "com.df.alertIf";
    private const double ScrapesInWindow = 4; // one lost scrape still leaves a rate

    /// <summary>The orders among these knobs.</summary>
    /// <param name="knobs">Of the policy, its rules and timers.</param>
    /// <param name="loop">Says which condition a knob belongs to.</param>
    public static IReadOnlyList<KnobOrder> Of(IEnumerable<Knob> knobs, LoopSettings loop)
    {
        Knob[] all = [.. knobs];
        var limits = all.Where(k => k.Id.EndsWith(".limit", StringComparison.Ordinal))
            .Select(k => (k.Id, Name: FirstName(k, loop))).ToList();
        return
        [
            new KnobOrder("scaleMin", "scaleMax"),
            new KnobOrder("scaleMin", "replicas"),
            new KnobOrder("replicas", "scaleMax"),
            new KnobOrder("groupInterval", "repeat"),
            .. from below in limits
               from above in limits
               where below.Name == "@resp_time_below" && above.Name == "@resp_time_above"
               select new KnobOrder(below.Id, above.Id, Strict: true),
            .. all.Where(k => k.Id.EndsWith(".window", StringComparison.Ordinal))
                .Select(k => new KnobOrder("scrape", k.Id, ScrapesInWindow)),
        ];
    }

    /// <summary>The shortcut that a knob's alert begins with; empty for a knob of a later part, such as what follows
    /// "unless".</summary>
    private static string FirstName(Knob knob, LoopSettings loop)
    {
        string suffix = knob.Place.StartsWith(Condition, StringComparison.Ordinal) ? knob.Place[Condition.Length..]
            : "";
        return knob.Id == $"alert{suffix}.limit"
            && loop.ServiceLabels.TryGetValue(knob.Place, out string? condition)
            && ConditionPart.Split(condition, RuleKnobs.Operators) is [{ } first, ..] ? first.Name : "";
    }
}
