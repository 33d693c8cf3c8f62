using System.Text.Json;
using System.Text.Json.Nodes;

namespace Capacity.Model;

/// <summary>The JSON schema of scenario files, for editors: completion, descriptions and early warnings.</summary>
/// <remarks>
/// It describes; <see cref="ScenarioReader"/> decides. What a schema cannot say (shares that add up to 100 %, ramps
/// shorter than their stages) only the reader checks. scenarios/scenario.schema.json is a copy of it.
/// </remarks>
public static class ScenarioSchema
{
    private const string Number = @"[0-9]+(\.[0-9]+)?";
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the schema, draft 2020-12.</summary>
    /// <returns>Indented JSON with a final newline.</returns>
    public static string Write() => Root().ToJsonString(Indented) + "\n";

    internal static JsonObject Root()
    {
        JsonObject root = Map("A scenario: what is asked of a service, and what it must withstand.",
            ["version", "name", "target", "load", "requests"],
            ("version", new JsonObject { ["const"] = 1, ["description"] = "Version of this format." }),
            ("name", Text("Short name; also the folder that reports go to.", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")),
            ("target", Target()),
            ("spacing", DemandSchema.Spacing()),
            ("phases",
            OneOfWords("When rules are evaluated: drawn for each launch, or as Prometheus 2.x computes it.",
                "seeded", "hashed")),
            ("load", List("The demand, stage after stage.", DemandSchema.Stage(), 1)),
            ("requests", List("The kinds of requests; their shares add up to 100%.", Request(), 1)),
            ("service", Service()),
            ("client", Client()),
            ("http", Http()),
            ("policy", PolicySchema()),
            ("objectives", List("What must hold during the launch.", Objective(), 0)),
            ("slo", List("Another word for objectives.", Objective(), 0)),
            ("rehearsal", Rehearsal()),
            ("delays", Delays()),
            ("faults", List("What breaks during the launch. Simulated only.", FaultSchema.Fault(), 0)),
            ("nodes", FaultSchema.Nodes()));
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "Capacity scenario");
        root["$defs"] = new JsonObject
        {
            ["rate"] = Text("Requests per time: 420/s, 90/min or 3600/h.", $"^{Number} *(/s|/min|/m|/h)$"),
            ["duration"] = Duration(),
            ["share"] = new JsonObject
            {
                ["description"] = "A share: 70% or 0.7.",
                ["anyOf"] = new JsonArray(
                    new JsonObject { ["type"] = "string", ["pattern"] = $"^{Number} *%?$" },
                    new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 10 }),
            },
            ["law"] = Law(),
        };
        return root;
    }

    private static JsonObject Target() =>
        Map("The service under test and your own files; paths are relative to this file.",
        ["service", "stack", "alertmanager"],
        ("service", Text("Full name of the swarm service: stack_service.")),
        ("stack", Text("Compose file with the com.df.* labels.")),
        ("prometheus", Text("prometheus.yml; without it Prometheus' defaults hold.")),
        ("alertmanager", Text("alertmanager.yml.")));

    private static JsonObject Request() => Map("A kind of request.", ["name", "service_time"],
        ("name", Text("For tables and charts.")),
        ("share", Ref("share", "Share of all requests.")),
        ("method", OneOfWords("HTTP method.", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
        ("path", Text("Path and query; {service_time_ms} becomes the drawn service time in whole milliseconds.", "^/")),
        ("match", Text("Path of recorded requests of this kind, * for any characters; without it, path.", "^/")),
        ("service_time", Ref("law", "Time that a worker needs for it.")),
        ("headers", Texts("Headers of the real requests.")),
        ("body", Anything("Body of the real requests, sent as UTF-8.")),
        ("check", Map("What must be true of the real answers; without it a status below 400.", [],
            ("status", Whole("The one status that is right.", 200)),
            ("headers", Texts("Headers that must be there, and what their values must contain.")),
            ("contains", Anything("Text that the body must contain.")),
            ("matches", Text("Regular expression that the body must match.")),
            ("json", Text("Path into the JSON body that must exist, as in items[0].name.")),
            ("equals", Anything("What 'json' must lead to.")))));

    private static JsonObject Http() => Map("How real requests travel. For capacity run.", [],
        ("connections", Whole("Most connections at once; without it as many as needed.", 1)),
        ("version", Anything("Version of HTTP: 1.1 or 2.", "1.1", "2", 1.1, 2)),
        ("redirects", Anything("Whether redirects are followed.", "yes", "no", true, false)),
        ("cookies", Anything("Whether cookies are kept and sent.", "yes", "no", true, false)),
        ("proxy", Text("Proxy to send through.", "^https?://")),
        ("connect_timeout", Ref("duration", "Time for a connection to be made.")),
        ("first_byte_timeout", Ref("duration", "Time from the sending to the first byte of the answer.")));

    private static JsonObject Texts(string description) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
    };

    private static JsonObject Anything(string description, params JsonNode[] known)
    {
        var value = new JsonObject
        {
            ["description"] = description,
            ["type"] = new JsonArray("string", "number", "boolean"),
        };
        if (known.Length > 0)
        {
            value["enum"] = new JsonArray(known);
        }

        return value;
    }

    private static JsonObject Service() => Map("How one replica serves, starts and stops.", [],
        ("workers", new JsonObject
        {
            ["description"] = "Requests served at once by one replica.",
            ["anyOf"] = new JsonArray(
                new JsonObject { ["type"] = "integer", ["minimum"] = 1 }, new JsonObject { ["const"] = "unlimited" }),
        }),
        ("cores", Whole("Instead of workers: requests share so many cores equally, as CPU-bound work does.", 1)),
        ("queue", Whole("Requests that may wait for a worker of one replica; more are answered 503.", 0)),
        ("queue_timeout", Ref("law", "How long a request waits for a worker until it is answered 503 instead.")),
        ("balancer", RotationReader.Schema()),
        ("connections", Whole("Kept-alive connections of the clients, for the balancer 'connections'.", 1)),
        ("warm_up", FaultSchema.WarmUp()),
        ("crash", FaultSchema.Crashes()),
        ("startup", Ref("law", "Time from the start of a task until it listens.")),
        ("stop_grace", Ref("duration", "Time that a stopping replica gets; without it the stack's stop_grace_period.")),
        ("proxy", ResilienceSchema.Proxy()),
        ("dependency", ResilienceSchema.Dependency()),
        ("cpu_per_request", Ref("duration", "CPU time that each request burns in the demo service; rehearsal only.")));

    private static JsonObject Client() => Map("What the callers do when answers are late or fail. Simulated only.", [],
        ("timeout", Ref("duration", "A request fails when it has no answer by then; the replica works on.")),
        ("breaker", ResilienceSchema.Breaker()),
        ("retry", Map("Failed requests are sent again.", ["attempts", "backoff"],
            ("attempts", Whole("How often a request is sent at most, the first time included.", 1)),
            ("backoff", Ref("duration",
                "Pause before the second attempt; doubles each time; between half and all of it is drawn.")),
            ("max", Ref("duration", "Longest pause.")),
            ("budget", Ref("share",
                "Retries of a second as a share of the requests of the second before; one is always allowed.")))));

    private static JsonObject PolicySchema() => new()
    {
        ["description"] = "Who decides how many replicas there are: a name, or settings.",
        ["anyOf"] = new JsonArray(OneOfWords("A policy by name.", [.. PolicyModel.Names]), PolicyReader.Schema()),
    };

    private static JsonObject Objective() => Map("A limit that the launch must keep.", ["metric", "under"],
        ("metric", OneOfWords("What is limited.", [.. ObjectiveReader.Metrics])),
        ("under", new JsonObject
        {
            ["description"] =
                "Upper limit: 400ms for latencies, 0.1% for errors, 8 for replicas, 3 replica-hours for cost.",
            ["type"] = new JsonArray("string", "number"),
        }),
        ("except", Ref("duration", "Time in total for which a latency may be above its limit.")));

    private static JsonObject Rehearsal() => Map("The short run on real HTTP that validates the model.", [],
        ("speed", new JsonObject
        {
            ["description"] = "The load and every interval, window and timer of the loop are divided by this.",
            ["type"] = "number",
            ["minimum"] = 1,
            ["maximum"] = 1000,
        }),
        ("demand", Ref("share", "Demand of the rehearsal as a share of the launch's.")));

    private static JsonObject Delays() => Map("Delays of the control loop that no other file states.", [],
        ("post", Ref("duration", "From an evaluation until Alertmanager has the alert.")),
        ("delivery", Ref("duration", "From a flush until the scaler has answered the webhook.")),
        ("orchestrator", Ref("duration", "From the update until a task starts.")),
        ("rotation", Ref("duration", "From a replica being ready until it receives requests.")),
        ("discovery", Ref("duration", "From a look-up of the targets until Prometheus scrapes what it found.")),
        ("restart", Ref("duration", "From a crash until another task is started; 5s when absent, as in Docker.")),
        ("timer_drift", Ref("duration", "Lateness of each Alertmanager timer tick.")));

    private static JsonObject Law() => new()
    {
        ["description"] = "A duration, or the law of one.",
        ["anyOf"] = new JsonArray(
            Duration(),
            Map("One law: lognormal by p50 and another percentile, or one of the other keys.", [],
                ("p50", Ref("duration", "Median of a lognormal law.")),
                ("p90", Ref("duration", "Nine in ten values are below it.")),
                ("p95", Ref("duration", "95 % of the values are below it.")),
                ("p99", Ref("duration", "99 % of the values are below it.")),
                ("uniform", new JsonObject
                {
                    ["description"] = "Every duration between two bounds is equally likely.",
                    ["type"] = "array",
                    ["items"] = Ref("duration", "A bound."),
                    ["minItems"] = 2,
                    ["maxItems"] = 2,
                }),
                ("exponential", Ref("duration", "Mean of an exponential law.")),
                ("constant", Ref("duration", "Always the same.")),
                ("gamma", Map("From nearly constant (a small cv) to very variable.", ["mean", "cv"],
                    ("mean", Ref("duration", "Mean.")), ("cv", Amount("Standard deviation over mean.", 0.01, 100)))),
                ("pareto", Map("A few values are very long.", ["min", "shape"],
                    ("min", Ref("duration", "Smallest value.")),
                    ("shape", Amount("The larger, the shorter the tail; at most 2 the variance is infinite.", 1.01,
                        100)))),
                ("hyperexponential", Map("Two exponential laws mixed: more variable than one.", ["mean", "cv"],
                    ("mean", Ref("duration", "Mean.")), ("cv", Amount("Standard deviation over mean.", 1, 100)))),
                ("quantiles", new JsonObject
                {
                    ["description"] = "Points of the quantile function, from 0% to 100%.",
                    ["type"] = "object",
                    ["propertyNames"] = new JsonObject { ["pattern"] = $"^{Number} *%?$" },
                    ["additionalProperties"] = Ref("duration", "So many values are below it."),
                }))),
    };

    private static JsonObject Duration() => new()
    {
        ["description"] = "A duration: 400ms, 1.5s, 5m or 1h30m.",
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string", ["pattern"] = $"^({Number} *(d|h|m|min|s|ms|us|µs))+$" },
            new JsonObject { ["const"] = 0 }),
    };

    internal static JsonObject Map(string description, string[] required,
        params (string Key, JsonNode Schema)[] properties)
    {
        var map = new JsonObject
        {
            ["description"] = description,
            ["type"] = "object",
            ["properties"] = new JsonObject(properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Schema))),
            ["additionalProperties"] = false,
        };
        if (required.Length > 0)
        {
            map["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        }

        return map;
    }

    internal static JsonObject List(string description, JsonObject items, int minItems) => new()
    {
        ["description"] = description,
        ["type"] = "array",
        ["minItems"] = minItems,
        ["items"] = items,
    };

    internal static JsonObject Text(string description, string? pattern = null)
    {
        var text = new JsonObject { ["description"] = description, ["type"] = "string" };
        if (pattern is not null)
        {
            text["pattern"] = pattern;
        }

        return text;
    }

    internal static JsonObject Whole(string description, int minimum) =>
        new() { ["description"] = description, ["type"] = "integer", ["minimum"] = minimum };

    internal static JsonObject Amount(string description, double minimum, double maximum) => new()
    {
        ["description"] = description,
        ["type"] = "number",
        ["minimum"] = minimum,
        ["maximum"] = maximum,
    };

    internal static JsonObject OneOfWords(string description, params string[] words) =>
        new() { ["description"] = description, ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    internal static JsonObject Ref(string name, string description) =>
        new() { ["description"] = description, ["$ref"] = $"#/$defs/{name}" };
}
