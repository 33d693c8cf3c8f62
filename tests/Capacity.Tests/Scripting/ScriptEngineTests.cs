using Capacity.Model;
using Capacity.Scripting;
using Capacity.Tests.Support;
using Scenario = Capacity.Scripting.Scenario;

namespace Capacity.Tests.Scripting;

/// <summary>Scripts under the real clock.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class ScriptEngineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_script_has_the_arrivals_of_a_scenario_file_with_the_same_load_and_seed()
    {
        var instants = new List<double>();
        ScenarioProps script = Scenario.Create("orders", context =>
        {
            lock (instants)
            {
                instants.Add(context.ScheduledAt);
            }

            return ValueTask.FromResult<IResponse>(Response.Ok());
        }).WithLoadSimulations(
            Simulation.RampingInject(rate: 400, interval: Second, during: Second),
            Simulation.Inject(rate: 400, interval: Second, during: Second));

        RunResult run = await Run(script, seed: 7);

        const string yaml = "- { ramp_to: 400/s, during: 1s }\n  - { inject: 400/s, during: 1s }";
        double[] expected = [.. Arrivals(LoadPlan.Of(StagesOf(yaml)), seed: 7)];
        instants.Sort();
        Assert.Equal(expected.Length, instants.Count);
        Assert.All(expected.Zip(instants), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        Assert.Equal(expected.Length, run.Totals.Ok);
        Assert.Equal(expected.Length, run.Series.Offered.Sum(), 1e-6);
    }

    [Fact]
    public async Task Steps_are_counted_by_name_status_and_bytes_and_a_failed_one_ends_its_iteration()
    {
        int last = 0;
        ScenarioProps script = Scenario.Create("shop", async context =>
        {
            Response<int> login = await Step.Run("login", context, async () =>
            {
                await Task.Yield();
                return Response.Ok(payload: 42, statusCode: "200", sizeBytes: 100);
            });
            context.Data["user"] = login.Payload.Value;
            await Step.Run("buy", context, async () => context.InvocationNumber % 4 == 0
                ? Response.Fail("500", "no stock")
                : Response.Ok("201", sizeBytes: (int)context.Data["user"]));
            await Step.Run("pay", context, async () => context.InvocationNumber % 4 == 1
                ? throw new InvalidDataException("bad card")
                : Response.Ok());
            Interlocked.Increment(ref last);
            return Response.Ok();
        }).WithLoadSimulations(Simulation.IterationsForConstant(copies: 1, iterations: 40));

        RunResult run = await Run(script);

        ScriptDetails details = run.Script!;
        Assert.Equal(["login", "buy", "pay"], run.Kinds.Select(k => k.Name));
        Assert.Equal(new RequestCounts(40, 40, 0, 0), run.Kinds[0].Counts);
        Assert.Equal(new RequestCounts(40, 30, 10, 0), run.Kinds[1].Counts);
        Assert.Equal(new RequestCounts(30, 20, 10, 0), run.Kinds[2].Counts);
        Assert.Equal(new RequestCounts(40, 20, 20, 0), run.Totals);
        Assert.Equal(20, last);
        Assert.Equal(4000, details.Steps.Single(s => s.Name == "login").Bytes);
        Assert.Equal(30 * 42, details.Steps.Single(s => s.Name == "buy").Bytes);
        Assert.Contains(
            new OutcomeCount("500", true, "no stock", 10), details.Steps.Single(s => s.Name == "buy").Outcomes);
        Assert.Contains(new OutcomeCount("-101", true, "InvalidDataException", 10),
            details.Steps.Single(s => s.Name == "pay").Outcomes);
        Assert.Equal(30, run.Kinds[1].StatusCodes[201]);
    }

    [Fact]
    public async Task A_frozen_service_cannot_hide_the_requests_that_came_meanwhile()
    {
        using var gate = new SemaphoreSlim(1); // a service with one worker, which the first request holds for 400 ms
        int number = 0;
        ScenarioProps script = Scenario.Create("frozen", async context => await Step.Run("call", context, async () =>
        {
            await gate.WaitAsync(context.ScenarioCancellationToken);
            await Task.Delay(Interlocked.Increment(ref number) == 1 ? 400 : 0, context.ScenarioCancellationToken);
            gate.Release();
            return Response.Ok();
        })).WithEvenArrivals().WithLoadSimulations(Simulation.Inject(200, Second, Second));

        RunResult run = await Run(script);

        // 80 of the 200 are due during the freeze; the wait of the last of them is nearly nothing.
        LatencyHistogram latency = run.Kinds[0].Latency;
        Assert.Equal(200, latency.Count);
        Assert.InRange(latency.Quantile(0.75), 0.1, 1.5);
        Assert.InRange(latency.MaxSeconds, 0.39, 3);
    }

    [Fact]
    public async Task Copies_run_one_iteration_after_the_other_and_ramp_up_and_down()
    {
        int now = 0;
        int most = 0;
        ScenarioProps script = Scenario.Create("users", async context =>
        {
            int here = Interlocked.Increment(ref now);
            InterlockedMax(ref most, here);
            await Task.Delay(10);
            Interlocked.Decrement(ref now);
            context.ScenarioInstanceData["count"] =
                (int)context.ScenarioInstanceData.GetValueOrDefault("count", 0) + 1;
            Assert.Equal(context.InvocationNumber, (int)context.ScenarioInstanceData["count"]);
            return Response.Ok();
        }).WithLoadSimulations(
            Simulation.RampingConstant(copies: 6, during: Second), Simulation.KeepConstant(6, Second),
            Simulation.RampingConstant(copies: 0, during: Second));

        RunResult run = await Run(script);

        Assert.Equal(6, most);
        Assert.Equal(0, run.Totals.Failed);
        Assert.InRange(run.Totals.Ok, 30, 1300);
    }

    [Fact]
    public async Task A_threshold_that_fails_ends_the_run_early()
    {
        ScenarioProps script = Scenario.Create("bad", async context =>
            {
                await Task.Delay(5);
                return context.InvocationNumber % 2 == 0 ? Response.Fail("503") : Response.Ok();
            })
            .WithLoadSimulations(Simulation.KeepConstant(2, TimeSpan.FromMinutes(5)))
            .WithThresholds(Threshold.Create(s => s.Fail.Request.Percent < 10, abortWhenErrorCount: 1),
                Threshold.Create(s => s.AllRequestCount > 0));

        (RunResult run, ScriptSession session) = await RunSession(
            new SessionSettings { Name = "t", Scenarios = [script], ReportingInterval = Second });

        Assert.True(session.ThresholdsFailed);
        Assert.True(run.Partial);
        Assert.InRange(run.Duration, 0.9, 60);
        Assert.Equal([true, false], run.Script!.Thresholds.Select(t => t.Failed));
        Assert.Equal("s => s.Fail.Request.Percent < 10", run.Script.Thresholds[0].Check);
    }

    [Fact]
    public async Task Weighted_scenarios_share_one_load_and_the_others_run_beside_it()
    {
        LoadSimulation load = Simulation.Inject(600, Second, Second);
        ScenarioProps Of(string name) => Scenario.Create(name, async _ => Response.Ok()).WithLoadSimulations(load);

        RunResult run = await Run([Of("read").WithWeight(80), Of("write").WithWeight(20), Of("other")]);

        long[] counts = [.. run.Script!.Scenarios.Select(s => s.Counts.Ok)];
        double share = (double)counts[0] / (counts[0] + counts[1]);
        Assert.InRange(share, 0.7, 0.9);
        Assert.InRange(counts[2], 480, 720);
        Assert.NotEqual(counts[2], counts[0] + counts[1]);
    }

    [Fact]
    public async Task What_a_warm_up_does_is_forgotten_and_init_and_clean_come_once()
    {
        var calls = new List<string>();
        ScenarioProps script = Scenario.Create("warm", async context =>
            {
                await Task.Delay(1);
                lock (calls)
                {
                    calls.Add(context.ScenarioInfo.ScenarioOperation.ToString());
                }

                return Response.Ok();
            })
            .WithInit(_ => Note("init")).WithClean(_ => Note("clean"))
            .WithWarmUpDuration(TimeSpan.FromSeconds(0.3))
            .WithLoadSimulations(Simulation.Inject(100, Second, Second));

        RunResult run = await Run(script);

        Assert.Equal("init", calls[0]);
        Assert.Equal("clean", calls[^1]);
        Assert.InRange(calls.Count(c => c == "WarmUp"), 5, 100);
        Assert.Equal(run.Totals.Ok, calls.Count(c => c == "Bombing"));

        Task Note(string what)
        {
            calls.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Stopping_keeps_what_was_measured()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
        ScenarioProps script = Scenario.Create("long", async _ => Response.Ok())
            .WithLoadSimulations(Simulation.Inject(100, Second, TimeSpan.FromSeconds(30)));

        (RunResult run, _) = await RunSession(new SessionSettings { Name = "t", Scenarios = [script] }, stop.Token);

        Assert.True(run.Partial);
        Assert.InRange(run.Duration, 1, 20);
        Assert.InRange(run.Totals.Ok, 50, 2900);
        Assert.Equal(run.Totals.Scheduled, run.Totals.Ok + run.Totals.Dropped);
    }

    [Fact]
    public async Task Iterations_that_end_at_once_allocate_nothing()
    {
        // Not async: the compiler makes an object for each call of an async lambda when it does not optimise.
#pragma warning disable CA2012 // it has completed: nothing in it waits
        ScenarioProps script = Scenario.Create("empty", static context => new ValueTask<IResponse>(
            Step.Run("step", context, static () => new ValueTask<Response<object>>(Response.Ok())).Result))
            .WithLoadSimulations(Simulation.KeepConstant(1, Second));
#pragma warning restore CA2012
        await Run(script); // the pools and tables are made here

        long before = GC.GetTotalAllocatedBytes(precise: true);
        RunResult run = await Run(script);
        double perIteration = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / run.Totals.Ok;

        // What is made once per run and per second, some megabytes, is spread over all iterations.
        Assert.True(run.Totals.Ok > 50_000, $"{run.Totals.Ok} iterations");
        Assert.InRange(perIteration * run.Totals.Ok, 0, 20e6);
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Totals.Ok} iterations, {perIteration} bytes each");
    }

    private static Task<RunResult> Run(ScenarioProps script, ulong seed = 1) => Run([script], seed);

    private static async Task<RunResult> Run(IReadOnlyList<ScenarioProps> scripts, ulong seed = 1) =>
        (await RunSession(new SessionSettings { Name = "t", Scenarios = scripts, Seed = seed })).Run;

    private static async Task<(RunResult Run, ScriptSession Session)> RunSession(
        SessionSettings settings, CancellationToken? stop = null)
    {
        var session = new ScriptSession(settings, new ScriptLog(_ => { }), null);
        return (await session.RunAsync(stop ?? TestContext.Current.CancellationToken), session);
    }

    private static IReadOnlyList<LoadStage> StagesOf(string load)
    {
        var source = new SourceText(Repository.At("scenarios/library/x.yaml"),
            $$"""
            version: 1
            name: x
            target: { service: go-demo_main, stack: a.yml, alertmanager: b.yml }
            load:
              {{load}}
            requests:
              - { name: a, share: 100%, path: /, service_time: 1ms }
            """);
        Assert.True(ScenarioReader.Read(source).TryGet(out global::Capacity.Model.Scenario? scenario));
        return scenario.Load;
    }

    private static List<double> Arrivals(LoadPlan plan, ulong seed)
    {
        var stream = new RequestStream(plan.Open, ArrivalSpacing.Poisson, [1.0], seed);
        var all = new List<double>();
        double[] at = new double[64];
        while (stream.Fill(at, new int[64], new double[64]) is > 0 and int count)
        {
            all.AddRange(at.Take(count));
        }

        return all;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen = Volatile.Read(ref most);
        while (value > seen && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen)
        {
            seen = now;
        }
    }
}
