using System.Diagnostics;
using System.Text.Json;
using Capacity.Load;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Load;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class RequestRunTests
{
    private static readonly string[] Instants = ["at", "sent", "first_byte", "end"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<RequestTransport> Transports { get; } =
        [RequestTransport.Ring, RequestTransport.Epoll, RequestTransport.Sockets, RequestTransport.Client];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Every_request_leaves_a_record(RequestTransport transport)
    {
        using FaultyServer server = Answering("ok");
        using var records = new MemoryStream();

        RunResult result = await RunAsync(Settings(server, transport) with { Records = records });

        string[] lines = System.Text.Encoding.UTF8.GetString(records.ToArray()).Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.Equal(result.Totals.Scheduled, lines.Length - 1);
        foreach (string line in lines[..^1])
        {
            JsonElement record = JsonDocument.Parse(line).RootElement;
            double[] instants =
                [.. Instants.Select(n => record.GetProperty(n).GetDouble())];
            Assert.Equal(instants.Order(), instants);
            Assert.Equal("get", record.GetProperty("kind").GetString());
            Assert.Equal(200, record.GetProperty("status").GetInt32());
        }
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task An_answer_that_fails_its_check_is_a_failure_with_a_status(RequestTransport transport)
    {
        using FaultyServer server = Answering("no");
        LoadSettings settings = Settings(server, transport);

        RunResult result = await RunAsync(settings with
        {
            Requests = [settings.Requests[0] with { Check = new ResponseCheck { Contains = "ok" } }],
        });

        KindResult kind = result.Kinds[0];
        Assert.Equal(new RequestCounts(50, 0, 50, 0), kind.Counts);
        Assert.Equal(50, kind.Client!.Failures["check"]);
        Assert.Equal(50, kind.StatusCodes[200]);
        Assert.Equal(50, kind.Latency.Count);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Headers_and_body_arrive(RequestTransport transport)
    {
        using FaultyServer server = Answering("ok");
        LoadSettings settings = Settings(server, transport);
        var content = new RequestContent([new("X-Token", "tick"), new("Content-Type", "text/plain")], "h\u00e9llo");

        await RunAsync(settings with
        {
            Requests = [settings.Requests[0] with { Method = "POST", Content = content }],
        });

        Assert.Contains("POST /path HTTP/1.1\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("X-Token: tick\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 6\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nh\u00c3\u00a9llo", server.LastRequest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RequestTransport.Ring)]
    [InlineData(RequestTransport.Epoll)]
    [InlineData(RequestTransport.Sockets)]
    public async Task Bytes_and_both_times_are_counted(RequestTransport transport)
    {
        using FaultyServer server = Answering("ok");

        RunResult result = await RunAsync(Settings(server, transport) with
        {
            Http = new HttpSettings { Connections = 2 },
        });

        ClientView client = result.Kinds[0].Client!;
        Assert.Equal(50 * "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".Length, client.BytesReceived);
        Assert.Equal(50 * $"GET /path HTTP/1.1\r\nHost: {server.Address.Authority}\r\n\r\n".Length, client.BytesSent);
        Assert.Equal((50, 50, 50), (client.Exchange.Count, client.FirstByte.Count, result.Kinds[0].Latency.Count));
        Assert.True(client.Exchange.MeanSeconds <= result.Kinds[0].Latency.MeanSeconds);
        Assert.Empty(client.Failures);
        Assert.InRange(server.Connections, 1, 2);
    }

    [Theory]
    [InlineData(RequestTransport.Ring)]
    [InlineData(RequestTransport.Epoll)]
    public async Task What_fits_into_no_buffer_arrives_whole_in_both_directions(RequestTransport transport)
    {
        const int Size = 8 * 1024 * 1024;
        FaultyServer? server = null;
        server = new FaultyServer(async (s, end) =>
        {
            string head = server!.LastRequest;
            await Task.Delay(20, end); // until nothing more fits into the connection
            byte[] rest = new byte[64 * 1024];
            int left = head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + Size - head.Length;
            while (left > 0 && await s.ReceiveAsync(rest, end) is > 0 and int length)
            {
                Assert.DoesNotContain(rest[..length], b => b != (byte)'x');
                left -= length;
            }

            Assert.Equal(0, left);
            await FaultyServer.Send(s, $"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n", end);
            await FaultyServer.Send(s, new string('y', Size), end);
        });
        using FaultyServer owned = server;
        LoadSettings settings = Settings(server, transport);

        RunResult result = await RunAsync(settings with
        {
            Plan = LoadPlan.Of([new LoadStage.Users("", 1, 4, new ServiceLaw.Constant(0), 5)]),
            Requests =
            [
                settings.Requests[0] with { Method = "POST", Content = new RequestContent([], new string('x', Size)) },
            ],
        });

        ClientView client = result.Kinds[0].Client!;
        Assert.Equal(new RequestCounts(4, 4, 0, 0), result.Totals);
        Assert.InRange(client.BytesSent, 4 * Size, (4 * Size) + 4096);
        Assert.InRange(client.BytesReceived, 4 * Size, (4 * Size) + 4096);
        Assert.Equal(1, server.Connections);
    }

    private static FaultyServer Answering(string body) =>
        new((s, end) => FaultyServer.Send(s, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}", end));

    private static LoadSettings Settings(FaultyServer server, RequestTransport transport) => new()
    {
        Target = server.Address,
        Scenario = "s",
        Plan = LoadPlan.Of([new LoadStage.Open("", 200, 0, 0.25)]),
        Spacing = ArrivalSpacing.Even,
        Requests = [new RequestKind("get", 1, "GET", "/path", new ServiceLaw.Constant(0))],
        Seed = 1,
        Transport = transport,
    };

    private static Task<RunResult> RunAsync(LoadSettings settings) =>
        new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), null, Stop)
            .WaitAsync(TimeSpan.FromSeconds(30), Stop);
}
