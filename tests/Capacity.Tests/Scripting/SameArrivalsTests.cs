using System.Collections.Concurrent;
using System.Diagnostics;
using Capacity.Cli.Checking;
using Capacity.Load;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Scripting;
using Capacity.Tests.Load;
using Capacity.Tests.Support;
using ScenarioFile = Capacity.Model.Scenario;

namespace Capacity.Tests.Scripting;

/// <summary>The same load as a scenario file, as a script and from three agents.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class SameArrivalsTests
{
    private const ulong Seed = 11;
    private const int Agents = 3;
    private const double Exactness = 1e-6; // seconds; records are rounded to it

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_a_script_and_agents_send_at_the_same_instants()
    {
        ScenarioFile scenario = Read();
        using FaultyServer server = new((s, end) =>
            FaultyServer.Send(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", end));

        List<double> file = await SentAsync(RehearsalRun.SettingsOf(scenario, server.Address, Seed));
        var parts = new List<double>();
        for (int agent = 0; agent < Agents; agent++)
        {
            LoadSettings whole = RehearsalRun.SettingsOf(scenario, server.Address, Seed);
            parts.AddRange(await SentAsync(whole with { Plan = new LoadShare(agent, Agents).Of(whole.Plan) }));
        }

        double[] script = await ScriptAsync();
        Assert.InRange(file.Count, 120, 280);
        Assert.Equal(file, parts.Order());
        Assert.Equal(file.Count, script.Length);
        Assert.All(file.Zip(script), pair => Assert.Equal(pair.First, pair.Second, Exactness));
    }

    [Fact]
    public void Agents_send_as_the_scenario_says() =>
        Assert.Equal(7, RehearsalRun.SettingsOf(Read(), new Uri("http://127.0.0.1:1"), Seed).Http.Connections);

    [Fact(Timeout = 120_000)]
    public async Task The_command_sends_the_same_number_alone_and_by_agents()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("same.yaml");
        await File.WriteAllTextAsync(path, Text, Stop);
        using FaultyServer server = new((s, end) =>
            FaultyServer.Send(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", end));
        var found = new List<RunResult>();
        foreach (string[] agents in (string[][])[[], ["--agents", "3"]])
        {
            string json = folder.File($"{agents.Length}.json");
            (int code, string output) = await RunningProgram.RunAsync(["run", path, "--target",
                server.Address.ToString(), "--seed", "11", "--json", json, "--out", folder.Path, .. agents]);
            Assert.True(code is 0 or 1, output); // objectives are not what is tested
            Assert.True(RunResultJson.Read(new SourceText(json, await File.ReadAllTextAsync(json, Stop)))
                .TryGet(out RunResult? run), output);
            found.Add(run);
        }

        Assert.Equal(found[0].Totals.Scheduled, found[1].Totals.Scheduled);
        Assert.Equal(found[0].Series.Offered, found[1].Series.Offered);
        Assert.Equal(found[0].LoadDigest, found[1].LoadDigest);
        Assert.NotNull(found[1].StartedAt);
    }

    private static async Task<List<double>> SentAsync(LoadSettings settings)
    {
        using var records = new MemoryStream();
        await new LoadEngine(settings with { Records = records }).RunAsync(Stopwatch.GetTimestamp(), null, Stop);
        string[] lines = System.Text.Encoding.UTF8.GetString(records.ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("at").GetDouble())
            .Order()];
    }

    /// <summary>The script's scheduled instants, as its iterations see them.</summary>
    private static async Task<double[]> ScriptAsync()
    {
        var seen = new ConcurrentBag<double>();
        ScenarioProps script = Capacity.Scripting.Scenario.Create("same", context =>
        {
            seen.Add(context.ScheduledAt);
            return ValueTask.FromResult<IResponse>(Response.Ok());
        }).WithLoadSimulations(
            Simulation.RampingInject(rate: 200, interval: TimeSpan.FromSeconds(1), during: TimeSpan.FromSeconds(1)),
            Simulation.Inject(rate: 100, interval: TimeSpan.FromSeconds(1), during: TimeSpan.FromSeconds(1)));
        var session = new ScriptSession(
            new SessionSettings { Name = "same", Scenarios = [script], Seed = Seed }, new ScriptLog(_ => { }), null);
        await session.RunAsync(Stop);
        return [.. seen.Order()];
    }

    private static string Text =>
        $$"""
        # The same load three times
        version: 1
        name: same
        target:
          service: go-demo_main
          stack: {{Repository.At("swarm/stack")}}/go-demo.yml
          prometheus: {{Repository.At("swarm/stack")}}/prometheus.yml
          alertmanager: {{Repository.At("swarm/stack")}}/alertmanager.yml
        load:
          - { stage: climb, ramp_to: 200/s, during: 1s }
          - { stage: stay,  inject: 100/s,  during: 1s }
        http: { connections: 7 }
        requests:
          - { name: get, share: 100%, path: /, service_time: 1ms }
        objectives:
          - { metric: errors, under: 50% }
        """;

    private static ScenarioFile Read()
    {
        Parsed<ScenarioFile> read = ScenarioReader.Read(new SourceText("same.yaml", Text), [], _ => true);
        return read.TryGet(out ScenarioFile? scenario) ? scenario
            : throw new InvalidOperationException(string.Join('\n', read.Diagnostics));
    }
}
