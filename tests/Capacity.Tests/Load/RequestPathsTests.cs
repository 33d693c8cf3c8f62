using System.Diagnostics;
using Capacity.Load;
using Capacity.Load.Http;
using Capacity.Load.Pacing;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Load;

/// <summary>What sends the requests, and what takes its place where the system refuses it.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class RequestPathsTests
{
    private const int Requests = 50;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static RequestTransport Cheapest =>
        OperatingSystem.IsLinux() ? RequestTransport.Ring : RequestTransport.Sockets;

    public static TheoryData<HttpSettings, string, RequestTransport> Wishes { get; } = new()
    {
        { new HttpSettings(), "http://127.0.0.1:1", Cheapest },
        { new HttpSettings(), "https://127.0.0.1:1", RequestTransport.Client },
        { new HttpSettings { Http2 = true }, "http://127.0.0.1:1", RequestTransport.Client },
        { new HttpSettings { Redirects = true }, "http://127.0.0.1:1", RequestTransport.Client },
        { new HttpSettings { Cookies = true }, "http://127.0.0.1:1", RequestTransport.Client },
        { new HttpSettings { Proxy = new Uri("http://127.0.0.1:2") }, "http://127.0.0.1:1", RequestTransport.Client },
    };

    [Theory]
    [MemberData(nameof(Wishes))]
    public void The_cheapest_way_that_can_do_what_is_asked_is_taken(
        HttpSettings http, string target, RequestTransport chosen) =>
        Assert.Equal(chosen, RequestPaths.Choose(Settings(new Uri(target), null) with { Http = http }));

    [Theory]
    [InlineData(RequestTransport.Ring, typeof(EventPath))]
    [InlineData(RequestTransport.Epoll, typeof(EventPath))]
    [InlineData(RequestTransport.Sockets, typeof(SocketPath))]
    [InlineData(RequestTransport.Client, typeof(ClientPath))]
    public async Task The_way_that_is_asked_for_is_taken(RequestTransport asked, Type path)
    {
        bool opened = false;
        using IRequestPath way = await OpenAsync(asked, () =>
        {
            opened = true;
            return Ring.TryOpen();
        });

        Assert.IsType(path, way);
        Assert.Equal(asked == RequestTransport.Ring, opened);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(RequestTransport.Ring)]
    public async Task Epoll_takes_the_place_of_a_ring_that_the_kernel_refuses(RequestTransport? asked)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has rings.");
        int refused = 0;
        using var server = new FaultyServer(async (socket, end) =>
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), end));
        var engine = new LoadEngine(Settings(server.Address, asked))
        {
            OpenRing = () =>
            {
                refused++;
                return null;
            },
        };

        RunResult result = await engine.RunAsync(Stopwatch.GetTimestamp(), null, Stop);

        Assert.Equal(1, refused);
        Assert.Equal(new RequestCounts(Requests, Requests, 0, 0), result.Totals);
        bool told = result.Events.Any(e => e.Text.Contains("does not allow io_uring", StringComparison.Ordinal));
        Assert.Equal(asked is not null, told); // nobody is told that something is missing that he did not ask for
    }

    private static async Task<IRequestPath> OpenAsync(RequestTransport asked, Func<Ring?> openRing)
    {
        LoadSettings settings = Settings(new Uri("http://127.0.0.1:1"), asked);
        return await RequestPaths.OpenAsync(settings, new LoadTally(settings, RequestPaths.Shares(settings)),
            new RunClock(Stopwatch.GetTimestamp()), openRing, Stop);
    }

    private static LoadSettings Settings(Uri target, RequestTransport? transport) => new()
    {
        Target = target,
        Scenario = "paths",
        Plan = LoadPlan.Of([new LoadStage.Open("", Requests, 0, 1)]),
        Spacing = ArrivalSpacing.Even,
        Requests = [new RequestKind("get", 1, "GET", "/", new ServiceLaw.Constant(0))],
        Seed = 1,
        Transport = transport,
    };
}
