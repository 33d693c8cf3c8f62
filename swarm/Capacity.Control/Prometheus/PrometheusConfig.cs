namespace Capacity.Control.Prometheus;

/// <summary>What the control loop needs of <c>prometheus.yml</c>.</summary>
public sealed record PrometheusConfig
{
    /// <summary>Time between scrapes of a job that does not say otherwise; 1 m by default.</summary>
    public TimeSpan ScrapeInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which a scrape fails; 10 s by default, but at most the interval.</summary>
    public TimeSpan ScrapeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between evaluations of a rule group that does not say otherwise; 1 m by default.</summary>
    public TimeSpan EvaluationInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Labels that every alert gets when it leaves Prometheus.</summary>
    public LabelSet ExternalLabels { get; init; } = LabelSet.Empty;

    /// <summary>Paths of rule files, as written; may hold wildcards.</summary>
    public IReadOnlyList<string> RuleFiles { get; init; } = [];

    /// <summary>In the order written.</summary>
    public IReadOnlyList<ScrapeJob> Jobs { get; init; } = [];

    /// <summary>Addresses under <c>alerting</c>, as written.</summary>
    public IReadOnlyList<string> AlertmanagerTargets { get; init; } = [];

    /// <summary>The job of a name.</summary>
    /// <returns>Null when there is none.</returns>
    public ScrapeJob? Job(string name) => Jobs.FirstOrDefault(j => j.Name == name);
}

/// <summary>One entry of <c>scrape_configs</c>.</summary>
public sealed record ScrapeJob
{
    /// <summary>The label <c>job</c> of what it scrapes.</summary>
    public required string Name { get; init; }

    /// <summary>Time between scrapes of one target.</summary>
    public required TimeSpan ScrapeInterval { get; init; }

    /// <summary>Time after which a scrape fails; at most the interval.</summary>
    public required TimeSpan ScrapeTimeout { get; init; }

    /// <summary>Path of the metrics page.</summary>
    public string MetricsPath { get; init; } = "/metrics";

    /// <summary>Names that are looked up in DNS; empty when targets are not found by DNS.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Port of the targets found by DNS; null when it comes from the DNS record.</summary>
    public int? DnsPort { get; init; }

    /// <summary>Time between two DNS look-ups; 30 s by default.</summary>
    public TimeSpan DnsRefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Targets written in the file, <c>host:port</c>.</summary>
    public IReadOnlyList<string> StaticTargets { get; init; } = [];
}
