using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Control.Linting;

/// <summary>Names that get into each other's way.</summary>
internal static class NameChecks
{
    /// <summary>Alerts that cannot be told apart, or of which the monitor keeps one only.</summary>
    public static IEnumerable<Diagnostic> Collisions(LintContext context)
    {
        var seen = new Dictionary<string, LintRule>(StringComparer.Ordinal);
        foreach (LintRule rule in context.Rules.Where(r => r.IsAlert))
        {
            string key = context.Stack is null ? rule.AlertLabels.ToString() : rule.Name;
            if (seen.TryAdd(key, rule))
            {
                continue;
            }

            int line = seen[key].At.Line;
            yield return context.Stack is not null
                ? new Diagnostic("RUL110", rule.At,
                    $"the monitor writes two alerts '{rule.Name}' and keeps this one only; the other is in line {line}",
                    "rename one; hyphens do not count, as the monitor removes them")
                : new Diagnostic("RUL110", rule.At,
                    $"alert '{rule.Name}' in line {line} has the same name and labels: their alerts look alike",
                    "give one of them another name or a label of its own", Severity.Warning);
        }
    }

    /// <summary>Services whose change deletes another's alerts.</summary>
    public static IEnumerable<Diagnostic> Prefixes(LintContext context)
    {
        foreach (StackService one in context.Stack?.Services ?? [])
        {
            foreach (StackService other in context.Stack!.Services)
            {
                string prefix = MonitorRules.Formatted(one.NameIn(context.StackName));
                string name = MonitorRules.Formatted(other.NameIn(context.StackName));
                bool alerts = other.Labels.Any(l => l.Key.StartsWith("com.df.alertName", StringComparison.Ordinal));
                bool notified = one.Labels.Any(l => l.Key == "com.df.notify");
                if (!ReferenceEquals(one, other) && alerts && notified
                    && name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return new Diagnostic("RUL111", one.At,
                        $"each change of '{one.Name}' deletes the alerts of '{other.Name}': the monitor deletes by the "
                        + "beginning of the name", "rename one, so that neither begins like the other",
                        Severity.Warning);
                }
            }
        }
    }
}
