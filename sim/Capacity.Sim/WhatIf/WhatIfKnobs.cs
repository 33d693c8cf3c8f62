using Capacity.Control;
using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>The settings of one scenario that can be turned, and the cases that turning them makes.</summary>
public sealed class WhatIfKnobs
{
    private readonly WhatIfCase _configured;
    private readonly IReadOnlyList<KnobAction> _actions;

    private WhatIfKnobs(WhatIfCase configured, IReadOnlyList<KnobAction> actions)
    {
        _configured = configured;
        _actions = actions;
        All = [.. actions.Select(a => a.Knob)];
    }

    /// <summary>The knobs, in the order in which they are shown. Ids are unique.</summary>
    public IReadOnlyList<Knob> All { get; }

    /// <summary>Finds the knobs of a scenario.</summary>
    /// <param name="scenario">What is asked.</param>
    /// <param name="loop">The control loop at the launch's own speed, with docker-scaler's policy.</param>
    public static WhatIfKnobs Of(Scenario scenario, LoopSettings loop) => new(
        new WhatIfCase(scenario, loop),
        [
            .. PolicyKnobs.Of(loop), .. RuleKnobs.Of(loop), .. TimerKnobs.Of(loop), .. ServiceKnobs.Of(scenario),
            .. TrafficKnobs.Of(scenario),
        ]);

    /// <summary>The scenario with knobs turned.</summary>
    /// <param name="values">By id. Ids that are not known are passed over; values are brought to what the knob takes.
    /// </param>
    /// <returns>The configured case for no values; otherwise the same case for the same values, in any order.</returns>
    public WhatIfCase Turn(IReadOnlyDictionary<string, double> values)
    {
        WhatIfCase turned = _configured;
        foreach ((Knob knob, Func<WhatIfCase, double, WhatIfCase> turn) in _actions)
        {
            if (values.TryGetValue(knob.Id, out double wanted) && knob.Nearest(wanted) is var value
                && value != knob.Value)
            {
                turned = turn(turned, value);
            }
        }

        return turned.AlertsChanged ? RuleKnobs.Rewritten(turned) : turned;
    }

    /// <summary>The values that turning takes into account: known ids, in the order of <see cref="All"/>, at what the
    /// knobs take, without those at their configured value.</summary>
    public IReadOnlyList<(string Id, double Value)> Effective(IReadOnlyDictionary<string, double> values) =>
    [
        .. All.Where(k => values.ContainsKey(k.Id)).Select(k => (k.Id, Value: k.Nearest(values[k.Id])))
            .Where(v => v.Value != All.First(k => k.Id == v.Id).Value),
    ];
}
