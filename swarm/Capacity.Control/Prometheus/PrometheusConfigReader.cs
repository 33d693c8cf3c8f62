using System.Globalization;
using Capacity.Model;

namespace Capacity.Control.Prometheus;

/// <summary><c>prometheus.yml</c> → <see cref="PrometheusConfig"/>.</summary>
/// <remarks>
/// Keys that the control loop does not use are accepted whatever they are.
/// Source: Prometheus, config/config.go: defaults, and the checks of intervals against timeouts.
/// </remarks>
public static class PrometheusConfigReader
{
    /// <summary>Reads a configuration file.</summary>
    /// <returns>A configuration, or YAML001–YAML004, CAP010–CAP012 (shape), DUR001–DUR004 (duration), CAP070
    /// (value).</returns>
    public static Parsed<PrometheusConfig> Read(SourceText source)
    {
        Parsed<YamlNode> yaml = YamlText.Read(source);
        if (!yaml.TryGet(out YamlNode? root))
        {
            return Parsed<PrometheusConfig>.Failed(yaml.Diagnostics);
        }

        var reading = new Reading([.. yaml.Diagnostics]);
        return Parsed<PrometheusConfig>.From(reading.Config(root), reading.Diagnostics);
    }

    private sealed class Reading(List<Diagnostic> diagnostics)
    {
        public List<Diagnostic> Diagnostics => diagnostics;

        public PrometheusConfig Config(YamlNode root)
        {
            var file = new YamlFields(root, "prometheus.yml", diagnostics);
            var config = new PrometheusConfig();
            if (file.Take("global") is { } node)
            {
                var global = new YamlFields(node, "'global'", diagnostics);
                TimeSpan scrape = Positive(global, "scrape_interval") ?? config.ScrapeInterval;
                config = config with
                {
                    ScrapeInterval = scrape,
                    ScrapeTimeout = Timeout(global, scrape, Min(config.ScrapeTimeout, scrape)),
                    EvaluationInterval = Positive(global, "evaluation_interval") ?? config.EvaluationInterval,
                    ExternalLabels = ExternalLabels(global),
                };
            }

            return config with
            {
                RuleFiles = Texts(file, "rule_files"),
                Jobs = Jobs(file, config),
                AlertmanagerTargets = Alertmanagers(file),
            };
        }

        private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

        private List<ScrapeJob> Jobs(YamlFields file, PrometheusConfig config)
        {
            var jobs = new List<ScrapeJob>();
            foreach (YamlNode node in file.List("scrape_configs"))
            {
                var fields = new YamlFields(node, "a scrape configuration", diagnostics);
                if (fields.RequireScalar("job_name", "job_name: web") is not { } name)
                {
                    continue;
                }

                if (jobs.Exists(j => j.Name == name.Text))
                {
                    fields.Report("CAP070", name.At, $"job_name '{name.Text}' is given twice",
                        "give each job a name of its own");
                }

                jobs.Add(Job(fields, name.Text, config));
            }

            return jobs;
        }

        private ScrapeJob Job(YamlFields fields, string name, PrometheusConfig config)
        {
            TimeSpan interval = Positive(fields, "scrape_interval") ?? config.ScrapeInterval;
            var job = new ScrapeJob
            {
                Name = name,
                ScrapeInterval = interval,
                ScrapeTimeout = Timeout(fields, interval, Min(config.ScrapeTimeout, interval)),
                MetricsPath = fields.Scalar("metrics_path")?.Text ?? "/metrics",
                StaticTargets = Targets(fields),
            };
            foreach (YamlNode node in fields.List("dns_sd_configs"))
            {
                var dns = new YamlFields(node, "a DNS discovery", diagnostics);
                job = job with
                {
                    DnsNames = [.. job.DnsNames, .. Texts(dns, "names")],
                    DnsPort = Port(dns) ?? job.DnsPort,
                    DnsRefreshInterval = Positive(dns, "refresh_interval") ?? job.DnsRefreshInterval,
                };
            }

            return job;
        }

        private static int? Port(YamlFields dns)
        {
            if (dns.Scalar("port") is not { } port)
            {
                return null;
            }

            if (int.TryParse(port.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number <= 65535)
            {
                return number;
            }

            dns.Report("CAP070", port.At, $"'{port.Text}' is not a port", "write a number from 1 to 65535");
            return null;
        }

        private TimeSpan Timeout(YamlFields fields, TimeSpan interval, TimeSpan fallback)
        {
            TimeSpan? timeout = Positive(fields, "scrape_timeout");
            if (timeout > interval)
            {
                fields.Report("CAP070", fields.At with { Length = 1 },
                    $"scrape_timeout {PrometheusDuration.Format(timeout.Value)} is longer than scrape_interval "
                    + PrometheusDuration.Format(interval), "make it at most the interval");
            }

            return timeout ?? fallback;
        }

        private TimeSpan? Positive(YamlFields fields, string key)
        {
            if (fields.Scalar(key) is not { } text)
            {
                return null;
            }

            Parsed<TimeSpan> duration = PrometheusDuration.Parse(text.Text, text.At);
            diagnostics.AddRange(duration.Diagnostics);
            return duration.TryGet(out TimeSpan value) && value > TimeSpan.Zero ? value : null; // 0 means "the default"
        }

        private static LabelSet ExternalLabels(YamlFields global) => global.Take("external_labels") is YamlMap map
            ? new LabelSet(map.Entries.Where(e => e.Value is YamlScalar)
                .Select(e => KeyValuePair.Create(e.Key.Text, ((YamlScalar)e.Value).Text)))
            : LabelSet.Empty;

        private static List<string> Texts(YamlFields fields, string key)
        {
            var texts = new List<string>();
            foreach (YamlNode item in fields.List(key))
            {
                if (item is YamlScalar text)
                {
                    texts.Add(text.Text);
                }
                else
                {
                    fields.Report("CAP012", item.At, $"an entry of '{key}' must be a text, but this is {item.Kind}",
                        "write '- text'");
                }
            }

            return texts;
        }

        private List<string> Targets(YamlFields fields)
        {
            var targets = new List<string>();
            foreach (YamlNode node in fields.List("static_configs"))
            {
                targets.AddRange(Texts(new YamlFields(node, "a static configuration", diagnostics), "targets"));
            }

            return targets;
        }

        private List<string> Alertmanagers(YamlFields file)
        {
            var targets = new List<string>();
            if (file.Take("alerting") is { } node)
            {
                foreach (YamlNode one in new YamlFields(node, "'alerting'", diagnostics).List("alertmanagers"))
                {
                    targets.AddRange(Targets(new YamlFields(one, "an Alertmanager", diagnostics)));
                }
            }

            return targets;
        }
    }
}
