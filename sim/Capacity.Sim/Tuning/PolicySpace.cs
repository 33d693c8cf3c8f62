using System.Globalization;
using Capacity.Control;
using Capacity.Model;
using Capacity.Sim.WhatIf;

namespace Capacity.Sim.Tuning;

/// <summary>A policy as it would be simulated.</summary>
/// <param name="Input">What is simulated.</param>
/// <param name="Changes">Edits of the user's files that lead to it; none for the configured policy.</param>
public sealed record PolicyCase(SimulationInput Input, IReadOnlyList<PolicyChange> Changes);

/// <summary>The value of one knob must not be above that of another.</summary>
/// <param name="Low">Id of the knob that stays below.</param>
/// <param name="High">Id of the other.</param>
/// <param name="Factor">High ≥ Low × Factor.</param>
/// <param name="Strict">Whether equal values are refused.</param>
internal sealed record KnobOrder(string Low, string High, double Factor = 1, bool Strict = false);

/// <summary>The policies that can be tried: each knob at one of its stops. A policy is an array of stop numbers, one
/// for each knob.</summary>
public sealed class PolicySpace
{
    private readonly IReadOnlyDictionary<string, double> _fixed;
    private readonly IReadOnlyList<KnobOrder> _orders;
    private readonly Func<IReadOnlyDictionary<string, double>, PolicyCase> _turn;

    /// <summary>Makes a space.</summary>
    /// <param name="knobs">What is searched; at least one.</param>
    /// <param name="others">Values of the knobs that stay as configured, by id.</param>
    /// <param name="orders">What the values must keep.</param>
    /// <param name="turn">Gives the policy for values by id.</param>
    internal PolicySpace(
        IReadOnlyList<Knob> knobs, IReadOnlyDictionary<string, double> others, IReadOnlyList<KnobOrder> orders,
        Func<IReadOnlyDictionary<string, double>, PolicyCase> turn)
    {
        Knobs = knobs;
        _fixed = others;
        _orders = orders;
        _turn = turn;
        Configured = [.. knobs.Select(k => StopOf(k, k.Value))];
    }

    /// <summary>What is searched.</summary>
    public IReadOnlyList<Knob> Knobs { get; }

    /// <summary>The policy as configured.</summary>
    public IReadOnlyList<int> Configured { get; }

    /// <summary>The groups of knobs that are searched when none is named.</summary>
    internal static bool IsPolicy(Knob knob) =>
        knob.Group is "Policy" or "Timers" || knob.Group.StartsWith("Rules", StringComparison.Ordinal);

    /// <summary>The knobs of docker-scaler's policy, of the rules and of the timers.</summary>
    /// <param name="scenario">What is asked.</param>
    /// <param name="loop">The control loop at the launch's own speed.</param>
    /// <param name="launch">What is simulated; its loop is replaced.</param>
    /// <param name="only">Ids to search; empty takes all. Ids that are not known are passed over.</param>
    /// <returns>Null when no knob is left.</returns>
    public static PolicySpace? Of(
        Scenario scenario, LoopSettings loop, SimulationInput launch, IReadOnlyCollection<string> only)
    {
        var all = WhatIfKnobs.Of(scenario, loop);
        Knob[] searched = [.. all.All.Where(k => IsPolicy(k) && (only.Count == 0 || only.Contains(k.Id)))];
        var others = all.All.Except(searched).Where(IsPolicy)
            .ToDictionary(k => k.Id, k => k.Value, StringComparer.Ordinal);
        return searched.Length == 0 ? null
            : new PolicySpace(searched, others, PolicyOrders.Of(all.All.Where(IsPolicy), loop), values =>
            {
                WhatIfCase turned = all.Turn(values);
                return new PolicyCase(launch with { Loop = turned.Loop }, turned.Changes);
            });
    }

    /// <summary>The knobs of whichever policy is in use.</summary>
    /// <param name="scenario">What is asked.</param>
    /// <param name="loop">The control loop at the launch's own speed.</param>
    /// <param name="launch">What is simulated; its policy says who scales.</param>
    /// <param name="only">Ids to search; empty takes all. Ids that are not known are passed over.</param>
    /// <returns>Null when no knob is left.</returns>
    public static PolicySpace? InUse(
        Scenario scenario, LoopSettings loop, SimulationInput launch, IReadOnlyCollection<string> only) =>
        launch.Policy.Use switch
        {
            PolicyKind.Step => Of(scenario, loop, launch, only),
            PolicyKind.Schedule => TimetableSpace.Of(launch, only),
            _ => AutoscalerSpace.Of(launch, only),
        };

    /// <summary>The ids of the knobs that <see cref="InUse"/> would search.</summary>
    public static IReadOnlyList<string> Names(Scenario scenario, LoopSettings loop, SimulationInput launch) =>
        InUse(scenario, loop, launch, []) is { } space ? [.. space.Knobs.Select(k => k.Id)] : [];

    /// <summary>The policy that a point of the unit cube stands for, with the orders kept.</summary>
    internal int[] At(IReadOnlyList<double> unit) =>
        Repair([.. Knobs.Select((k, i) => Math.Min(k.Stops.Count - 1, (int)(unit[i] * k.Stops.Count)))]);

    /// <summary>Raises, or where that does not help lowers, stops until the orders are kept.</summary>
    internal int[] Repair(int[] stops)
    {
        int[] kept = [.. stops];
        bool changed = true;
        for (int pass = 0; pass < _orders.Count && changed; pass++)
        {
            changed = false;
            foreach (KnobOrder order in _orders)
            {
                changed |= Enforce(order, kept); // which may break another: as many passes as orders settle any chain
            }
        }

        return kept;
    }

    /// <summary>Whether the policy keeps every order.</summary>
    internal bool Keeps(IReadOnlyList<int> stops) =>
        _orders.All(o => !IsKnown(o) || Holds(o, Value(o.Low, stops), Value(o.High, stops)));

    /// <summary>Values by id.</summary>
    public IReadOnlyDictionary<string, double> Values(IReadOnlyList<int> stops) =>
        Knobs.Select((k, i) => (k.Id, Value: k.Stops[stops[i]]))
            .ToDictionary(v => v.Id, v => v.Value, StringComparer.Ordinal);

    /// <summary>What is simulated for a policy.</summary>
    public PolicyCase Case(IReadOnlyList<int> stops) => _turn(Values(stops));

    /// <summary>The same text for the same policy.</summary>
    internal static string KeyOf(IReadOnlyList<int> stops) =>
        string.Join(' ', stops.Select(s => s.ToString(CultureInfo.InvariantCulture)));

    private static int StopOf(Knob knob, double value) =>
        Enumerable.Range(0, knob.Stops.Count).MinBy(i => Math.Abs(knob.Stops[i] - value));

    private static bool Holds(KnobOrder order, double low, double high) =>
        order.Strict ? high > low * order.Factor : high >= low * order.Factor;

    private bool Enforce(KnobOrder order, int[] stops)
    {
        if (!IsKnown(order) || Holds(order, Value(order.Low, stops), Value(order.High, stops)))
        {
            return false;
        }

        (int low, int high) = (Index(order.Low), Index(order.High));
        while (high >= 0 && stops[high] < Knobs[high].Stops.Count - 1
            && !Holds(order, Value(order.Low, stops), Value(order.High, stops)))
        {
            stops[high]++;
        }

        while (low >= 0 && stops[low] > 0 && !Holds(order, Value(order.Low, stops), Value(order.High, stops)))
        {
            stops[low]--;
        }

        return true;
    }

    private bool IsKnown(KnobOrder order) => Exists(order.Low) && Exists(order.High);

    private bool Exists(string id) => Index(id) >= 0 || _fixed.ContainsKey(id);

    private int Index(string id)
    {
        for (int i = 0; i < Knobs.Count; i++)
        {
            if (Knobs[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private double Value(string id, IReadOnlyList<int> stops) =>
        Index(id) is var at && at >= 0 ? Knobs[at].Stops[stops[at]] : _fixed[id];
}
