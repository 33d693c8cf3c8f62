namespace Capacity.Model;

/// <summary>What the scenario files of k6, Artillery, Gatling and NBomber call our keys, for hints.</summary>
internal static class OtherWords
{
    /// <summary>Keys of a scenario.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfScenarios = Of(
        ("stages", "load"), ("phases", "load"), ("loadSimulations", "load"), ("thresholds", "objectives"),
        ("ensure", "objectives"), ("scenarios", "requests"), ("steps", "requests"), ("replicas", "service"));

    /// <summary>Keys of a load stage.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfStages = Of(
        ("duration", "during"), ("for", "during"), ("name", "stage"), ("rate", "inject"), ("rps", "inject"),
        ("arrivalRate", "inject"), ("rampTo", "ramp_to"), ("ramping_inject", "ramp_to"), ("target", "ramp_to"),
        ("vus", "users"), ("keep_constant", "users"), ("copies", "users"), ("loops", "iterations"), ("sleep", "think"));

    /// <summary>Keys of a request.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfRequests = Of(
        ("weight", "share"), ("url", "path"), ("duration", "service_time"), ("latency", "service_time"));

    /// <summary>Keys of an objective.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfObjectives = Of(
        ("max", "under"), ("limit", "under"), ("below", "under"), ("threshold", "under"), ("name", "metric"));

    private static Dictionary<string, string> Of(params (string Theirs, string Ours)[] words) =>
        words.ToDictionary(w => w.Theirs, w => w.Ours, StringComparer.Ordinal);
}
