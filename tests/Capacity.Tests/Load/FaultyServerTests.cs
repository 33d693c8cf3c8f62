using System.Diagnostics;
using System.Net.Sockets;
using Capacity.Load;
using Capacity.Model;
using Capacity.Tests.Support;
using static Capacity.Tests.Load.FaultyServer;

namespace Capacity.Tests.Load;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class FaultyServerTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const int Requests = 6;

    /// <summary>What a server may do wrong, and the word that results have for it.</summary>
    private static readonly Dictionary<string, (string Failure, Func<Socket, CancellationToken, Task> Answer)> Faults =
        new(StringComparer.Ordinal)
        {
            ["reset"] = ("reset", (s, _) => Do(() => Reset(s))),
            ["reset in the body"] = ("reset", async (s, end) =>
            {
                await Send(s, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal", end);
                await Task.Delay(30, end);
                Reset(s);
            }
            ),
            ["close without answer"] = ("closed without answer", (s, _) => Do(s.Close)),
            ["half a head"] = ("cut off", Closing("HTTP/1.1 200 OK\r\nConte")),
            ["half a body"] = ("cut off", Closing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")),
            ["too short a length"] = ("beyond content length", Sending(Ok + "and more")),
            ["a length that is no number"] =
                ("bad content length", Sending("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")),
            ["two lengths"] = ("bad content length",
                Sending("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok")),
            ["endless headers"] = ("header too large", async (s, end) =>
            {
                await Send(s, "HTTP/1.1 200 OK\r\n", end);
                while (true)
                {
                    await Send(s, string.Concat(Enumerable.Repeat("X-Header: value\r\n", 100)), end);
                }
            }
            ),
            ["slow loris"] = ("time-out", async (s, end) =>
            {
                foreach (char c in Ok)
                {
                    await Send(s, c.ToString(), end);
                    await Task.Delay(50, end);
                }
            }
            ),
            ["silence"] = ("time-out", (_, end) => Task.Delay(-1, end)),
            ["a body that never ends"] = ("time-out", async (s, end) =>
            {
                await Send(s, "HTTP/1.1 200 OK\r\n\r\n", end);
                while (true)
                {
                    await Send(s, "more", end);
                    await Task.Delay(20, end);
                }
            }
            ),
            ["bytes that are no text"] = ("bad status line", Sending("\u00c3\u0028\u00ff\u00fe\u0000\r\n\r\n")),
            ["a header name that is no text"] = ("bad header", Sending("HTTP/1.1 200 OK\r\n\u00c3\u0028: x\r\n\r\n")),
            ["another protocol"] = ("bad status line", Sending("SSH-2.0-OpenSSH_9.2\r\n")),
            ["a chunk size that is no number"] = ("bad chunk",
                Sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
            ["a chunk longer than it says"] = ("bad chunk",
                Sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n")),
            ["chunks without an end"] = ("cut off",
                Closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")),
            ["an error status"] = ("status", Sending("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")),
        };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, RequestTransport> Cases()
    {
        var cases = new TheoryData<string, RequestTransport>();
        foreach (string fault in Faults.Keys)
        {
            cases.Add(fault, RequestTransport.Epoll);
            cases.Add(fault, RequestTransport.Ring);
            cases.Add(fault, RequestTransport.Sockets);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_fault_is_counted_under_its_name(string fault, RequestTransport transport)
    {
        (string failure, Func<Socket, CancellationToken, Task> answer) = Faults[fault];
        using var server = new FaultyServer(answer);

        RunResult result = await RunAsync(server.Address, transport);

        KindResult kind = result.Kinds[0];
        Assert.Equal(new RequestCounts(Requests, 0, Requests, 0), kind.Counts);
        Assert.Equal(failure, Assert.Single(kind.Client!.Failures).Key);
        Assert.Equal(Requests, kind.Client.Failures[failure]);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the end", true, RequestTransport.Epoll)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the end", true, RequestTransport.Ring)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nuntil the end", true, RequestTransport.Sockets)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, RequestTransport.Epoll)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, RequestTransport.Ring)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, RequestTransport.Sockets)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\u00ff\u00fe\u00c3", false, RequestTransport.Epoll)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\u00ff\u00fe\u00c3", false, RequestTransport.Ring)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\u00ff\u00fe\u00c3", false, RequestTransport.Sockets)]
    public async Task What_is_unusual_and_right_succeeds(string answer, bool closing, RequestTransport transport)
    {
        using var server = new FaultyServer(closing ? Closing(answer) : Sending(answer));

        RunResult result = await RunAsync(server.Address, transport, inTurn: true);

        Assert.Equal(new RequestCounts(Requests, Requests, 0, 0), result.Totals);
        Assert.Equal(closing ? Requests : 1, server.Connections);
    }

    [Theory]
    [InlineData(RequestTransport.Epoll)]
    [InlineData(RequestTransport.Ring)]
    [InlineData(RequestTransport.Sockets)]
    public async Task A_kept_connection_that_is_closed_under_a_request_costs_no_failure(RequestTransport transport)
    {
        // Every second request finds its connection closed: after the answer, the next request is read and dropped.
        var seen = new System.Runtime.CompilerServices.ConditionalWeakTable<Socket, object>();
        using var server = new FaultyServer(async (s, end) =>
        {
            if (seen.TryGetValue(s, out _))
            {
                s.Close();
                return;
            }

            seen.Add(s, s);
            await Send(s, Ok, end);
        });

        RunResult result = await RunAsync(server.Address, transport, inTurn: true);

        Assert.Equal(new RequestCounts(Requests, Requests, 0, 0), result.Totals);
        Assert.Contains(result.Events, e => e.Text.Contains("sent again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RequestTransport.Epoll)]
    [InlineData(RequestTransport.Ring)]
    [InlineData(RequestTransport.Sockets)]
    public async Task A_port_without_a_server_is_counted_as_refused(RequestTransport transport)
    {
        var server = new FaultyServer((_, _) => Task.CompletedTask);
        server.Dispose();

        RunResult result = await RunAsync(server.Address, transport);

        Assert.Equal(Requests, result.Kinds[0].Client!.Failures["connect refused"]);
    }

    private static Func<Socket, CancellationToken, Task> Sending(string text) => (s, end) => Send(s, text, end);

    private static Func<Socket, CancellationToken, Task> Closing(string text) => async (s, end) =>
    {
        await Send(s, text, end);
        s.Shutdown(SocketShutdown.Both);
        s.Close();
    };

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>Sends the requests all at once, or one after the other.</summary>
    private static Task<RunResult> RunAsync(Uri target, RequestTransport transport, bool inTurn = false)
    {
        var think = new ServiceLaw.Constant(0.001);
        var settings = new LoadSettings
        {
            Target = target,
            Scenario = "s",
            Plan = LoadPlan.Of([inTurn
                ? new LoadStage.Users("", 1, Requests, think, 1)
                : new LoadStage.Users("", Requests, 1, think, 0.05)]),
            Requests = [new RequestKind("get", 1, "GET", "/", new ServiceLaw.Constant(0))],
            Seed = 1,
            TimeOut = TimeSpan.FromSeconds(inTurn ? 10 : 0.5),
            Transport = transport,
        };
        return new LoadEngine(settings).RunAsync(Stopwatch.GetTimestamp(), null, Stop)
            .WaitAsync(TimeSpan.FromSeconds(30), Stop);
    }
}
