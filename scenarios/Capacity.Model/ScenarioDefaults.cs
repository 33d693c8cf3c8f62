using System.Globalization;

namespace Capacity.Model;

/// <summary>What holds when a key of a scenario is not written, for the manual.</summary>
internal static class ScenarioDefaults
{
    /// <summary>Values by the path of their key, as a scenario would write them.</summary>
    /// <remarks>Keys that are not here have no value of their own: what they describe is then absent.</remarks>
    public static IReadOnlyDictionary<string, string> ByPath { get; } = new Dictionary<string, string>
    {
        ["spacing"] = "poisson",
        ["phases"] = "seeded",
        ["requests.method"] = "GET",
        ["requests.path"] = RequestReader.DefaultPath,
        ["service.workers"] = "unlimited",
        ["service.balancer"] = ServiceReader.Balancers[(int)new ServiceModel().Balancer],
        ["service.connections"] = Number(new ServiceModel().Connections),
        ["service.startup"] = Seconds(((ServiceLaw.Constant)new ServiceModel().Startup).Seconds),
        ["service.cpu_per_request"] = Seconds(new ServiceModel().CpuPerRequest),
        ["http.version"] = new HttpSettings().Http2 ? "2" : "1.1",
        ["http.redirects"] = new HttpSettings().Redirects ? "yes" : "no",
        ["http.cookies"] = new HttpSettings().Cookies ? "yes" : "no",
        ["rehearsal.speed"] = Number(new Rehearsal().Speed),
        ["rehearsal.demand"] = $"{Number(new Rehearsal().Demand * 100)}%",
        ["delays.post"] = Seconds(new LoopDelays().Post),
        ["delays.delivery"] = Seconds(new LoopDelays().Delivery),
        ["delays.orchestrator"] = Seconds(new LoopDelays().Orchestrator),
        ["delays.rotation"] = Seconds(new LoopDelays().Rotation),
        ["delays.discovery"] = Seconds(new LoopDelays().Discovery),
        ["delays.restart"] = Seconds(new LoopDelays().Restart),
        ["delays.timer_drift"] = Seconds(new LoopDelays().TimerDrift),
    };

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(double value) =>
        value is 0 or >= 1 ? $"{Number(value)}s" : $"{Number(Math.Round(value * 1000, 6))}ms";
}
