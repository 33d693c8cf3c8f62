using Capacity.Swarm.Demo;

namespace Capacity.Tests.Swarm;

public sealed class DemoMetricsTests
{
    [Fact]
    public void Nothing_is_exposed_before_the_first_request() => Assert.Equal("", new DemoMetrics("go-demo").Expose());

    [Fact]
    public void A_request_on_a_bound_falls_into_that_bucket()
    {
        var metrics = new DemoMetrics("go-demo");
        metrics.Observe(200, "GET", "/demo/hello", 0.25);
        metrics.Observe(200, "GET", "/demo/hello", 20);

        Assert.Equal("""
            # HELP http_server_resp_time Request response time
            # TYPE http_server_resp_time histogram
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.005"} 0
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.01"} 0
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.025"} 0
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.05"} 0
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.1"} 0
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.25"} 1
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="0.5"} 1
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="1"} 1
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="2.5"} 1
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="5"} 1
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="10"} 1
            http_server_resp_time_bucket{code="200",method="GET",path="/demo/hello",service="go-demo",le="+Inf"} 2
            http_server_resp_time_sum{code="200",method="GET",path="/demo/hello",service="go-demo"} 20.25
            http_server_resp_time_count{code="200",method="GET",path="/demo/hello",service="go-demo"} 2

            """, metrics.Expose());
    }

    [Theory]
    [InlineData("250", 250)]
    [InlineData("+7", 7)]
    [InlineData("007", 7)]
    [InlineData("0", 0)]
    [InlineData("-5", 0)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    [InlineData("1.5", 0)]
    [InlineData("1e3", 0)]
    [InlineData(" 5", 0)]
    [InlineData("5 ", 0)]
    [InlineData("5\0", 0)]
    [InlineData("1_000", 0)]
    [InlineData("0x10", 0)]
    [InlineData("٣", 0)]
    [InlineData("99999999999999999999", 0)]
    public void Delays_are_read_as_Go_reads_them(string? text, double ms) =>
        Assert.Equal(ms, GoNumber.Delay(text).TotalMilliseconds);
}
