using System.Globalization;
using System.Text;
using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Swarm.Monitor;

/// <summary>How Prometheus scrapes one service.</summary>
/// <remarks>Source: docker-flow-monitor, prometheus/config.go: a service needs a name and a port; its tasks are found
/// by DNS unless <c>scrapeType</c> is <c>static_configs</c>.</remarks>
internal sealed record ScrapeEntry(
    string Service, int Port, string Interval, string Timeout, string MetricsPath, bool IsStatic)
{
    /// <summary>Reads the parameters of a service.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="parameters">Of a request, or labels without their prefix.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>Null when the service is not to be scraped, or cannot.</returns>
    public static ScrapeEntry? Read(string service, IReadOnlyList<StackLabel> parameters, List<string> problems)
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
            Value("scrapeType") == "static_configs");

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

    private static void Option(StringBuilder text, string key, string value)
    {
        if (value.Length > 0)
        {
            text.Append("\n    ").Append(key).Append(": ").Append(value);
        }
    }
}
