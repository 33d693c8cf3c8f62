using System.Globalization;
using Capacity.Control;
using Capacity.Model;

namespace Capacity.Sim.Tuning;

/// <summary>The changes that are worth trying, each a single edit of one of the user's files.</summary>
public static class PolicyChanges
{
    private const string Min = "com.df.scaleMin";
    private const string Max = "com.df.scaleMax";
    private const string UpBy = "com.df.scaleUpBy";

    /// <summary>More replicas from the start: every count above the present minimum, smallest first.</summary>
    /// <param name="loop">The control loop as configured.</param>
    /// <param name="most">Most replicas to try, at least the present maximum.</param>
    public static IEnumerable<PolicyChange> HigherMinimum(LoopSettings loop, int most)
    {
        int min = Number(loop, Min, 1);
        int max = Number(loop, Max, 5);
        for (int wanted = min + 1; wanted <= most; wanted++)
        {
            bool above = wanted > max;
            LoopSettings changed = loop with
            {
                InitialReplicas = Math.Max(loop.InitialReplicas, wanted),
                ServiceLabels = Label(above ? Label(loop.ServiceLabels, Max, wanted) : loop.ServiceLabels, Min, wanted),
            };
            yield return new PolicyChange(
                above ? $"scaleMin {min} → {wanted}, scaleMax {max} → {wanted}" : $"scaleMin {min} → {wanted}",
                $"never fewer than {wanted} replicas, whatever the alerts say",
                above ? $"- {Min}={wanted}\n- {Max}={wanted}" : $"- {Min}={wanted}", "stack", changed);
        }
    }

    /// <summary>Edits of the steps and timers, each alone and then all together.</summary>
    public static IEnumerable<PolicyChange> Faster(LoopSettings loop)
    {
        var parts = new List<PolicyChange>();
        int upBy = Number(loop, UpBy, 1);
        int reach = Math.Max(upBy + 1, Number(loop, Max, 5) - Number(loop, Min, 1));
        if (reach > upBy)
        {
            parts.Add(new PolicyChange(
                $"scaleUpBy {upBy} → {reach}", "one notification reaches the maximum", $"- {UpBy}={reach}", "stack",
                loop with { ServiceLabels = Label(loop.ServiceLabels, UpBy, reach) }));
        }

        TimeSpan often = TimeSpan.FromSeconds(15);
        if (loop.EvaluationInterval > often)
        {
            parts.Add(new PolicyChange(
                $"evaluation_interval {Text(loop.EvaluationInterval)} → {Text(often)}",
                "the rules see a surge up to 45 s earlier", $"global:\n  evaluation_interval: {Text(often)}",
                "prometheus",
                loop with { EvaluationInterval = often }));
        }

        if (WithTimers(loop, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(50)) is { } timers)
        {
            parts.Add(timers);
        }

        foreach (PolicyChange part in parts)
        {
            yield return part;
        }

        if (parts.Count > 1)
        {
            LoopSettings all = loop with
            {
                ServiceLabels = parts[0].File == "stack" ? parts[0].Loop.ServiceLabels : loop.ServiceLabels,
                EvaluationInterval = loop.EvaluationInterval > often ? often : loop.EvaluationInterval,
                Alertmanager = parts[^1].File == "alertmanager" ? parts[^1].Loop.Alertmanager : loop.Alertmanager,
            };
            yield return new PolicyChange(
                string.Join(", ", parts.Select(p => p.Title)), "a faster loop, the minimum as it is",
                string.Join('\n', parts.Select(p => $"# {p.File}\n{p.Snippet}")), "all three files", all);
        }
    }

    private static PolicyChange? WithTimers(LoopSettings loop, TimeSpan wait, TimeSpan interval, TimeSpan repeat)
    {
        var route = loop.Alertmanager.Root;
        if (route.GroupInterval <= interval)
        {
            return null;
        }

        return new PolicyChange(
            $"group_wait {Text(route.GroupWait)} → {Text(wait)}, group_interval {Text(route.GroupInterval)} → "
            + $"{Text(interval)}",
            "the scaler hears of a new alert at once, and again every minute",
            $"route:\n  group_wait: {Text(wait)}\n  group_interval: {Text(interval)}\n  repeat_interval: "
            + $"{Text(repeat)}",
            "alertmanager", loop with { Alertmanager = loop.Alertmanager.WithTimers(wait, interval, repeat) });
    }

    private static string Text(TimeSpan duration) => PrometheusDuration.Format(duration);

    private static int Number(LoopSettings loop, string label, int otherwise) =>
        loop.ServiceLabels.TryGetValue(label, out string? text)
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value : otherwise;

    private static Dictionary<string,
        string> Label(IReadOnlyDictionary<string, string> labels, string name, int value) =>
        new(labels, StringComparer.Ordinal) { [name] = value.ToString(CultureInfo.InvariantCulture) };
}
