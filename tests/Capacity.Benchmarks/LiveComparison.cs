using System.Globalization;
using System.Text.Json.Nodes;
using Capacity.Cli;
using Capacity.Reports;
using Capacity.Swarm.Demo;

namespace Capacity.Benchmarks;

/// <summary>The whole command against two demo services in this process.</summary>
internal static class LiveComparison
{
    /// <summary>Requests per second.</summary>
    public const int Rate = 400;

    private static readonly string Scenario = $$"""
        version: 1
        name: live
        target: { service: demo_main, stack: none.yml, alertmanager: none.yml }
        load: [{ inject: {{Rate}}/s, during: 1s }]
        requests:
          - { name: hello, path: "/demo/hello?delay={service_time_ms}", service_time: { p50: 10ms, p95: 20ms } }
        """;

    /// <summary>Compares a build with one that is slower by a factor.</summary>
    /// <returns>The verdict and how many pairs it took.</returns>
    public static async Task<(RegressionVerdict Verdict, int Pairs)> RunAsync(double slowdown, ulong seed)
    {
        string folder = Directory.CreateTempSubdirectory("capacity-compare-").FullName;
        try
        {
            await using DemoServer before =
                await DemoServer.StartAsync(new DemoSettings { Seed = seed }, CancellationToken.None);
            await using DemoServer after = await DemoServer.StartAsync(
                new DemoSettings { Seed = seed, Slowdown = slowdown }, CancellationToken.None);
            string scenario = Path.Combine(folder, "live.yaml");
            await File.WriteAllTextAsync(scenario, Scenario);
            string json = Path.Combine(folder, "outcome.json");
            using var error = new StringWriter();
            var environment = new CliEnvironment { Output = TextWriter.Null, Error = error };
            ExitCode code = await CapacityProgram.RunAsync(
                ["compare", scenario, "--base", $"{before.Address}", "--new", $"{after.Address}", "--for", "1s",
                    "--warm-up", "1s", "--seed", seed.ToString(CultureInfo.InvariantCulture), "--out", folder,
                    "--json", json, "-q"], environment, CancellationToken.None);
            int pairs = JsonNode.Parse(await File.ReadAllTextAsync(json))!["pairs"]!.GetValue<int>();
            return (code switch
            {
                ExitCode.Ok => RegressionVerdict.Passed,
                ExitCode.No => RegressionVerdict.Regressed,
                ExitCode.Inconclusive => RegressionVerdict.NotEnoughEvidence,
                _ => throw new InvalidOperationException($"exit code {code}: {error}"),
            }, pairs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
