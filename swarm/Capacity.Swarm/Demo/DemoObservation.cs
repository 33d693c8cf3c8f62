using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Capacity.Swarm.Demo;

/// <summary>What one replica tells about its requests: rate and errors by code, method and path; traces; log
/// lines.</summary>
/// <remarks>Durations are in <see cref="DemoMetrics"/>. Label values come from fixed lists, so that no client can make
/// series. <c>/metrics</c> itself is not counted.</remarks>
internal sealed class DemoObservation
{
    private const string Requests = "demo_requests_total";
    private const string InFlight = "demo_requests_in_flight";
    private const string State = "demo_circuit_breaker_state";
    private const string Calls = "demo_database_calls_total";

    private readonly ServiceLog _log;
    private readonly bool _everyRequest;
    private readonly MetricSet _metrics = new();
    private int _inFlight;

    /// <summary>Begins to observe.</summary>
    /// <param name="log">Takes a line for each answer of 500 and more.</param>
    /// <param name="everyRequest">Whether all other requests get a line too.</param>
    public DemoObservation(ServiceLog log, bool everyRequest)
    {
        (_log, _everyRequest) = (log, everyRequest);
        _metrics.Counter(Requests, "Requests, by code, method and path; unknown paths are one.");
        _metrics.Gauge(InFlight, "Requests that are being served.");
    }

    /// <summary>Serves a request in its trace, and records it.</summary>
    public async Task WatchAsync(HttpContext context, Func<HttpContext, Task> serve)
    {
        if (context.Request.Path == "/metrics")
        {
            await serve(context);
            return;
        }

        long began = Stopwatch.GetTimestamp();
        using Activity span = ServiceRequest.StartSpan(context, "demo");
        Interlocked.Increment(ref _inFlight);
        try
        {
            await serve(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }

        string path = context.Request.Path.Value is "/demo/hello" or "/demo/person" or "/demo/random-error"
            ? context.Request.Path.Value : "other";
        int code = context.Response.StatusCode;
        string method = DemoMetrics.Method(context.Request.Method);
        _metrics.Add(Requests, 1, ("code", code.ToString(CultureInfo.InvariantCulture)), ("method", method),
            ("path", path));
        if (code >= 500 || _everyRequest)
        {
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{method} {path} {code} {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0.0} ms");
            (code >= 500 ? (Action<string>)_log.Error : _log.Info)(line);
        }
    }

    /// <summary>Begins to observe calls of the database.</summary>
    public void DeclareDatabase()
    {
        _metrics.Gauge(State, "Circuit breaker of a dependency: 0 closed, 1 half-open, 2 open.");
        _metrics.Counter(Calls, "Calls of the database: ok, failed, or rejected by the open circuit.");
    }

    /// <summary>The circuit has changed.</summary>
    public void CircuitChanged(string state) => _log.Info($"circuit of the database: {state}");

    /// <summary>A call of the database is over.</summary>
    public void Called(PersonAnswer answer) =>
        _metrics.Add(Calls, 1, ("result", answer.Status switch { 200 => "ok", 503 => "rejected", _ => "failed" }));

    /// <summary>The metrics as text.</summary>
    /// <param name="openMetrics">In the OpenMetrics format.</param>
    /// <param name="circuit">State of the circuit; null without a database.</param>
    public string Expose(bool openMetrics, int? circuit)
    {
        _metrics.Set(InFlight, Volatile.Read(ref _inFlight));
        if (circuit is { } state)
        {
            _metrics.Set(State, state, ("dependency", "database"));
        }

        return _metrics.Expose(openMetrics);
    }
}
