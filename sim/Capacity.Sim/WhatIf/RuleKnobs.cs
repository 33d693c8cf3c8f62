using System.Globalization;
using Capacity.Control;
using Capacity.Control.Labels;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>The numbers in the alert labels of the service: <c>@resp_time_above:0.1,5m,0.99</c> and its <c>for</c>.
/// </summary>
/// <remarks>A condition that is written as PromQL has only its <c>for</c>.</remarks>
internal static class RuleKnobs
{
    private const int NumberedAlertsMax = 10;

    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] Shares =
    [
        0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995,
            0.999,
    ];

    internal static readonly string[] Operators = ["unless", "and", "or"];

    public static IEnumerable<KnobAction> Of(LoopSettings loop)
    {
        IEnumerable<string> suffixes = Enumerable.Range(1, NumberedAlertsMax)
            .Select(n => "." + n.ToString(CultureInfo.InvariantCulture)).Prepend("");
        foreach (string suffix in suffixes)
        {
            if (loop.ServiceLabels.TryGetValue(NameOf(suffix), out string? name) && name.Length > 0
                && loop.ServiceLabels.TryGetValue(ConditionOf(suffix), out string? condition) && condition.Length > 0)
            {
                foreach (KnobAction action in OfAlert(loop, suffix, $"Rules: {name}", condition))
                {
                    yield return action;
                }
            }
        }
    }

    /// <summary>The case with the rules that its alert labels become now.</summary>
    public static WhatIfCase Rewritten(WhatIfCase turned)
    {
        LoopSettings loop = turned.Loop;
        IReadOnlyList<StackLabel> labels =
            [.. loop.ServiceLabels.Select(l => new StackLabel(l.Key, l.Value, SourceSpan.None))];
        if (!MonitorRules.FromLabels(loop.Service, loop.InitialReplicas, labels)
                .TryGet(out IReadOnlyList<MonitorAlert>? alerts))
        {
            return turned;
        }

        var rules = alerts.ToDictionary(a => a.Name, StringComparer.Ordinal);
        Rule Again(Rule rule) => rule is AlertRule alert && rules.TryGetValue(rule.Name, out MonitorAlert? now)
            ? Written(alert, now) : rule;
        return turned with
        {
            Loop = loop with
            {
                Groups =
                [
                    .. loop.Groups.Select(g =>
                        g.Name == MonitorRuleFile.GroupName ? g with { Rules = [.. g.Rules.Select(Again)] } : g),
                ],
            },
        };
    }

    private static AlertRule Written(AlertRule rule, MonitorAlert now) =>
        PromQlParser.Parse(now.Expr).TryGet(out Expr? expr)
        && PrometheusDuration.Parse(now.For.Length == 0 ? "0" : now.For).TryGet(out TimeSpan wait)
            ? rule with
            {
                Expr = expr,
                For = wait,
                Labels = new LabelSet(now.Labels),
                Annotations = new LabelSet(now.Annotations),
            }
            : rule;

    private static IEnumerable<KnobAction> OfAlert(LoopSettings loop, string suffix, string group, string condition)
    {
        string id = "alert" + suffix;
        string label = ConditionOf(suffix);
        IReadOnlyList<ConditionPart> parts = ConditionPart.Split(condition, Operators);
        for (int part = 0; part < parts.Count; part++)
        {
            for (int at = 0; at < parts[part].Values.Length; at++)
            {
                if (KnobOf(parts[part], at, part, id, group, label) is { } knob)
                {
                    (int p, int v) = (part, at);
                    yield return new KnobAction(knob, (turned, value) =>
                    {
                        string now = turned.Loop.ServiceLabels[label];
                        string after = ConditionPart.Replace(ConditionPart.Split(now, Operators), p, v,
                            knob.Unit == KnobUnit.Seconds && !knob.StopsOnly
                                ? KnobText.Time(value) : KnobText.Number(value));
                        return turned.WithLabel(label, condition, after) with { AlertsChanged = true };
                    });
                }
            }
        }

        string wait = loop.ServiceLabels.GetValueOrDefault(WaitOf(suffix), "");
        if (PrometheusDuration.Parse(wait.Length == 0 ? "0" : wait).TryGet(out TimeSpan configured))
        {
            Knob knob = Knob.Of($"{id}.for", group, "for", KnobUnit.Seconds, configured.TotalSeconds, WaitOf(suffix),
                KnobText.TimesWithin(5, 900).Prepend(0));
            yield return new KnobAction(knob, (turned, value) =>
                turned.WithLabel(WaitOf(suffix), wait, KnobText.Time(value)) with { AlertsChanged = true });
        }
    }

    /// <summary>The knob of one value of a shortcut; null for one that the simulation does not know.</summary>
    private static Knob? KnobOf(ConditionPart part, int at, int number, string id, string group, string label)
    {
        string which = part.Operator.Length == 0 ? "" : $"{part.Operator} ";
        string prefix = number == 0 ? id : $"{id}.{number.ToString(CultureInfo.InvariantCulture)}";
        string text = part.Values[at];
        return (part.Name, at) switch
        {
            ("@resp_time_above" or "@resp_time_below", 0) when Value(text) is { } bound =>
                Knob.Of($"{prefix}.limit", group, which + "response time", KnobUnit.Seconds, bound, label, Bounds,
                    stopsOnly: true),
            ("@resp_time_above" or "@resp_time_below", 1) or ("@resp_time_server_error", 0)
                when PrometheusDuration.Parse(text).TryGet(out TimeSpan window) && window > TimeSpan.Zero =>
                Knob.Of($"{prefix}.window", group, which + "window", KnobUnit.Seconds, window.TotalSeconds, label,
                    KnobText.TimesWithin(20, 1_800)),
            ("@resp_time_above" or "@resp_time_below", 2) when Value(text) is { } share and < 1 =>
                Knob.Of($"{prefix}.share", group, which + "share that is faster", KnobUnit.Share, share, label, Shares),
            ("@resp_time_server_error", 1) when Value(text) is { } share and < 1 =>
                Knob.Of($"{prefix}.share", group, which + "share of errors", KnobUnit.Share, share, label, Shares),
            _ => null,
        };
    }

    private static double? Value(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
        && value > 0 ? value : null;

    private static string NameOf(string suffix) => $"{MonitorRules.LabelPrefix}alertName{suffix}";

    private static string ConditionOf(string suffix) => $"{MonitorRules.LabelPrefix}alertIf{suffix}";

    private static string WaitOf(string suffix) => $"{MonitorRules.LabelPrefix}alertFor{suffix}";
}
