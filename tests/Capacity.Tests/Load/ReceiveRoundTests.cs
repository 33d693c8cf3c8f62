using System.Diagnostics;
using Capacity.Load;
using Capacity.Load.Http;
using Capacity.Load.Pacing;
using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Load;

/// <summary>Receives that are put off. They are only in a process whose socket events are handled in place, which must
/// be said before its first socket: so the tests are run again in one of their own.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class ReceiveRoundTests
{
    private const string Engines = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"; // one: all connections are in the rounds
    private const int Users = 64;
    private const int Requests = 20_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(Every_request_of_many_users_is_answered))]
    [InlineData(nameof(A_silent_or_cut_answer_ends_as_without_rounds))]
    public async Task Holds_in_a_process_of_its_own(string test)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Its socket events come on any thread.");
        var environment = new Dictionary<string, string> { [InlineSockets.Switch] = "1", [Engines] = "1" };
        string assembly = Path.Combine(AppContext.BaseDirectory, "Capacity.Tests.dll");

        (int code, string output) = await RunningProgram.RunOtherAsync("dotnet", environment,
            [assembly, "-explicit", "only", "-method", $"{typeof(ReceiveRoundTests).FullName}.{test}"]);

        Assert.True(code == 0, output);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true, Timeout = 60_000)]
    public async Task Every_request_of_many_users_is_answered()
    {
        SkipUnlessChild();
        using FaultyServer server = Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        LoadSettings settings = Settings(server);
        var tally = new LoadTally(settings, shared: true);
        using var path = (SocketPath)await RequestPaths.OpenAsync(
            settings, tally, new RunClock(Stopwatch.GetTimestamp()), Ring.TryOpen, Stop);
        int left = Requests;
        for (int i = 0; i < Users; i++)
        {
            path.Send(new Shot(0, path.Now, 0, Next));
        }

        path.Finish(Stop);

        RunResult result = tally.Result(1, partial: false, 0, []);
        Assert.Equal(new RequestCounts(Users + Requests, Users + Requests, 0, 0), result.Totals);
        Assert.Equal(Users, path.Counts.Connections);
        Assert.InRange(path.Deferred, Requests / 500, Requests + Users);

        void Next(double end)
        {
            if (Interlocked.Decrement(ref left) >= 0)
            {
                Assert.True(path.TrySendNow(new Shot(0, end, 0, Next), end));
            }
        }
    }

    [Fact(Explicit = true, Timeout = 60_000)]
    public async Task A_silent_or_cut_answer_ends_as_without_rounds()
    {
        SkipUnlessChild();
        int requests = 0;
        using var server = new FaultyServer(async (socket, end) =>
        {
            int number = Interlocked.Increment(ref requests);
            bool cut = number % 50 == 0;
            string answer = cut ? "HTTP/1.1 200 OK\r\nContent-Le"
                : number % 77 == 0 ? "" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            await FaultyServer.Send(socket, answer, end);
            if (cut)
            {
                socket.Close();
            }
        });
        var engine = new LoadEngine(Settings(server));

        RunResult result = await engine.RunAsync(Stopwatch.GetTimestamp(), null, Stop);

        RequestCounts totals = result.Totals;
        Assert.Equal(totals.Scheduled, totals.Ok + totals.Failed);
        Assert.Equal(["cut off", "time-out"], result.Kinds[0].Client!.Failures.Keys.Order());
        Assert.True(totals.Ok > 1000, totals.ToString());
    }

    private static void SkipUnlessChild() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable(Engines) == "1", "Run by Holds_in_a_process_of_its_own.");

    private static FaultyServer Answering(string text) => new((socket, end) => FaultyServer.Send(socket, text, end));

    private static LoadSettings Settings(FaultyServer server) => new()
    {
        Target = server.Address,
        Scenario = "rounds",
        Plan = LoadPlan.Of([new LoadStage.Users("", Users, null, new ServiceLaw.Constant(0), 1)]),
        Spacing = ArrivalSpacing.Even,
        Requests = [new RequestKind("get", 1, "GET", "/", new ServiceLaw.Constant(0))],
        Seed = 1,
        Transport = RequestTransport.Sockets,
        Http = new HttpSettings { Connections = Users },
        TimeOut = TimeSpan.FromSeconds(0.3),
    };
}
