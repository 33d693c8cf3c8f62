using System.Text.Json.Nodes;
using Capacity.Swarm;
using Capacity.Swarm.Demo;
using Capacity.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Capacity.Tests.Swarm;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class DemoObservationTests : IDisposable
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = $"00-{Trace}-00f067aa0ba902b7-01";

    private readonly StringWriter _lines = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
    });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ServiceLog Log => new(_lines, asJson: true, TimeProvider.System);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_callers_trace_is_in_the_log_in_exemplars_and_in_the_call_of_the_database()
    {
        string passedOn = "";
        await using HttpHostForTests database = await HttpHostForTests.StartAsync(context =>
        {
            passedOn = context.Request.Headers["traceparent"].ToString();
            return context.Response.WriteAsync("Anna");
        }, Stop);
        await using DemoServer demo = await StartAsync(database.Address);

        Assert.Equal((200, "Anna"), await AskAsync(demo, "/demo/person", Parent));
        Assert.StartsWith($"00-{Trace}-", passedOn, StringComparison.Ordinal);
        Assert.EndsWith("-01", passedOn, StringComparison.Ordinal);
        Assert.DoesNotContain("00f067aa0ba902b7", passedOn, StringComparison.Ordinal); // a span of its own
        Assert.Contains($" # {{trace_id=\"{Trace}\"}} ", await MetricsAsync(demo, "application/openmetrics-text"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("trace_id", await MetricsAsync(demo, "text/plain"), StringComparison.Ordinal);

        await demo.StopAsync(Stop); // lines are written after the answer
        JsonNode line = JsonNode.Parse(_lines.ToString().Trim().Split('\n')[^1])!;
        Assert.Equal(Trace, (string?)line["trace_id"]);
        Assert.StartsWith("GET /demo/person 200 ", (string?)line["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("nonsense")]
    public async Task A_request_without_a_trace_gets_one(string? sent)
    {
        string passedOn = "";
        await using HttpHostForTests database = await HttpHostForTests.StartAsync(context =>
        {
            passedOn = context.Request.Headers["traceparent"].ToString();
            return Task.CompletedTask;
        }, Stop);
        await using DemoServer demo = await StartAsync(database.Address);

        await AskAsync(demo, "/demo/person", sent);
        Assert.Matches("^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$", passedOn);
    }

    [Fact(Timeout = 30_000)]
    public async Task Labels_stay_few_whatever_is_asked()
    {
        await using DemoServer demo = await StartAsync(null);
        for (int i = 0; i < 30; i++)
        {
            await AskAsync(demo, $"/nothing/{i}");
            using var request = new HttpRequestMessage(new HttpMethod($"M{i}"), new Uri(demo.Address, "/demo/hello"));
            using HttpResponseMessage _ = await _http.SendAsync(request, Stop);
        }

        await UntilCountedAsync(demo, " 30\ndemo_requests_total{code=\"404\",method=\"GET\",path=\"other\"} 30\n");
        string[] counted = [.. (await MetricsAsync(demo, "text/plain")).Split('\n')
            .Where(l => l.StartsWith("demo_requests_total{", StringComparison.Ordinal))];
        Assert.Equal(
        [
            "demo_requests_total{code=\"200\",method=\"other\",path=\"/demo/hello\"} 30",
            "demo_requests_total{code=\"404\",method=\"GET\",path=\"other\"} 30",
        ], counted);
    }

    [Fact(Timeout = 30_000)]
    public async Task OpenMetrics_declares_counters_without_total_and_ends_with_its_mark()
    {
        await using DemoServer demo = await StartAsync(null);
        await AskAsync(demo, "/demo/hello");
        await UntilCountedAsync(demo, "demo_requests_total{");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(demo.Address, "/metrics"));
        request.Headers.Add("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        using HttpResponseMessage answer = await _http.SendAsync(request, Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);

        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("# TYPE demo_requests counter\n", text, StringComparison.Ordinal);
        Assert.Contains("\ndemo_requests_total{", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_circuit_opens_when_the_database_fails_and_closes_when_it_is_back()
    {
        bool fails = true;
        int asked = 0;
        await using HttpHostForTests database = await HttpHostForTests.StartAsync(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = fails ? 500 : 200;
            return Task.CompletedTask;
        }, Stop);
        await using DemoServer demo = await StartAsync(database.Address);
        Assert.Equal("0", await StateAsync(demo));

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal((500, "the database answered 500\n"), await AskAsync(demo, "/demo/person"));
        }

        Assert.Equal((503, "the database is not asked: its circuit is open\n"), await AskAsync(demo, "/demo/person"));
        Assert.Equal(4, asked);
        Assert.Equal("2", await StateAsync(demo));

        await Task.Delay(600, Stop);
        Assert.Equal(500, (await AskAsync(demo, "/demo/person")).Status); // one call tries, and it opens again
        Assert.Equal(503, (await AskAsync(demo, "/demo/person")).Status);
        Assert.Equal(5, asked);

        fails = false;
        await Task.Delay(600, Stop);
        Assert.Equal(200, (await AskAsync(demo, "/demo/person")).Status);
        Assert.Equal("0", await StateAsync(demo));
        string log = _lines.ToString();
        Assert.Contains("circuit of the database: open", log, StringComparison.Ordinal);
        Assert.Contains("circuit of the database: half-open", log, StringComparison.Ordinal);
        Assert.Contains("circuit of the database: closed", log, StringComparison.Ordinal);
        Assert.Contains("demo_database_calls_total{result=\"rejected\"} 2", await MetricsAsync(demo, "text/plain"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_kept_at_the_other_demo_service()
    {
        await using DemoServer database = await DemoServer.StartAsync(new DemoSettings(), Stop);
        await using DemoServer demo = await StartAsync(database.Address);
        foreach (string name in (string[])["Anna", "Bob & Co", "Anna"])
        {
            using HttpResponseMessage answer = await _http.PutAsync(
                new Uri(demo.Address, $"/demo/person?name={Uri.EscapeDataString(name)}"), null, Stop);
            Assert.Equal("Everything is OK", await answer.Content.ReadAsStringAsync(Stop));
        }

        Assert.Equal((200, "Anna\nBob & Co"), await AskAsync(demo, "/demo/person"));
        Assert.Equal((200, "Anna\nBob & Co"), await AskAsync(database, "/demo/person"));
    }

    private Task<DemoServer> StartAsync(Uri? database) => DemoServer.StartAsync(new DemoSettings
    {
        Log = Log,
        LogRequests = true,
        Database = database,
        Breaker = new BreakerSettings { MinimumCalls = 4, Break = TimeSpan.FromMilliseconds(500) },
    }, Stop);

    private async Task<(int Status, string Text)> AskAsync(DemoServer demo, string path, string? trace = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(demo.Address, path));
        if (trace is not null)
        {
            request.Headers.Add("traceparent", trace);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, Stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task<string> MetricsAsync(DemoServer demo, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(demo.Address, "/metrics"));
        request.Headers.Add("Accept", accept);
        using HttpResponseMessage answer = await _http.SendAsync(request, Stop);
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    // A request is counted after its answer.
    private async Task UntilCountedAsync(DemoServer demo, string text)
    {
        while (!(await MetricsAsync(demo, "text/plain")).Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(10, Stop);
        }
    }

    private async Task<string> StateAsync(DemoServer demo) => (await MetricsAsync(demo, "text/plain")).Split('\n')
        .Single(l => l.StartsWith("demo_circuit_breaker_state{dependency=\"database\"}", StringComparison.Ordinal))
        .Split(' ')[^1];
}
