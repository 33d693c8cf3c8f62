using Capacity.Control.Prometheus;
using Capacity.Model;

namespace Capacity.Tests.Labels;

public sealed class PrometheusConfigReaderTests
{
    [Fact]
    public void The_tutorial_configuration_scrapes_every_10_seconds_and_evaluates_every_minute()
    {
        PrometheusConfig config = Good(TutorialStack.Source("prometheus.yml").Text);
        Assert.Equal((10.0, 60.0), (config.ScrapeInterval.TotalSeconds, config.EvaluationInterval.TotalSeconds));
        ScrapeJob job = Assert.Single(config.Jobs);
        Assert.Equal(("go-demo_main", 10.0, 10.0, 30.0),
            (job.Name, job.ScrapeInterval.TotalSeconds, job.ScrapeTimeout.TotalSeconds,
            job.DnsRefreshInterval.TotalSeconds));
        Assert.Equal(("tasks.go-demo_main", 8080), (Assert.Single(job.DnsNames), job.DnsPort));
        Assert.Equal("alert.rules alertmanager:9093",
            $"{Assert.Single(config.RuleFiles)} {Assert.Single(config.AlertmanagerTargets)}");
    }

    [Fact]
    public void The_file_that_the_real_monitor_wrote_is_read_alike()
    {
        PrometheusConfig config = Good(File.ReadAllText(RecordedFile.Find("e2e-tutorial/prometheus.yml")));
        Assert.Equal((10.0, 60.0), (config.ScrapeInterval.TotalSeconds, config.EvaluationInterval.TotalSeconds));
        Assert.Equal("go-demo_main", Assert.Single(config.Jobs).Name);
    }

    [Fact]
    public void Defaults_are_those_of_prometheus()
    {
        ScrapeJob job = Assert.Single(
            Good("scrape_configs:\n  - job_name: a\n    static_configs:\n      - targets: [h:1, h:2]\n").Jobs);
        Assert.Equal((60.0, 10.0, "/metrics"),
            (job.ScrapeInterval.TotalSeconds, job.ScrapeTimeout.TotalSeconds, job.MetricsPath));
        Assert.Equal("h:1 h:2", string.Join(" ", job.StaticTargets));
    }

    [Theory]
    [InlineData("global: {scrape_interval: 10}\n", "DUR002", 1, 29)]
    [InlineData("global: {scrape_interval: 5s, scrape_timeout: 10s}\n", "CAP070", 1, 9)]
    [InlineData("scrape_configs:\n  - metrics_path: /x\n", "CAP011", 2, 5)]
    [InlineData("scrape_configs:\n  - job_name: a\n  - job_name: a\n", "CAP070", 3, 15)]
    [InlineData("rule_files: alert.rules\n", "CAP012", 1, 13)]
    public void A_wrong_value_is_reported_at_its_place(string yaml, string code, int line, int column)
    {
        Diagnostic only = Assert.Single(Read(yaml).Diagnostics);
        Assert.Equal((code, line, column), (only.Code, only.At.Line, only.At.Column));
    }

    [Fact]
    public void Keys_that_the_loop_does_not_use_are_accepted()
    {
        Assert.Empty(Read(
            "remote_write: [{url: u}]\nstorage: {tsdb: {}}\n"
            + "scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod}]}]\n").Diagnostics);
    }

    [Fact]
    public void No_text_makes_the_reader_throw()
    {
        MutatedText.ForAll(TutorialStack.Source("prometheus.yml").Text,
            text => Assert.True(Read(text) is var parsed && (parsed.TryGet(out _) || parsed.Diagnostics.Count > 0)));
    }

    private static Parsed<PrometheusConfig> Read(string yaml) =>
        PrometheusConfigReader.Read(new SourceText("prometheus.yml", yaml));

    private static PrometheusConfig Good(string yaml)
    {
        Parsed<PrometheusConfig> parsed = Read(yaml);
        Assert.Empty(parsed.Diagnostics);
        Assert.True(parsed.TryGet(out PrometheusConfig? config));
        return config;
    }
}
