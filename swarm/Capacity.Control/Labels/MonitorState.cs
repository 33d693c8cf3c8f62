namespace Capacity.Control.Labels;

/// <summary>The alerts that docker-flow-monitor holds, as services come, change and go.</summary>
/// <remarks>Source: docker-flow-monitor, server/server.go, deleteAlerts: it deletes by the *prefix* of the rule name,
/// so that a change of <c>my</c> also deletes the alerts of <c>my-svc</c>.</remarks>
public sealed class MonitorState
{
    private readonly SortedDictionary<string, MonitorAlert> _alerts = new(StringComparer.Ordinal);

    /// <summary>Sorted by name.</summary>
    public IReadOnlyCollection<MonitorAlert> Alerts => _alerts.Values;

    /// <summary>The rule file as it stands now; empty when there is no alert.</summary>
    public string RuleFile => MonitorRuleFile.Write(_alerts.Values);

    /// <summary>A service was created or changed.</summary>
    public void Reconfigure(string serviceName, IEnumerable<MonitorAlert> alerts)
    {
        Delete(serviceName, keepPersistent: false);
        foreach (MonitorAlert alert in alerts)
        {
            _alerts[alert.Name] = alert;
        }
    }

    /// <summary>A service was removed or scaled to 0. Persistent alerts stay.</summary>
    public void Remove(string serviceName) => Delete(serviceName, keepPersistent: true);

    private void Delete(string serviceName, bool keepPersistent)
    {
        string prefix = MonitorRules.Formatted(serviceName);
        foreach (MonitorAlert alert in _alerts.Values.ToList())
        {
            if (alert.Name.StartsWith(prefix, StringComparison.Ordinal) && !(keepPersistent && alert.IsPersistent))
            {
                _alerts.Remove(alert.Name);
            }
        }
    }
}
