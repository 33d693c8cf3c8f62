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
        ("vus", "users"), ("keep_constant", "users"), ("copies", "users"), ("loops", "iterations"), ("sleep", "think"),
        ("incrementUsersPerSec", "steps"), ("stairs", "steps"), ("stressPeakUsers", "spike"),
        ("heavisideUsers", "spike"), ("burst", "spike"), ("constantUsersPerSec", "inject"),
        ("rampUsersPerSec", "ramp_to"), ("arrivalCount", "inject"), ("trace", "replay"), ("log", "replay"),
        ("file", "replay"), ("sinus", "sine"), ("wave", "sine"));

    /// <summary>Keys of a sine.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfSines = Of(
        ("base", "mean"), ("offset", "mean"), ("rate", "mean"), ("swing", "amplitude"), ("phase", "peak_at"),
        ("every", "period"));

    /// <summary>Keys of counted steps.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfSteps = Of(
        ("startingFrom", "from"), ("start", "from"), ("increment", "by"), ("step", "by"), ("count", "times"));

    /// <summary>Keys of bursts.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfBursts = Of(
        ("mean_length", "length"), ("duration", "length"), ("during", "length"), ("ratio", "factor"),
        ("time", "share"));

    /// <summary>Keys of a request.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfRequests = Of(
        ("weight", "share"), ("url", "path"), ("duration", "service_time"), ("latency", "service_time"),
        ("pattern", "match"));

    /// <summary>Keys of an objective.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfObjectives = Of(
        ("max", "under"), ("limit", "under"), ("below", "under"), ("threshold", "under"), ("name", "metric"));

    /// <summary>Keys of a fault.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfFaults = Of(
        ("kill", "crash"), ("stop", "down"), ("outage", "down"), ("node", "lose_node"), ("latency", "slow"),
        ("during", "for"), ("duration", "for"), ("when", "at"), ("after", "at"));

    private static Dictionary<string, string> Of(params (string Theirs, string Ours)[] words) =>
        words.ToDictionary(w => w.Theirs, w => w.Ours, StringComparer.Ordinal);
}
