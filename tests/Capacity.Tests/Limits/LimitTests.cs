using System.Text.Json;
using Capacity.Cli;
using Capacity.Cli.Limits;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Limits;

public sealed class LimitTests
{
    private const int Workers = 4;
    private const double Mean = 0.02;
    private const double Limit = 0.1;

    [Fact]
    public async Task The_simulated_limit_of_an_exponential_service_is_that_of_queueing_theory()
    {
        using var folder = new TemporaryFolder();

        CommandLineRun run = await CommandLineRun.Of(
            "limit", Scenario(folder), "--replicas", "1", "--json", "-", "--threads", "2");

        Assert.Equal(ExitCode.Ok, run.Code);
        JsonElement answer = JsonDocument.Parse(run.Output).RootElement;
        double theory = Theory();
        JsonElement limit = answer.GetProperty("limit");
        Assert.InRange(limit.GetProperty("rate").GetDouble() / theory, 0.97, 1.03);
        Assert.True(limit.GetProperty("low").GetDouble() < limit.GetProperty("high").GetDouble());
        Assert.Equal(Workers / Mean, answer.GetProperty("fit").GetProperty("saturation").GetDouble(), 1e-6);
        Assert.InRange(answer.GetProperty("knee").GetDouble(), 0.3 * Workers / Mean, 0.95 * Workers / Mean);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_answer_on_any_number_of_threads()
    {
        using var folder = new TemporaryFolder();
        string scenario = Scenario(folder);

        CommandLineRun one = await CommandLineRun.Of("limit", scenario, "--json", "-", "--threads", "1");
        CommandLineRun three = await CommandLineRun.Of("limit", scenario, "--json", "-", "--threads", "3");

        Assert.Equal(one.Output, three.Output);
    }

    [Fact]
    public async Task A_scenario_without_a_limit_on_latency_or_errors_is_told_to_have_one()
    {
        using var folder = new TemporaryFolder();

        CommandLineRun run =
            await CommandLineRun.Of("limit", Scenario(folder, "- { metric: replicas, under: 7 }"));

        Assert.Equal(ExitCode.InvalidScenario, run.Code);
        Assert.Contains("CAP161", run.Error);
    }

    [Fact]
    public async Task An_objective_that_no_rate_keeps_gives_no_limit()
    {
        using var folder = new TemporaryFolder();

        CommandLineRun run =
            await CommandLineRun.Of("limit", Scenario(folder, "- { metric: latency.p99, under: 1ms }"));

        Assert.Equal(ExitCode.Inconclusive, run.Code);
        Assert.Contains("limit none", run.Output);
    }

    [Fact]
    public async Task Stopping_keeps_nothing_that_was_not_known()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        CommandLineRun run = await CommandLineRun.With(null, stop.Token, "limit", Scenario(folder));

        Assert.Equal(ExitCode.Interrupted, run.Code);
    }

    [Theory]
    [InlineData(73.5, 40, 1.0)]
    [InlineData(5000, 20, 1.3)]
    [InlineData(0.02, 20, 2.0)]
    public void A_bracket_closes_around_the_highest_good_rate(double truth, double first, double growth)
    {
        var bracket = new RateBracket(first, 1e6, Math.Max(1.2, growth), 1e-3);
        int tries = 0;
        while (bracket.Width > 1e-3 && tries++ < 200)
        {
            bracket.Learn(bracket.Next, bracket.Next <= truth);
        }

        Assert.InRange(truth, bracket.Good, bracket.Bad);
        Assert.InRange(tries, 1, 80);
    }

    /// <summary>The highest rate at which the 95th percentile of M/M/c keeps the limit.</summary>
    internal static double Theory()
    {
        double low = 1;
        double high = Workers / Mean * 0.99999;
        for (int i = 0; i < 100; i++)
        {
            double rate = (low + high) / 2;
            (low, high) = Tail(rate, Limit) <= 0.05 ? (rate, high) : (low, rate);
        }

        return low;
    }

    internal static string Scenario(
        TemporaryFolder folder, string objective = "- { metric: latency.p95, under: 100ms }")
    {
        string stack = Repository.At("swarm/stack");
        string path = Path.Combine(folder.Path, "mmc.yaml");
        File.WriteAllText(path,
            $$"""
            # A service whose limit is known
            version: 1
            name: mmc
            target:
              service: go-demo_main
              stack: {{stack}}/go-demo.yml
              prometheus: {{stack}}/prometheus.yml
              alertmanager: {{stack}}/alertmanager.yml
            load:
              - { inject: 50/s, during: 1m }
            requests:
              - name: work
                share: 100%
                path: "/demo/hello?delay={service_time_ms}"
                service_time: { exponential: 20ms }
            service: { workers: 4, startup: 100ms }
            objectives:
              {{objective}}
            """);
        return path;
    }

    /// <summary>Share of responses of M/M/c that take longer.</summary>
    private static double Tail(double rate, double seconds)
    {
        double mu = 1 / Mean;
        double offered = rate / mu;
        double term = 1;
        double sum = 1;
        for (int k = 1; k < Workers; k++)
        {
            term *= offered / k;
            sum += term;
        }

        double all = term * offered / Workers / (1 - (offered / Workers));
        double waits = all / (sum + all);
        double drain = (Workers * mu) - rate;
        double both = ((drain * Math.Exp(-mu * seconds)) - (mu * Math.Exp(-drain * seconds))) / (drain - mu);
        return ((1 - waits) * Math.Exp(-mu * seconds)) + (waits * both);
    }
}

/// <summary>The same with real requests.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class LiveLimitTests
{
    [Fact]
    public async Task The_measured_limit_of_an_exponential_service_is_that_of_queueing_theory()
    {
        using var folder = new TemporaryFolder();

        CommandLineRun run = await CommandLineRun.Of("limit", LimitTests.Scenario(folder), "--live", "--replicas", "1",
            "--budget", "40", "--probe", "3", "--json", "-", "-v");

        TestContext.Current.TestOutputHelper?.WriteLine($"theory {LimitTests.Theory()}\n{run.Error}{run.Output}");
        JsonElement answer = JsonDocument.Parse(run.Output).RootElement;
        if (answer.GetProperty("doubt").GetString() is { } doubt)
        {
            Assert.Equal(ExitCode.Inconclusive, run.Code); // a crowded machine says so instead of guessing
            Assert.Contains("the load generator was late", doubt, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(ExitCode.Ok, run.Code);
        JsonElement fit = answer.GetProperty("fit");
        Assert.Equal("measured", fit.GetProperty("origin").GetString());
        Assert.True(fit.GetProperty("saturationMeasured").GetBoolean());
        Assert.Equal(4, fit.GetProperty("workers").GetInt32());
        JsonElement limit = answer.GetProperty("limit");
        Assert.InRange(limit.GetProperty("rate").GetDouble() / LimitTests.Theory(), 0.95, 1.05);
        Assert.InRange(LimitTests.Theory(),
            limit.GetProperty("low").GetDouble(), limit.GetProperty("high").GetDouble());
    }

    [Fact]
    public async Task Stopping_keeps_the_bounds_found_so_far()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(12));

        CommandLineRun run = await CommandLineRun.With(null, stop.Token, "limit", LimitTests.Scenario(folder), "--live",
            "--replicas", "1", "--budget", "3000", "--probe", "2", "--json", "-");

        Assert.Equal(ExitCode.Interrupted, run.Code);
        JsonElement answer = JsonDocument.Parse(run.Output).RootElement;
        Assert.True(answer.GetProperty("partial").GetBoolean());
        Assert.NotEqual(0, answer.GetProperty("probes").GetArrayLength());
    }
}
