using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Swarm.Monitor;

/// <summary>How Prometheus scrapes one service.</summary>
/// <remarks>Source: docker-flow-monitor, prometheus/config.go: a service needs a name and a port; its tasks are found
/// by DNS unless <c>scrapeType</c> is <c>static_configs</c>.</remarks>
internal sealed record ScrapeEntry(
    string Service, int Port, string Interval, string Timeout, string MetricsPath, bool IsStatic)
{
    /// <summary>Folder of the target files, beside the configuration.</summary>
    public const string TargetFolder = "file_sd";

    /// <summary>Its replicas by node; empty when they are found by DNS.</summary>
    public IReadOnlyList<NodeTarget> Nodes { get; init; } = [];

    /// <summary>Labels that its targets get besides <c>node</c> and <c>service</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>The file of its targets; null when there is none.</summary>
    public string? TargetFile => Nodes.Count == 0 ? null : $"{TargetFolder}/{Service}.json";

    /// <summary>Reads the parameters of a service.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="parameters">Of a request, or labels without their prefix.</param>
    /// <param name="targetLabels">Names of the parameters that become labels of its targets by node.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>Null when the service is not to be scraped, or cannot.</returns>
    public static ScrapeEntry? Read(string service, IReadOnlyList<StackLabel> parameters,
        IReadOnlyList<string> targetLabels, List<string> problems)
    {
        string Value(string key) => parameters.LastOrDefault(p => p.Key == key)?.Value ?? "";
        string text = Value("scrapePort");
        if (text.Length == 0)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < 1 or > 65535)
        {
            problems.Add($"scrapePort '{text}' is no port; {service} is not scraped");
            return null;
        }

        string path = Value("metricsPath");
        if (path.Length > 0 && (path[0] != '/' || path.Any(c => c is '\'' or < ' ')))
        {
            problems.Add($"metricsPath '{path}' is no path; /metrics is scraped");
            path = "";
        }

        return new ScrapeEntry(service, port, Duration("scrapeInterval"), Duration("scrapeTimeout"), path,
            Value("scrapeType") == "static_configs")
        {
            Nodes = NodeTarget.Read(Value("nodeInfo"), problems),
            Labels = [.. targetLabels.Where(l => Value(l).Length > 0)
                .Select(l => KeyValuePair.Create(l, Value(l)))],
        };

        string Duration(string key)
        {
            string written = Value(key);
            if (written.Length == 0 || PrometheusDuration.Parse(written).TryGet(out _))
            {
                return written;
            }

            problems.Add($"{key} '{written}' is no duration; it is left out");
            return "";
        }
    }

    /// <summary>Appends the entry of <c>scrape_configs</c>.</summary>
    public void Write(StringBuilder text, TimeSpan dnsRefresh)
    {
        text.Append("\n  - job_name: '").Append(Service).Append('\'');
        Option(text, "metrics_path", MetricsPath.Length > 0 ? $"'{MetricsPath}'" : "/metrics");
        Option(text, "scrape_interval", Interval);
        Option(text, "scrape_timeout", Timeout);
        if (TargetFile is not null)
        {
            text.Append("\n    file_sd_configs:\n      - files: ['").Append(TargetFile).Append("']");
            return;
        }

        if (IsStatic)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\n    static_configs:\n      - targets: ['{Service}:{Port}']");
            return;
        }

        text.Append("\n    dns_sd_configs:\n      - names: ['tasks.").Append(Service)
            .Append(CultureInfo.InvariantCulture, $"']\n        type: A\n        port: {Port}\n")
            .Append("        refresh_interval: ").Append(PrometheusDuration.Format(dnsRefresh));
    }

    /// <summary>The targets by node, as Prometheus reads them from a file.</summary>
    /// <param name="labelsOf">Labels of a node by its id.</param>
    public string Targets(Func<string, IReadOnlyDictionary<string, string>?> labelsOf) =>
        new JsonArray([.. Nodes.Select(node =>
        {
            var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach ((string name, string value) in Labels
                .Append(KeyValuePair.Create("node", node.Node)).Append(KeyValuePair.Create("service", Service))
                .Concat(labelsOf(node.NodeId) ?? new Dictionary<string, string>(StringComparer.Ordinal)))
            {
                labels[name] = value;
            }

            string host = node.Address.Contains(':', StringComparison.Ordinal) ? $"[{node.Address}]" : node.Address;
            return (JsonNode)new JsonObject
            {
                ["targets"] = new JsonArray(string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}")),
                ["labels"] = new JsonObject(labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
            };
        })]).ToJsonString();

    private static void Option(StringBuilder text, string key, string value)
    {
        if (value.Length > 0)
        {
            text.Append("\n    ").Append(key).Append(": ").Append(value);
        }
    }
}
