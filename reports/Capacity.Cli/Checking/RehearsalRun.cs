using System.Diagnostics;
using System.Globalization;
using Capacity.Cli.Exposing;
using Capacity.Load;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Swarm;
using Capacity.Swarm.Embedded;

namespace Capacity.Cli.Checking;

/// <summary>Drives real requests at the embedded cluster, and keeps what both saw.</summary>
internal static class RehearsalRun
{
    private const double LongestAnswer = 30; // seconds, for clients without a time-out of their own
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a rehearsal.</summary>
    /// <param name="input">Demand and loop at the rehearsal's speed.</param>
    /// <param name="seed">Seed of arrivals, draws and start-ups.</param>
    /// <param name="port">Port of the balancer; 0 takes any.</param>
    /// <param name="console">Progress goes to its error stream.</param>
    /// <param name="stop">Ends early; what was measured is kept and the result is partial.</param>
    /// <param name="page">Shows how it goes; null when nobody asked.</param>
    /// <param name="adjust">Changes how the load is sent; null leaves it.</param>
    /// <exception cref="EnvironmentFailedException">The cluster cannot start.</exception>
    public static async Task<RunResult> RunAsync(
        SimulationInput input, ulong seed, int port, CommandConsole console, CancellationToken stop,
        MetricsPage? page = null,
        Func<LoadSettings, LoadSettings>? adjust = null)
    {
        try
        {
            using var undisturbed = new Undisturbed();
            await WarmUp.RunAsync(input, stop);
            await using EmbeddedCluster cluster =
                await EmbeddedCluster.StartAsync(input.Loop, input.Service, seed, port, stop);
            using var live = new LiveProgress(console);
            long start = Stopwatch.GetTimestamp() + (long)(Lead.TotalSeconds * Stopwatch.Frequency);
            cluster.Begin(start);
            var progress = new Watcher(cluster, input, live, console, page);
            LoadSettings load = SettingsOf(input, cluster.Address, seed);
            RunResult measured = await new LoadEngine(adjust?.Invoke(load) ?? load)
                .RunAsync(start, progress, stop);
            return cluster.Complete(measured);
        }
        catch (ClusterException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }
    }

    /// <summary>Drives real requests at a service that runs elsewhere.</summary>
    /// <param name="input">The demand.</param>
    /// <param name="target">Base address.</param>
    /// <param name="seed">Seed of arrivals and draws.</param>
    /// <param name="console">Progress goes to its error stream.</param>
    /// <param name="stop">Ends early.</param>
    /// <param name="page">Shows how it goes; null when nobody asked.</param>
    /// <param name="adjust">Changes how the load is sent; null leaves it.</param>
    /// <exception cref="EnvironmentFailedException">Nothing answers there.</exception>
    public static async Task<RunResult> RunAgainstAsync(
        SimulationInput input, Uri target, ulong seed, CommandConsole console, CancellationToken stop,
        MetricsPage? page = null,
        Func<LoadSettings, LoadSettings>? adjust = null)
    {
        await CheckAsync(input.Kinds, target, stop);
        using var live = new LiveProgress(console);
        var progress = new Watcher(cluster: null, input, live, console, page);
        LoadSettings load = SettingsOf(input, target, seed);
        return await new LoadEngine(adjust?.Invoke(load) ?? load).RunAsync(Stopwatch.GetTimestamp(), progress, stop);
    }

    /// <summary>Asks a service once.</summary>
    /// <exception cref="EnvironmentFailedException">Nothing answers there.</exception>
    internal static async Task CheckAsync(IReadOnlyList<RequestKind> kinds, Uri target, CancellationToken stop)
    {
        try
        {
            string path = kinds[0].Path.Replace(RequestKind.ServiceTimePlace, "0", StringComparison.Ordinal);
            await TargetCheck.RunAsync(target, path, TimeSpan.FromSeconds(5), stop);
        }
        catch (UnreachableTargetException failure)
        {
            throw new EnvironmentFailedException(failure.Message, failure.Hint, failure);
        }
    }

    /// <summary>What the load engine sends for a scenario at its own speed, without its control loop.</summary>
    internal static LoadSettings SettingsOf(Scenario scenario, Uri target, ulong seed)
    {
        LoadPlan plan = LoadPlan.Of(scenario.Load);
        return new LoadSettings
        {
            Target = target,
            Scenario = scenario.Name,
            Plan = plan,
            Spacing = scenario.Spacing,
            Requests = scenario.Requests,
            Http = scenario.Http,
            Seed = seed,
            Step = Steps.Choose(plan.Duration),
            TimeOut = TimeSpan.FromSeconds(scenario.Client.Timeout ?? LongestAnswer),
        };
    }

    internal static LoadSettings SettingsOf(SimulationInput input, Uri target, ulong seed) => new()
    {
        Target = target,
        Scenario = input.Scenario,
        Plan = input.Plan,
        Spacing = input.Spacing,
        Requests = input.Kinds,
        Seed = seed,
        Step = input.Step,
        TimeOut = TimeSpan.FromSeconds(input.Client.Timeout ?? LongestAnswer),
    };

    /// <summary>Shows the load engine's progress together with the cluster's replicas and events.</summary>
    private sealed class Watcher(
        EmbeddedCluster? cluster, SimulationInput input, LiveProgress live, CommandConsole console, MetricsPage? page)
        : IProgress<LoadProgress>
    {
        private int _seen;

        public void Report(LoadProgress value)
        {
            foreach (RunEvent e in cluster?.EventsFrom(_seen) ?? [])
            {
                _seen++;
                if (e.Kind == "scale")
                {
                    console.Detail(string.Create(CultureInfo.InvariantCulture, $"  {e.At:0.0} s  {e.Text}"));
                }
            }

            page?.Show(ExposedRun.Of(input.Scenario, value, cluster?.Status));
            double total = input.Plan.Duration;
            live.Report(new ProgressState(
                $"rehearsal of {input.Scenario}", value.Elapsed / total,
                string.Create(CultureInfo.InvariantCulture, $"{value.Elapsed:0} / {total:0} s"),
                TimeSpan.FromSeconds(Math.Max(0, total - value.Elapsed)))
            {
                Load = new LoadView(value.Rate, value.InFlight, value.P50, value.P95, value.P99, value.Finished,
                    value.Failed)
                {
                    LatenessP99 = value.LatenessP99,
                    Replicas = cluster?.Status is { } s ? (s.Ready, s.Desired) : null,
                    Firing = cluster?.Status.Firing ?? [],
                },
            });
        }
    }
}
