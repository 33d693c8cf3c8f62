using System.Globalization;
using Capacity.Control.Alertmanager;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Sim;

namespace Capacity.Cli.Checking;

/// <summary>What a prediction rests on, and where each of it comes from.</summary>
internal static class InputList
{
    private const string Measured = "measured";
    private const string Configured = "configured";
    private const string Assumed = "assumed";
    private const string FromScenario = "from the scenario file";

    /// <summary>Lists the inputs.</summary>
    /// <param name="loaded">Scenario and loop.</param>
    /// <param name="launch">The input of the launches.</param>
    /// <param name="rehearsal">What was measured; null when nothing was.</param>
    public static IReadOnlyList<ReportInput> Of(LoadedScenario loaded, SimulationInput launch, RunResult? rehearsal)
    {
        var inputs = new List<ReportInput>();
        for (int i = 0; i < launch.Kinds.Count; i++)
        {
            RequestKind kind = launch.Kinds[i];
            long count = rehearsal?.Kinds.FirstOrDefault(k => k.Name == kind.Name)?.Service.Count ?? 0;
            bool fitted = count >= Calibration.FewestServiceTimes;
            inputs.Add(new ReportInput($"Service time of {kind.Name}", launch.WorkerLaws[i].ToString(),
                fitted ? Measured : Assumed, fitted ? $"{count:#,0} requests" : FromScenario));
        }

        bool any = rehearsal is not null;
        inputs.Add(new ReportInput("Network and proxy", launch.Overhead.ToString(), any ? Measured : Assumed, ""));
        inputs.Add(new ReportInput("Start-up of a replica", launch.Service.Startup.ToString(),
            rehearsal?.StartupSeconds.Count > 0 ? Measured : Assumed,
            rehearsal?.StartupSeconds.Count > 0 ? $"{rehearsal.StartupSeconds.Count} starts" : FromScenario));
        inputs.Add(new ReportInput("Workers per replica",
            launch.Service.Workers is { } workers ? Number(workers) : "unlimited", Assumed, FromScenario));
        string peak = launch.Plan.Open.Peak > 0 ? $"peak {Number(launch.Plan.Open.Peak)} requests/s" : "users";
        inputs.Add(new ReportInput("Demand", $"{peak}, {DurationText.Format(launch.Plan.Duration)}", Assumed,
            FromScenario));
        inputs.Add(new ReportInput("Scrape and evaluation",
            $"{Text(launch.Loop.ScrapeInterval)}, {Text(launch.Loop.EvaluationInterval)}", Configured,
            Name(loaded.Scenario.Target.Prometheus) ?? "Prometheus' defaults"));
        Route root = launch.Loop.Alertmanager.Root;
        inputs.Add(new ReportInput("Notification timers",
            $"wait {Text(root.GroupWait)}, interval {Text(root.GroupInterval)}, repeat {Text(root.RepeatInterval)}",
            Configured,
            Name(loaded.Scenario.Target.Alertmanager)!));
        inputs.Add(new ReportInput("Alert rules",
            Number(launch.Loop.Groups.Sum(g => g.Rules.OfType<AlertRule>().Count())), Configured,
            Name(loaded.Scenario.Target.Stack)!));
        inputs.Add(new ReportInput("Delivery of a notification", DurationText.Format(launch.Loop.Delays.Delivery),
            Assumed, "decides whether a repeat comes one group_interval later"));
        return inputs;
    }

    private static string? Name(string? path) => path is null ? null : Path.GetFileName(path);

    private static string Text(TimeSpan duration) => PrometheusDuration.Format(duration);

    private static string Number(double number) => number.ToString("#,0.#", CultureInfo.InvariantCulture);
}
