using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Capacity.Cli.Checking;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Tuning;

namespace Capacity.Benchmarks;

/// <summary>How long <c>capacity tune --budget 1000</c> takes for launches of an hour at 300 requests/s.</summary>
/// <remarks>
/// The flash sale, stretched to an hour and thinned to 300 requests per second on average. All of the search is timed:
/// the race, the test of the candidates on fresh seeds, the wrong models and the safe ranges.
/// </remarks>
internal static class TuneSpeed
{
    private const string File = "scenarios/library/flash-sale.yaml";
    private const int Policies = 1_000;
    private const int Threads = 2;

    private static readonly string[] Hour =
    [
        "load[0].inject=143/s", "load[1].ramp_to=333/s", "load[2].inject=333/s", "load[3].ramp_to=571/s",
        "load[4].ramp_to=333/s", "load[5].ramp_to=143/s", "load[0].during=10m", "load[1].during=10m",
        "load[2].during=10m", "load[3].during=10m", "load[4].during=10m", "load[5].during=10m", "service.workers=3",
    ];

    private sealed record Figure(string Name, double Value, string Unit);

    public static void Print(TextWriter output, string? json)
    {
        var source = new SourceText(File, System.IO.File.ReadAllText(File));
        ScenarioReader.Read(source, Hour).TryGet(out Scenario? scenario);
        ScenarioFiles.Load(scenario!, seed: 1).TryGet(out LoadedScenario? loaded);
        SimulationInput launch = Predictions.Launch(loaded!);
        PolicySpace space = PolicySpace.Of(scenario!, loaded!.Loop, launch, [])!;
        var settings = new TuningSettings { Policies = Policies, Threads = Threads };
        var phases = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Process self = Process.GetCurrentProcess();
        double cpuAtStart = self.TotalProcessorTime.TotalSeconds;
        long start = Stopwatch.GetTimestamp();
        (string Name, long Since) phase = ("spread", start);
        TuningOutcome found = PolicyTuning.Run(
            space, scenario!.Objectives, Perturbation.Usual(factor => LoadPlan.Of(scenario.Load, factor)), settings,
            said =>
            {
                lock (phases)
                {
                    long now = Stopwatch.GetTimestamp();
                    phases[phase.Name] = phases.GetValueOrDefault(phase.Name)
                        + Stopwatch.GetElapsedTime(phase.Since, now).TotalSeconds;
                    phase = (said.Phase, now);
                }
            },
            CancellationToken.None);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        self.Refresh();
        double cpu = self.TotalProcessorTime.TotalSeconds - cpuAtStart;
        double rate = found.Requests / (double)found.Launches / launch.Plan.Duration;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tune: {found.Searched:#,0} policies × {launch.Plan.Duration / 3600:0.#} h at {rate:0} requests/s, "
            + $"{found.RuledOut:#,0} more ruled out unsimulated"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {wall:0.0} s on {Threads} threads, {cpu:0.0} s of CPU; {found.Launches:#,0} launches of "
            + $"{1e3 * cpu / found.Launches:0.0} ms, {found.Requests / cpu / 1e6:0.0} M requests/s of CPU"));
        output.WriteLine("  " + string.Join(", ", phases.Select(p => string.Create(
            CultureInfo.InvariantCulture, $"{p.Key} {p.Value:0.0} s"))));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  cheapest {found.Cheapest?.Cost:0.000} replica-hours ({found.Cheapest?.Answer(settings.Probability)}), ")
            + string.Create(CultureInfo.InvariantCulture, $"as configured {found.Configured.Cost:0.000}"));
        output.WriteLine($"load of the machine: {WhatIfSpeed.LoadAverage()}");
        if (json is not null)
        {
            Figure[] figures = [new("tune.wall_s", wall, "s"), new("tune.cpu_s", cpu, "s")];
            System.IO.File.WriteAllText(json, JsonSerializer.Serialize(figures, JsonSerializerOptions.Web) + "\n");
        }
    }
}
