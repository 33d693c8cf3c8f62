using System.Text;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Swarm.Monitor;

/// <summary>The services that the monitor knows, and the two files that they become.</summary>
/// <remarks>Unlike docker-flow-monitor it deletes by the whole name of a service, never by its beginning. Not safe for
/// several threads at once.</remarks>
/// <param name="settings">How the monitor runs.</param>
internal sealed class MonitorBook(MonitorSettings settings)
{
    private readonly SortedDictionary<string, MonitoredService> _services = new(StringComparer.Ordinal);

    private readonly SortedDictionary<string, IReadOnlyDictionary<string, string>> _nodes =
        new(StringComparer.Ordinal);

    /// <summary>Sorted by name.</summary>
    public IReadOnlyCollection<MonitoredService> Services => _services.Values;

    /// <summary>The rule file; empty when there is no alert.</summary>
    public string Rules => MonitorRuleFile.Write(_services.Values.SelectMany(s => s.Alerts));

    /// <summary>Files of targets by node, by their paths beside the configuration.</summary>
    public IReadOnlyDictionary<string, string> TargetFiles => _services.Values.Select(s => s.Scrape)
        .Where(s => s?.TargetFile is not null).ToDictionary(
            s => s!.TargetFile!, s => s!.Targets(id => _nodes.GetValueOrDefault(id)), StringComparer.Ordinal);

    /// <summary>The configuration of Prometheus: the template, with one scrape for each service.</summary>
    /// <returns>Null when there is no template.</returns>
    public string? Configuration()
    {
        if (settings.Template is null)
        {
            return null;
        }

        List<ScrapeEntry> scrapes = [.. _services.Values.Select(s => s.Scrape).OfType<ScrapeEntry>()];
        var text = new StringBuilder(settings.Template.TrimEnd());
        if (scrapes.Count > 0)
        {
            if (!settings.Template.Split('\n').Any(l => l.StartsWith("scrape_configs:", StringComparison.Ordinal)))
            {
                text.Append("\nscrape_configs:");
            }

            scrapes.ForEach(s => s.Write(text, settings.DnsRefresh));
        }

        return text.Append('\n').ToString();
    }

    /// <summary>A service was created or changed.</summary>
    public void Put(MonitoredService service) => _services[service.Name] = service;

    /// <summary>A node was added or changed.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="parameters">Those named by <see cref="MonitorSettings.NodeLabels"/> become labels.</param>
    /// <returns>Its labels.</returns>
    public IReadOnlyDictionary<string, string> PutNode(string id, IReadOnlyList<StackLabel> parameters) =>
        _nodes[id] = parameters.Where(p => settings.NodeLabels.Contains(p.Key, StringComparer.Ordinal))
            .GroupBy(p => p.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);

    /// <summary>A node was removed.</summary>
    /// <returns>The labels that it had.</returns>
    public IReadOnlyDictionary<string, string> RemoveNode(string id) =>
        _nodes.Remove(id, out IReadOnlyDictionary<string, string>? labels)
            ? labels : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A service was removed, or has no replicas any more. Its persistent alerts stay.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Remove(string name)
    {
        if (!_services.Remove(name, out MonitoredService? old))
        {
            return false;
        }

        MonitorAlert[] kept = [.. old.Alerts.Where(a => a.IsPersistent)];
        if (kept.Length > 0)
        {
            _services[name] = new MonitoredService(name, kept, null, []);
        }

        return kept.Length < old.Alerts.Count || old.Scrape is not null;
    }

    /// <summary>The parameters that a service's labels become, as docker-flow-swarm-listener sends them.</summary>
    /// <param name="name">The service in the swarm.</param>
    /// <param name="replicas">Desired replicas; null for a global service.</param>
    /// <param name="labels">All labels of the service.</param>
    /// <returns>Null when the service does not ask to be known by <c>com.df.notify=true</c>.</returns>
    public static IReadOnlyList<StackLabel>? Parameters(
        string name, ulong? replicas, IReadOnlyDictionary<string, string> labels)
    {
        if (!string.Equals(labels.GetValueOrDefault("com.df.notify"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        List<StackLabel> parameters =
        [
            .. labels.Where(l => l.Key.StartsWith(MonitorRules.LabelPrefix, StringComparison.Ordinal))
                .OrderBy(l => l.Key, StringComparer.Ordinal)
                .Select(l => new StackLabel(l.Key[MonitorRules.LabelPrefix.Length..], l.Value, SourceSpan.None)),
            new StackLabel("serviceName", name, SourceSpan.None),
        ];
        if (replicas is { } many)
        {
            parameters.Add(new StackLabel("replicas", FormattableString.Invariant($"{many}"), SourceSpan.None));
        }

        return parameters;
    }
}
