using System.Text;

namespace Capacity.Control.Labels;

/// <summary>One of docker-flow-monitor's shortcuts: <c>@resp_time_above:0.1,5m,0.99</c> → PromQL, labels and a
/// summary.</summary>
/// <remarks>
/// Source: docker-flow-monitor, conf/shortcuts.yaml. In the templates <c>‹S›</c> is the service, <c>‹R›</c> its
/// replicas, <c>‹0›</c>… the values after the colon. A template ends where a value is missing, as Go's do on an error.
/// </remarks>
internal sealed record AlertShortcut(string Name, string Expression, string Summary, string? Scale, string? Type)
{
    private const string Swarm = "{container_label_com_docker_swarm_service_name=\"‹S›\"}";
    private const string Count = "count(container_memory_usage_bytes" + Swarm + ")";
    private const string Usage = "container_memory_usage_bytes" + Swarm;
    private const string Limit = "container_spec_memory_limit_bytes" + Swarm;
    private const string Requests = "sum(rate(http_server_resp_time_count{job=\"‹S›\"}";

    private const string FastFraction = "sum(rate(http_server_resp_time_bucket{job=\"‹S›\", le=\"‹0›\"}[‹1›])) / "
        + Requests + "[‹1›]))";

    private const string FreeMemory = "node_memory_MemFree{job=\"‹S›\"} + node_memory_Buffers{job=\"‹S›\"} + "
        + "node_memory_Cached{job=\"‹S›\"}";

    private const string NodeMemory = "(sum by (instance) (node_memory_MemTotal{job=\"‹S›\"}) - sum by (instance) ("
        + FreeMemory + ")) / sum by (instance) (node_memory_MemTotal{job=\"‹S›\"})";

    private const string TotalMemory = "(sum(node_memory_MemTotal{job=\"‹S›\"}) - sum(" + FreeMemory
        + ")) / sum(node_memory_MemTotal{job=\"‹S›\"})";

    private const string Disk = "{fstype=\"aufs\", job=\"‹S›\"}";

    private static readonly AlertShortcut[] All =
    [
        new("@resp_time_above", FastFraction + " < ‹2›", "Response time of the service ‹S› is above ‹0›", "up",
            "service"),
        new("@resp_time_below", FastFraction + " > ‹2›", "Response time of the service ‹S› is below ‹0›", "down",
            "service"),
        new("@resp_time_server_error",
            "sum(rate(http_server_resp_time_count{job=\"‹S›\", code=~\"^5..$$\"}[‹0›])) / " + Requests
                + "[‹0›])) > ‹1›",
            "Error rate of the service ‹S› is above ‹1›", null, "errors"),
        new("@service_mem_limit", Usage + "/" + Limit + " > ‹0›", "Memory of the service ‹S› is over ‹0›", null, null),
        new("@service_mem_limit_nobuff", "(" + Usage + "-container_memory_cache" + Swarm + ")/" + Limit + " > ‹0›",
            "Memory without buffer of the service ‹S› is over ‹0›", null, null),
        new("@node_mem_limit", NodeMemory + " > ‹0›", "Memory of a node is over ‹0›", null, null),
        new("@node_mem_limit_total_above", TotalMemory + " > ‹0›", "Total memory of the nodes is over ‹0›", "up",
            "node"),
        new("@node_mem_limit_total_below", TotalMemory + " < ‹0›", "Total memory of the nodes is below ‹0›", "down",
            "node"),
        new("@node_fs_limit", "(node_filesystem_size" + Disk + " - node_filesystem_free" + Disk
            + ") / node_filesystem_size"
            + Disk + " > ‹0›", "Disk usage of a node is over ‹0›", null, null),
        new("@replicas_running", Count + " != ‹R›", "The number of running replicas of the service ‹S› is not ‹R›",
            "up", "node"),
        new("@replicas_less_than", Count + " < ‹R›",
            "The number of running replicas of the service ‹S› is less than ‹R›", "up", "node"),
        new("@replicas_more_than", Count + " > ‹R›",
            "The number of running replicas of the service ‹S› is more than ‹R›", "down", "node"),
    ];

    /// <summary>The names, with their <c>@</c>.</summary>
    public static IEnumerable<string> Names => All.Select(s => s.Name);

    /// <summary>How many values the expression uses.</summary>
    public int Values => Expression.Contains("‹2›", StringComparison.Ordinal) ? 3
        : Expression.Contains("‹1›", StringComparison.Ordinal) ? 2
        : Expression.Contains("‹0›", StringComparison.Ordinal) ? 1 : 0;

    /// <summary>The shortcut of a name.</summary>
    /// <returns>Null when there is none.</returns>
    public static AlertShortcut? Find(string name) => Array.Find(All, s => s.Name == name);

    /// <summary>The labels that the monitor adds when the user did not give them.</summary>
    public IEnumerable<KeyValuePair<string, string>> DefaultLabels(string service)
    {
        yield return new("receiver", "system");
        if (Scale is not null)
        {
            yield return new("scale", Scale);
        }

        yield return new("service", service);
        if (Type is not null)
        {
            yield return new("type", Type);
        }
    }

    /// <summary>Fills in a template.</summary>
    public static string Fill(string template, string service, long replicas, IReadOnlyList<string> values)
    {
        var text = new StringBuilder();
        int position = 0;
        while (true)
        {
            int open = template.IndexOf('‹', position);
            if (open < 0)
            {
                return text.Append(template, position, template.Length - position).ToString();
            }

            text.Append(template, position, open - position);
            char what = template[open + 1];
            int index = what - '0';
            if (what == 'S')
            {
                text.Append(service);
            }
            else if (what == 'R')
            {
                text.Append(replicas);
            }
            else if (index < values.Count)
            {
                text.Append(values[index]);
            }
            else
            {
                return text.ToString();
            }

            position = open + 3;
        }
    }
}
