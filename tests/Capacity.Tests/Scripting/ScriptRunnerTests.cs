using Capacity.Cli;
using Capacity.Cli.Exposing;
using Capacity.Load;
using Capacity.Scripting;
using Capacity.Swarm.Embedded;
using Capacity.Tests.Support;
using Scenario = Capacity.Scripting.Scenario;

namespace Capacity.Tests.Scripting;

/// <summary>The runner: arguments, exit codes, files and the page for Prometheus.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class ScriptRunnerTests
{
    private static readonly ScenarioProps Good = Scenario.Create("good", async _ => Response.Ok())
        .WithLoadSimulations(Simulation.IterationsForConstant(2, 20));

    [Fact]
    public async Task A_good_script_ends_with_0_and_writes_what_it_was_asked_for()
    {
        using var folder = new TemporaryFolder();

        (NodeStats stats, string output) = await Run(CapacityRunner.RegisterScenarios(Good)
            .WithReportFormats(ReportFormat.Txt, ReportFormat.Csv), "--out", folder.Path);

        Assert.Equal(0, stats.ExitCode);
        Assert.Equal(20, stats.AllOkCount);
        Assert.Equal([".txt", ".csv"], stats.ReportFiles.Select(f => Path.GetExtension(f.FilePath)));
        Assert.All(stats.ReportFiles, f => Assert.Contains("good", File.ReadAllText(f.FilePath)));
        Assert.Contains("20 iterations  20 ok", output);
    }

    [Fact]
    public async Task What_goes_wrong_has_the_exit_codes_of_the_program()
    {
        ScenarioProps failing = Scenario.Create("bad", async _ => Response.Fail("503"))
            .WithLoadSimulations(Simulation.IterationsForConstant(1, 10))
            .WithThresholds(Threshold.Create(s => s.AllFailCount == 0));
        ScenarioProps mixed = Good.WithLoadSimulations(
            Simulation.KeepConstant(1, TimeSpan.FromSeconds(1)),
            Simulation.Inject(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        ScenarioProps unprepared = Good.WithInit(_ => throw new InvalidDataException("no users"));
        ScenarioProps hopeless = Scenario.Create("hopeless", async _ => Response.Fail())
            .WithMaxFailCount(5).WithLoadSimulations(Simulation.KeepConstant(1, TimeSpan.FromMinutes(5)));

        Assert.Equal(1, (await Run(Setup(failing))).Stats.ExitCode);
        Assert.Equal(2, (await Run(Setup(Good), "--sed", "3")).Stats.ExitCode);
        Assert.Equal(3, (await Run(Setup(mixed))).Stats.ExitCode);
        Assert.Equal(3, (await Run(Setup(Good, Good))).Stats.ExitCode);
        Assert.Equal(4, (await Run(Setup(unprepared))).Stats.ExitCode);
        Assert.Equal(1, (await Run(Setup(hopeless))).Stats.ExitCode);
    }

    [Fact]
    public async Task A_run_exposes_its_own_metrics_while_it_goes_on()
    {
        Gauge stock = Metric.CreateGauge("stock", "items");
        stock.Set(7);
        string? seen = null;
        using var client = new HttpClient();
        Uri? address = null;
        ScenarioProps script = Scenario.Create("shop", async context =>
            {
                await Step.Run("look", context, async () => Response.Ok("200"));
                await Task.Delay(20);
                return Response.Ok();
            })
            .WithLoadSimulations(Simulation.KeepConstant(1, TimeSpan.FromSeconds(3)));
        ScenarioProps reader = Scenario.Create("reader", async context =>
            {
                await Task.Delay(2200);
                seen = await client.GetStringAsync(address!, context.ScenarioCancellationToken);
                return Response.Ok();
            })
            .WithInit(_ => Task.CompletedTask).WithLoadSimulations(Simulation.IterationsForConstant(1, 1));
        int port = FreePort();
        address = new Uri($"http://127.0.0.1:{port}/metrics");

        (NodeStats stats, _) = await Run(
            Setup(script, reader).RegisterMetrics(stock), "--prometheus", $":{port}");

        Assert.Equal(0, stats.ExitCode);
        Assert.NotNull(seen);
        Assert.Contains("capacity_script_metric{scenario=\"shop\",metric=\"stock\",unit=\"items\"} 7\n", seen);
        Assert.Contains("capacity_steps_total{scenario=\"shop\",script_scenario=\"shop\",step=\"look\"", seen);
    }

    [Theory]
    [InlineData(":9464", "127.0.0.1:9464")]
    [InlineData("9464", "127.0.0.1:9464")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("shop:80", null)]
    [InlineData(":99999", null)]
    [InlineData("", null)]
    public void A_page_listens_on_loopback_unless_a_host_is_given(string text, string? expected)
    {
        Assert.Equal(expected is not null, MetricsPage.TryParse(text, out System.Net.IPEndPoint? place));
        Assert.Equal(expected, place?.ToString());
    }

    [Fact]
    public void What_a_rehearsal_exposes_can_be_scraped()
    {
        string text = ExposedRun.Of("a\"b", new LoadProgress(3, 100, 5, 0.01, 0.02, double.NaN, 50, 2),
            new ClusterStatus(3, 2, []));

        Assert.Contains("capacity_requests_total{scenario=\"a\\\"b\",outcome=\"ok\"} 48\n", text);
        Assert.Contains("capacity_response_seconds{scenario=\"a\\\"b\",quantile=\"0.99\"} NaN\n", text);
        Assert.Contains("capacity_replicas{scenario=\"a\\\"b\",state=\"ready\"} 2\n", text);
    }

    private static ScriptSetup Setup(params ScenarioProps[] scenarios) =>
        CapacityRunner.RegisterScenarios(scenarios).WithoutReports();

    private static async Task<(NodeStats Stats, string Output)> Run(ScriptSetup setup, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        NodeStats stats = await setup.RunAsync(args, new CliEnvironment { Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (stats, output.ToString() + error);
    }

    /// <summary>A port that nobody used a moment ago.</summary>
    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
