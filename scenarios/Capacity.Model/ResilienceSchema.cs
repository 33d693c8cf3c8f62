using System.Text.Json.Nodes;
using static Capacity.Model.ScenarioSchema;

namespace Capacity.Model;

/// <summary>The part of the schema about what protects a service, and what stands behind it.</summary>
internal static class ResilienceSchema
{
    /// <summary><c>service.proxy</c>.</summary>
    public static JsonObject Proxy() => Map("What the proxy limits, as HAProxy does. Simulated only.", [],
        ("maxconn", Whole("Requests that one replica gets at once; more wait at the proxy.", 1)),
        ("queue", Whole("Requests that may wait at the proxy; more are answered 503.", 0)),
        ("queue_timeout", Ref("duration", "How long a request waits at the proxy until it is answered 503 instead.")),
        ("total_maxconn", Whole("Requests that the proxy deals with at once; more wait unseen before it.", 1)));

    /// <summary><c>service.dependency</c>.</summary>
    public static JsonObject Dependency() => Map(
        "What each request needs after its own work, shared by all replicas; its worker is held. Simulated only.",
        ["pool", "service_time"],
        ("name", Text("For messages.")),
        ("pool", Whole("Connections.", 1)),
        ("service_time", Ref("law", "How long each request uses one of them.")),
        ("timeout", Ref("duration", "Waiting and use together take at most so long; then the answer is 500.")));

    /// <summary><c>client.breaker</c>.</summary>
    public static JsonObject Breaker() => Map(
        "A circuit breaker: requests are not sent while too many have failed. Either failures or failure_ratio.", [],
        ("failures", Whole("Failures in a row that open it.", 1)),
        ("failure_ratio", Ref("share", "Share of failures from which on it opens.")),
        ("sampling", Ref("duration", "How far back outcomes count for the share; 30s by default.")),
        ("minimum", Whole("Outcomes below which the share does not count; 100 by default.", 1)),
        ("break", Ref("duration", "How long nothing is sent before one request tries again; 5s by default.")));
}
