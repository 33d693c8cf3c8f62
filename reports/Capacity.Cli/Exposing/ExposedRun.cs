using System.Globalization;
using System.Text;
using Capacity.Load;
using Capacity.Scripting;
using Capacity.Swarm.Embedded;

namespace Capacity.Cli.Exposing;

/// <summary>How a run is going, in Prometheus' text format.</summary>
internal static class ExposedRun
{
    /// <summary>A rehearsal, or a run against another service.</summary>
    /// <param name="scenario">Its name.</param>
    /// <param name="load">How the load goes.</param>
    /// <param name="cluster">How the embedded cluster goes; null where there is none.</param>
    public static string Of(string scenario, LoadProgress load, ClusterStatus? cluster)
    {
        var text = new Lines(scenario);
        text.Family("capacity_requests_total", "counter", "Requests that finished.");
        text.Line("capacity_requests_total", load.Finished - load.Failed, ("outcome", "ok"));
        text.Line("capacity_requests_total", load.Failed, ("outcome", "failed"));
        text.Family("capacity_scheduled_rate", "gauge", "Requests scheduled in the last second.");
        text.Line("capacity_scheduled_rate", load.Rate);
        text.Family("capacity_in_flight", "gauge", "Requests without an answer yet.");
        text.Line("capacity_in_flight", load.InFlight);
        text.Family("capacity_elapsed_seconds", "gauge", "Seconds since the start of the run.");
        text.Line("capacity_elapsed_seconds", load.Elapsed);
        text.Family("capacity_response_seconds", "gauge", "Response times of the last second.");
        text.Line("capacity_response_seconds", load.P50, ("quantile", "0.5"));
        text.Line("capacity_response_seconds", load.P95, ("quantile", "0.95"));
        text.Line("capacity_response_seconds", load.P99, ("quantile", "0.99"));
        if (cluster is not null)
        {
            text.Family("capacity_replicas", "gauge", "Replicas of the service.");
            text.Line("capacity_replicas", cluster.Desired, ("state", "desired"));
            text.Line("capacity_replicas", cluster.Ready, ("state", "ready"));
        }

        return text.ToString();
    }

    /// <summary>A script.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="progress">How it goes.</param>
    /// <param name="metrics">Its own metrics.</param>
    public static string Of(string script, ScriptProgress progress, IReadOnlyList<Metric> metrics)
    {
        var text = new Lines(script);
        text.Family("capacity_iterations_total", "counter", "Iterations that ended.");
        foreach (ScenarioStats stats in progress.Scenarios.Select(s => s.Stats))
        {
            text.Line("capacity_iterations_total", stats.AllOkCount,
                ("script_scenario", stats.ScenarioName), ("outcome", "ok"));
            text.Line("capacity_iterations_total", stats.AllFailCount,
                ("script_scenario", stats.ScenarioName), ("outcome", "failed"));
        }

        text.Family("capacity_steps_total", "counter", "Steps that ended.");
        foreach (ScenarioStats stats in progress.Scenarios.Select(s => s.Stats))
        {
            foreach (StepStats step in stats.StepStats)
            {
                text.Line("capacity_steps_total", step.Ok.Request.Count,
                    ("script_scenario", stats.ScenarioName), ("step", step.StepName), ("outcome", "ok"));
                text.Line("capacity_steps_total", step.Fail.Request.Count,
                    ("script_scenario", stats.ScenarioName), ("step", step.StepName), ("outcome", "failed"));
            }
        }

        text.Family("capacity_response_seconds", "gauge", "Response times of the last second.");
        foreach (ScenarioProgress scenario in progress.Scenarios)
        {
            foreach (double share in (double[])[0.5, 0.95, 0.99])
            {
                text.Line("capacity_response_seconds", scenario.Recent.Quantile(share),
                    ("script_scenario", scenario.Name), ("quantile", share.ToString(CultureInfo.InvariantCulture)));
            }
        }

        text.Family("capacity_in_flight", "gauge", "Iterations under way.");
        text.Line("capacity_in_flight", progress.InFlight);
        text.Family("capacity_lateness_seconds", "gauge", "Begun minus scheduled, of the generator itself.");
        text.Line("capacity_lateness_seconds", progress.LatenessP99, ("quantile", "0.99"));
        text.Family("capacity_script_metric", "gauge", "The script's own metrics.");
        foreach (Metric metric in metrics)
        {
            text.Line("capacity_script_metric", metric.Value, ("metric", metric.Name), ("unit", metric.Unit));
        }

        return text.ToString();
    }

    /// <summary>The lines of the format, each with the run's name.</summary>
    private sealed class Lines(string scenario)
    {
        private readonly StringBuilder _text = new();

        public void Family(string name, string type, string help) =>
            _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

        public void Line(string name, double value, params (string Name, string Value)[] labels)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{name}{{scenario=\"{Escaped(scenario)}\"");
            foreach ((string label, string text) in labels)
            {
                _text.Append(CultureInfo.InvariantCulture, $",{label}=\"{Escaped(text)}\"");
            }

            string number = double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
            _text.Append(CultureInfo.InvariantCulture, $"}} {number}\n");
        }

        public override string ToString() => _text.ToString();

        private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
    }
}
