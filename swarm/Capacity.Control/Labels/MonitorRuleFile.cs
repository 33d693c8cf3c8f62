using System.Text;

namespace Capacity.Control.Labels;

/// <summary>The rule file that docker-flow-monitor hands to Prometheus, byte for byte.</summary>
/// <remarks>Source: docker-flow-monitor, prometheus/alert.go. Label values are written without quotes, as it
/// does.</remarks>
public static class MonitorRuleFile
{
    /// <summary>The file's path inside the monitor's container; Prometheus derives the evaluation phase from
    /// it.</summary>
    public const string Path = "/etc/prometheus/alert.rules";

    /// <summary>The name of the one rule group.</summary>
    public const string GroupName = "alert.rules";

    /// <summary>Writes the file.</summary>
    /// <param name="alerts">In any order; of two with the same name the later counts.</param>
    /// <returns>Text without a final newline; empty when there is no alert (the monitor then writes no file).</returns>
    public static string Write(IEnumerable<MonitorAlert> alerts)
    {
        var byName = new SortedDictionary<string, MonitorAlert>(StringComparer.Ordinal);
        foreach (MonitorAlert alert in alerts)
        {
            byName[alert.Name] = alert;
        }

        if (byName.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder("groups:\n- name: " + GroupName + "\n  rules:");
        foreach (MonitorAlert alert in byName.Values)
        {
            text.Append("\n  - alert: ").Append(alert.Name).Append("\n    expr: ").Append(alert.Expr);
            if (alert.For.Length > 0)
            {
                text.Append("\n    for: ").Append(alert.For);
            }

            Section(text, "labels", alert.Labels, quote: "");
            Section(text, "annotations", alert.Annotations, quote: "\"");
        }

        return text.ToString();
    }

    private static void Section(
        StringBuilder text, string name, IReadOnlyList<KeyValuePair<string, string>> pairs, string quote)
    {
        if (pairs.Count > 0)
        {
            text.Append("\n    ").Append(name).Append(':');
        }

        foreach ((string key, string value) in pairs)
        {
            text.Append("\n      ").Append(key).Append(": ").Append(quote).Append(value).Append(quote);
        }
    }
}
