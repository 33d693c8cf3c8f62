using Capacity.Control;
using Capacity.Swarm.Demo;
using Capacity.Swarm.Embedded;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Swarm;

public sealed class ExpositionTextTests
{
    [Fact]
    public void What_the_demo_exposes_is_read_back() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>(), ArbMap.Default.ArbFor<NonNegativeInt[]>(), (service, milliseconds) =>
        {
            string name = service.Get;
            var metrics = new DemoMetrics(name);
            foreach (NonNegativeInt ms in milliseconds)
            {
                metrics.Observe(200, "GET", "/demo/hello", ms.Get / 1000.0);
            }

            List<(LabelSet Labels, double Value)> read = ExpositionText.Read(metrics.Expose())!;
            return milliseconds.Length == 0
                ? read.Count == 0
                : read.Count == 14
                    && Value(read, "http_server_resp_time_count", "", name) == milliseconds.Length
                    && Value(read, "http_server_resp_time_bucket", "+Inf", name) == milliseconds.Length
                    && Value(read, "http_server_resp_time_bucket", "0.005", name) == milliseconds.Count(m => m.Get <= 5)
                    && Math.Abs(Value(read, "http_server_resp_time_sum", "", name)
                        - milliseconds.Sum(m => m.Get / 1000.0)) < 1e-9;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_has_an_answer() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        _ = ExpositionText.Read(text ?? "");
        _ = ExpositionText.Read("a{" + text);
        _ = ExpositionText.Read("a{b=\"" + text);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("up 1", "up", 1)]
    [InlineData("  a:b{} 2.5e3 1700000000000", "a:b", 2500)]
    [InlineData("a { b = \"c\" , } +Inf", "a{b=\"c\"}", double.PositiveInfinity)]
    [InlineData("# HELP a b\n\na{b=\"x\\\\y\\\"z\\n\"} NaN", "a{b=\"x\\\\y\\\"z\\n\"}", double.NaN)]
    public void Lines_are_samples(string text, string labels, double value)
    {
        (LabelSet read, double number) = Assert.Single(ExpositionText.Read(text)!);
        Assert.Equal((labels, value), (read.ToString(), number));
    }

    [Theory]
    [InlineData("up")]
    [InlineData("up one")]
    [InlineData("up 1 noon")]
    [InlineData("9up 1")]
    [InlineData("up{a} 1")]
    [InlineData("up{a=\"b} 1")]
    [InlineData("up{a=\"b\"c=\"d\"} 1")]
    [InlineData("good 1\nup{ 1")]
    public void One_bad_line_spoils_the_scrape(string text) => Assert.Null(ExpositionText.Read(text));

    private static double Value(
        List<(LabelSet Labels, double Value)> samples, string name, string le, string service) =>
        samples.Single(s => s.Labels[LabelSet.MetricName] == name && s.Labels["le"] == le
            && s.Labels["service"] == service).Value;
}
