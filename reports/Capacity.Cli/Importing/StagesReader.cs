using System.Globalization;
using System.Text.Json;
using Capacity.Model;

namespace Capacity.Cli.Importing;

/// <summary>Reads the load of k6's options (JSON), where a scenario can say exactly the same.</summary>
internal sealed class StagesReader(List<Diagnostic> diagnostics)
{
    private const string Executors =
        "constant-arrival-rate, ramping-arrival-rate, constant-vus, or ramping-vus with steps";

    private readonly List<string> _load = [];

    /// <summary>Reads the options.</summary>
    /// <param name="root">The whole file.</param>
    /// <returns>Null with CAP163 (no exact form) or CAP164 (a member is missing or wrong).</returns>
    public ImportedScenario? Read(JsonPlace root)
    {
        if (root["scenarios"] is { } scenarios)
        {
            if (scenarios.Members.Count != 1 || root["stages"] is not null)
            {
                return Wrong("CAP163", scenarios.At, "several loads at once have no exact form in one scenario",
                    "import them one by one: leave one of them in the file");
            }

            Executor(scenarios.Members.Values.First());
        }
        else if (root["stages"] is { } stages)
        {
            Users(stages, root["vus"]?.Number ?? 1);
        }
        else if (Amount(root, "vus", 1) is { } vus && Seconds(root, "duration") is { } during)
        {
            _load.Add($"{{ users: {Text(vus)}, during: {Text(during)}s }}");
        }

        IReadOnlyList<string> objectives = Objectives(root["thresholds"]);
        if (diagnostics.Any(d => d.Severity == Severity.Error))
        {
            return null;
        }

        diagnostics.Add(new Diagnostic("CAP165", root.At, "k6's options do not say which requests are sent",
            "fill in 'requests'; each iteration of the script is one request here", Severity.Warning));
        return new ImportedScenario("Imported from the options of k6: fill in the requests", _load,
            [new ImportedRequest("request", 1, "GET", "/", "10ms", Known: false)], objectives);
    }

    private void Executor(JsonPlace scenario)
    {
        string executor = scenario["executor"]?.Text ?? "";
        if (scenario["startTime"] is { } start && start.Text is not ("" or "0" or "0s"))
        {
            if (Seconds(scenario, "startTime") is { } pause and > 0)
            {
                _load.Add($"{{ pause: {Text(pause)}s }}");
            }
        }

        switch (executor)
        {
            case "constant-arrival-rate":
                if (Rate(scenario, "rate") is { } rate && Seconds(scenario, "duration") is { } during)
                {
                    _load.Add($"{{ inject: {Text(rate)}/s, during: {Text(during)}s }}");
                }

                break;
            case "ramping-arrival-rate":
                Arrivals(scenario);
                break;
            case "constant-vus":
                if (Amount(scenario, "vus", 1) is { } vus && Seconds(scenario, "duration") is { } length)
                {
                    _load.Add($"{{ users: {Text(vus)}, during: {Text(length)}s }}");
                }

                break;
            case "ramping-vus":
                Users(scenario["stages"] ?? scenario, scenario["startVUs"]?.Number ?? 1);
                break;
            default:
                Wrong("CAP163", (scenario["executor"] ?? scenario).At, "this executor has no exact form here",
                    $"those that have: {Executors}");
                break;
        }
    }

    private void Arrivals(JsonPlace scenario)
    {
        double now = Rate(scenario, "startRate", 0) ?? 0;
        double written = 0; // the rate that the lines so far end with
        foreach (JsonPlace stage in Stages(scenario["stages"] ?? scenario))
        {
            if (Rate(stage, "target", null, scenario) is not { } target || Seconds(stage, "duration") is not { } length)
            {
                continue;
            }

            if (length > 0 && target == now)
            {
                _load.Add($"{{ inject: {Text(target)}/s, during: {Text(length)}s }}");
                written = target;
            }
            else if (length > 0 && now == written)
            {
                _load.Add($"{{ ramp_to: {Text(target)}/s, during: {Text(length)}s }}");
                written = target;
            }
            else if (length > 0)
            {
                Wrong("CAP163", stage.At, $"this ramp begins at {Text(now)}/s with a jump from {Text(written)}/s, "
                    + "which has no exact form here", "put a stage of some length before it that stays at that rate");
            }

            now = target;
        }
    }

    private void Users(JsonPlace stages, double begin)
    {
        double now = begin;
        foreach (JsonPlace stage in Stages(stages))
        {
            if (Amount(stage, "target", null) is not { } target || Seconds(stage, "duration") is not { } length)
            {
                continue;
            }

            if (length > 0 && target != now)
            {
                Wrong("CAP163", stage.At, "a ramp of users has no exact form here: users come and go at once",
                    "use stages of duration 0s for the steps, or arrivals instead of users");
            }
            else if (length > 0)
            {
                _load.Add(target == 0 ? $"{{ pause: {Text(length)}s }}"
                    : $"{{ users: {Text(target)}, during: {Text(length)}s }}");
            }

            now = target;
        }
    }

    private IReadOnlyList<JsonPlace> Stages(JsonPlace stages)
    {
        if (stages is { Kind: JsonValueKind.Array, Items.Count: > 0 })
        {
            return stages.Items;
        }

        Wrong("CAP164", stages.At, "stages must be a list with entries", "[{ \"duration\": \"1m\", \"target\": 100 }]");
        return [];
    }

    private List<string> Objectives(JsonPlace? thresholds)
    {
        var objectives = new List<string>();
        foreach ((string metric, JsonPlace value) in
            (thresholds?.Members ?? new Dictionary<string, JsonPlace>(StringComparer.Ordinal))
            .OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            foreach (JsonPlace entry in value.Items.Count > 0 ? value.Items : [value])
            {
                JsonPlace condition = entry["threshold"] ?? entry;
                if (ThresholdText.ToObjective(metric, condition.Text) is { } objective)
                {
                    objectives.Add(objective);
                    if (!objective.Contains("errors", StringComparison.Ordinal))
                    {
                        diagnostics.Add(new Diagnostic("CAP165", condition.At,
                            "k6 judges this percentile over the whole run, a scenario judges it in each step",
                            "allow some time with 'except' where that is too strict", Severity.Warning));
                    }
                }
                else
                {
                    Wrong("CAP163", condition.At, "this threshold has no form here",
                        "those that have: http_req_duration p(50), p(95), p(99) < ms, and "
                        + "http_req_failed rate < share");
                }
            }
        }

        return objectives;
    }

    private double? Rate(JsonPlace of, string name, double? otherwise = null, JsonPlace? unitOf = null)
    {
        double? unit = (unitOf ?? of)["timeUnit"] is { } text ? Duration(text) : 1;
        return Amount(of, name, otherwise) is { } count && unit is > 0 ? count / unit : null;
    }

    private double? Amount(JsonPlace of, string name, double? otherwise)
    {
        JsonPlace? member = of[name];
        if (member is null && otherwise is not null)
        {
            return otherwise;
        }

        if (member?.Number is { } number and >= 0 and <= 1e6)
        {
            return number;
        }

        Wrong("CAP164", (member ?? of).At, $"'{name}' must be a number between 0 and 1,000,000", "\"target\": 100");
        return null;
    }

    private double? Seconds(JsonPlace of, string name)
    {
        JsonPlace? member = of[name];
        if (member is null)
        {
            Wrong("CAP164", of.At, $"'{name}' is missing", "\"duration\": \"1m30s\"");
            return null;
        }

        return Duration(member);
    }

    private double? Duration(JsonPlace place)
    {
        double? seconds = place.Number / 1000 ?? ThresholdText.Seconds(place.Text);
        if (seconds is >= 0 and <= 30 * 86_400)
        {
            return seconds;
        }

        Wrong("CAP164", place.At, "this is no duration", "\"1m30s\", \"500ms\", or a number of milliseconds");
        return null;
    }

    private ImportedScenario? Wrong(string code, SourceSpan at, string message, string hint)
    {
        diagnostics.Add(new Diagnostic(code, at, message, hint));
        return null;
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
