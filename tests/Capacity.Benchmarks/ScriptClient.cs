using System.Globalization;
using Capacity.Load;
using Capacity.Model;
using Capacity.Scripting;
using Scenario = Capacity.Scripting.Scenario;

namespace Capacity.Benchmarks;

/// <summary>The script engine as a process of its own, for <see cref="LoadSpeed"/>: with nothing to do, and with an
/// <see cref="HttpClient"/>, which also runs without the engine. Each warms up first.</summary>
internal static class ScriptClient
{
    private const int Connections = 64;
    private const int EmptyCopies = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan ClientWarmUp = TimeSpan.FromSeconds(10); // the runtime optimises it for so long

    /// <summary>Runs it and prints its figures as <c>name value</c>, one per line.</summary>
    /// <param name="args">What (<c>empty</c>, <c>script</c>, <c>step</c>, <c>bare</c>, <c>method</c>: bare in a
    /// function of its own), address, seconds.</param>
    public static async Task RunAsync(string[] args)
    {
        InlineSockets.Enable();
        var target = new Uri(args[1]);
        var time = TimeSpan.FromSeconds(double.Parse(args[2], CultureInfo.InvariantCulture));
        using var client = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = Connections,
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        });
        Func<TimeSpan, Task<(long Ok, long Failed)>> run = args[0] switch
        {
            "empty" => length => EngineAsync(Empty(), EmptyCopies, length),
            "script" => length => EngineAsync(Whole(client, target), Connections, length),
            "step" => length => EngineAsync(Stepwise(client, target), Connections, length),
            "method" => length => BareAsync(() => GetAsync(client, target), length),
            _ => length => BareAsync(client, target, length),
        };
        await run(args[0] == "empty" ? WarmUp : ClientWarmUp);
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        (long ok, long failed) = await run(time);
        double cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"requests {ok}\nfailed {failed}\ncpu {cpu:R}\nallocated {allocated}\nseconds {time.TotalSeconds:R}\n"
            + $"rss_last {Environment.WorkingSet / 1048576.0:0.0}"));
    }

    private static ScenarioProps Empty()
    {
        Func<IScenarioContext, ValueTask<Response<object>>> nothing = _ => ValueTask.FromResult(Response.Ok());
        return Scenario.Create("empty", context =>
        {
            ValueTask<Response<object>> step = Step.Run("nothing", context, nothing);
            return ValueTask.FromResult<IResponse>(step.Result);
        });
    }

    private static async ValueTask<IResponse> GetAsync(HttpClient client, Uri target)
    {
        using HttpResponseMessage answer = await client.GetAsync(target);
        return answer.IsSuccessStatusCode ? Response.Ok() : Response.Fail();
    }

    private static ScenarioProps Whole(HttpClient client, Uri target) =>
        Scenario.Create("get", _ => GetAsync(client, target));

    private static ScenarioProps Stepwise(HttpClient client, Uri target) => Scenario.Create("get", async context =>
        await Step.Run("get", context, async () =>
        {
            using HttpResponseMessage answer = await client.GetAsync(target);
            return answer.IsSuccessStatusCode ? Response.Ok() : Response.Fail();
        }));

    private static async Task<(long Ok, long Failed)> EngineAsync(ScenarioProps scenario, int copies, TimeSpan length)
    {
        var session = new ScriptSession(
            new SessionSettings
            {
                Name = "bench",
                Scenarios = [scenario.WithLoadSimulations(Simulation.KeepConstant(copies, length))],
            },
            new ScriptLog(_ => { }), null);
        RunResult result = await session.RunAsync(CancellationToken.None);
        return (result.Totals.Ok, result.Totals.Failed);
    }

    private static Task<(long Ok, long Failed)> BareAsync(HttpClient client, Uri target, TimeSpan length) =>
        UsersAsync(length, async (end, counts) =>
        {
            while (Environment.TickCount64 < end)
            {
                using HttpResponseMessage answer = await client.GetAsync(target);
                counts.Add(answer.IsSuccessStatusCode);
            }
        });

    /// <summary>The scenario's function without the engine.</summary>
    private static Task<(long Ok, long Failed)> BareAsync(Func<ValueTask<IResponse>> body, TimeSpan length) =>
        UsersAsync(length, async (end, counts) =>
        {
            while (Environment.TickCount64 < end)
            {
                counts.Add(!(await body()).IsError);
            }
        });

    private static async Task<(long Ok, long Failed)> UsersAsync(TimeSpan length, Func<long, Counts, Task> user)
    {
        long end = Environment.TickCount64 + (long)length.TotalMilliseconds;
        var counts = new Counts();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => user(end, counts))));
        return (counts.Ok, counts.Failed);
    }

    private sealed class Counts
    {
        private long _ok;
        private long _failed;

        public long Ok => _ok;

        public long Failed => _failed;

        public void Add(bool ok) => Interlocked.Increment(ref ok ? ref _ok : ref _failed);
    }
}
