using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Capacity.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Cli;

/// <summary>Ten ways to get it wrong; each ends with its own message and exit code.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class WrongInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WrongInputTests()
    {
        foreach (string name in (string[])["go-demo.yml", "prometheus.yml", "alertmanager.yml"])
        {
            File.Copy(Repository.At("swarm", "stack", name), _folder.File(name));
        }

        string scenario = File.ReadAllText(Repository.At("scenarios", "library", "greeters.yaml"));
        File.WriteAllText(Scenario, scenario.Replace("../../swarm/stack/", "", StringComparison.Ordinal));
    }

    private string Scenario => _folder.File("shop.yaml");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_missing_stack_file()
    {
        File.Delete(_folder.File("go-demo.yml"));

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains($"--> {Scenario}:7:10", run.Error);
        Assert.Contains("go-demo.yml", run.Error);
    }

    [Fact]
    public async Task An_unknown_key()
    {
        Edit("shop.yaml", "load:", "laod:");

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains($"error[CAP010]: unknown key 'laod' in the scenario\n  --> {Scenario}:13:1", run.Error);
        Assert.Contains("^^^^ did you mean 'load'?", run.Error);
    }

    [Fact]
    public async Task A_negative_rate()
    {
        Edit("shop.yaml", "inject: 200/s", "inject: -200/s");

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains($"--> {Scenario}:14:30", run.Error);
        Assert.Contains("^^^^^^", run.Error);
    }

    [Fact]
    public async Task Bad_PromQL_in_a_label()
    {
        Edit("go-demo.yml", "com.df.alertIf.1=@resp_time_above:0.1,5m,0.99", "com.df.alertIf.1=sum(rate(x[5m])) <");

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("error[CAP041]: the rule 'godemo_main_resptimeabove'", run.Error);
        Assert.Matches(@"--> \S*go-demo\.yml:\d+:\d+", run.Error);
        Assert.Equal(run.Error, (await CommandLineRun.Of("validate", Scenario)).Error);
    }

    [Fact]
    public async Task A_minimum_above_the_maximum()
    {
        Edit("go-demo.yml", "com.df.scaleMin=2", "com.df.scaleMin=9");

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("error[CAP066]", run.Error);
        Assert.Matches(@"--> \S*go-demo\.yml:\d+:\d+", run.Error);
    }

    [Fact]
    public async Task A_port_in_use()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        CommandLineRun run = await CheckAsync("--port", port);

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.Contains(port, run.Error);
        Assert.Contains("another program listens there", run.Error);
    }

    [Fact]
    public async Task An_unreachable_target()
    {
        using var freed = new TcpListener(IPAddress.Loopback, 0);
        freed.Start();
        int port = ((IPEndPoint)freed.LocalEndpoint).Port;
        freed.Stop();

        CommandLineRun run = await CommandLineRun.Of("run", Scenario, "--target", $"http://127.0.0.1:{port}");

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.Contains($"127.0.0.1:{port}", run.Error);
    }

    [Fact]
    public async Task Not_a_YAML_file()
    {
        await File.WriteAllTextAsync(Scenario, "{[: not yaml", TestContext.Current.CancellationToken);

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("error[YAML001]: not valid YAML", run.Error);
    }

    [Fact]
    public async Task An_empty_file()
    {
        await File.WriteAllTextAsync(Scenario, "", TestContext.Current.CancellationToken);

        CommandLineRun run = await CheckAsync();

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("error[YAML002]: the file is empty", run.Error);
    }

    [Fact]
    public async Task Ctrl_C_during_the_rehearsal_keeps_what_was_measured()
    {
        using var interrupted = new CancellationTokenSource();
        Task<CommandLineRun> running =
            CommandLineRun.With(null, interrupted.Token, "check", Scenario, "--out", _folder.File("out"));
        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);
        await interrupted.CancelAsync();
        CommandLineRun run = await running;

        Assert.Equal(ExitCode.Interrupted, run.Code);
        Assert.Contains("stopped; kept what the rehearsal measured", run.Error);
        string kept = await File.ReadAllTextAsync(
            Path.Combine(_folder.File("out"), "greeters", "rehearsal.json"), TestContext.Current.CancellationToken);
        Assert.Contains("\"partial\": true", kept.Replace("\":true", "\": true", StringComparison.Ordinal));
    }

    private Task<CommandLineRun> CheckAsync(params string[] more) =>
        CommandLineRun.Of(["check", Scenario, "--out", _folder.File("out"), .. more]);

    private void Edit(string name, string from, string to)
    {
        string text = File.ReadAllText(_folder.File(name));
        Assert.Contains(from, text);
        File.WriteAllText(_folder.File(name), text.Replace(from, to, StringComparison.Ordinal));
    }
}
