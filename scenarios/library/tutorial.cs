// Tutorial as a script: two steps, a data feed, thresholds and a metric, in NBomber's words
#:project ../../reports/Capacity.Cli
using Capacity.Scripting;
using Capacity.Swarm.Demo;

// Without --target the script brings its own service: one replica of the demo with 8 workers.
await using DemoServer? demo = CapacityRunner.Target(args) is null
    ? await DemoServer.StartAsync(new DemoSettings { Workers = 8 }, CancellationToken.None)
    : null;
Uri target = CapacityRunner.Target(args) ?? demo!.Address;

using var client = new HttpClient { BaseAddress = target };
Counter greetings = Metric.CreateCounter("greetings", "answers");
IDataFeed<int> delays = DataFeed.Circular([5, 10, 20, 40]);

ScenarioProps greet = Scenario.Create("greet", async context =>
{
    int delay = delays.GetNextItem(context.ScenarioInfo);
    Response<string> hello = await Step.Run("hello", context, async () =>
    {
        using HttpResponseMessage answer = await client.GetAsync(
            new Uri($"/demo/hello?delay={delay}", UriKind.Relative), context.ScenarioCancellationToken);
        string text = await answer.Content.ReadAsStringAsync(context.ScenarioCancellationToken);
        return answer.IsSuccessStatusCode
            ? Response.Ok(text, statusCode: $"{(int)answer.StatusCode}", sizeBytes: text.Length)
            : Response.Fail<string>($"{(int)answer.StatusCode}", "no greeting");
    });
    greetings.Add(1);
    context.Data["text"] = hello.Payload.Value; // for later steps of the same iteration

    return await Step.Run("again", context, async () =>
    {
        string text = await client.GetStringAsync(new Uri("/demo/hello", UriKind.Relative));
        return text == (string)context.Data["text"] ? Response.Ok("200", text.Length) : Response.Fail("differs");
    });
})
.WithInit(async context => await client.GetStringAsync(new Uri("/demo/hello", UriKind.Relative)))
.WithWarmUpDuration(TimeSpan.FromSeconds(1))
.WithLoadSimulations(
    Simulation.RampingInject(rate: 100, interval: TimeSpan.FromSeconds(1), during: TimeSpan.FromSeconds(4)),
    Simulation.Inject(rate: 100, interval: TimeSpan.FromSeconds(1), during: TimeSpan.FromSeconds(6)))
.WithThresholds(
    Threshold.Create(stats => stats.Fail.Request.Percent < 1),
    Threshold.Create("hello", step => step.Ok.Latency.Percent95 < 2_000));

return CapacityRunner
    .RegisterScenarios(greet)
    .RegisterMetrics(greetings)
    .WithTestName("tutorial-script")
    .Run(args).ExitCode;
