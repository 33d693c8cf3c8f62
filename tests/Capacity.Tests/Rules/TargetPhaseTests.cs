using Capacity.Control;
using Capacity.Control.Samples;

namespace Capacity.Tests.Rules;

/// <summary>Against the scrapes of recorded runs of Prometheus 2.42 on a host called <c>vm</c>.</summary>
public sealed class TargetPhaseTests
{
    [Theory]
    [InlineData("10.99.0.11:8080", 10, 1.116)]
    [InlineData("10.99.0.12:8080", 10, 8.071)]
    [InlineData("10.99.0.13:8080", 10, 1.020)]
    [InlineData("10.99.0.14:8080", 10, 7.977)]
    [InlineData("10.99.0.11:8080", 5, 2.604)]
    [InlineData("10.99.0.12:8080", 5, 3.558)]
    [InlineData("10.99.0.13:8080", 5, 1.659)]
    public void A_target_is_scraped_when_Prometheus_scraped_it(string instance, int seconds, double recorded)
    {
        LabelSet labels = LabelSet.Of(
            ("__address__", instance), ("__metrics_path__", "/metrics"), ("__scheme__", "http"),
            ("__scrape_interval__", $"{seconds}s"), ("__scrape_timeout__", $"{seconds}s"),
            ("instance", instance), ("job", "go-demo_main"));

        TimeSpan phase = TargetPhase.Hashed(
            labels, $"http://{instance}/metrics", "vm", LabelSet.Empty, TimeSpan.FromSeconds(seconds));

        Assert.InRange(recorded - phase.TotalSeconds, -0.002, 0.006); // a scrape begins up to a few ms late
    }
}
