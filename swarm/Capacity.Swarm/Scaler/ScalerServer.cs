using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Capacity.Control.Scaling;
using Capacity.Swarm.Engine;
using Microsoft.AspNetCore.Http;

namespace Capacity.Swarm.Scaler;

/// <summary>docker-scaler's HTTP API: a webhook of Alertmanager in, another number of replicas out.</summary>
/// <remarks>
/// Source: docker-scaler, server/server.go. Routes and answers are its own; added are <c>/metrics</c>, <c>/v1/log</c>
/// (a receiver that only answers 200), the token, and what <see cref="ScalerSettings"/> names as options.
/// </remarks>
public sealed class ScalerServer : IAsyncDisposable
{
    private const string Requests = "capacity_scaler_requests_total";
    private const string Durations = "capacity_scaler_request_duration_seconds";
    private const string Changes = "capacity_scaler_changes_total";

    private readonly ScalerSettings _settings;
    private readonly ServiceLog _log;
    private readonly ServiceScaler _scaler;
    private readonly Rescheduler _rescheduler;
    private readonly AlertReporter _reporter;
    private readonly MetricSet _metrics = new();
    private HttpHost? _host;

    private ScalerServer(ScalerSettings settings, EngineClient engine, ServiceLog log, TimeProvider clock)
    {
        _settings = settings;
        _log = log;
        _scaler = new ServiceScaler(settings, engine, clock);
        _rescheduler = new Rescheduler(settings, engine, clock);
        _reporter = new AlertReporter(settings, clock, log);
        _metrics.Counter(Requests, "Requests, by route and status.");
        _metrics.Histogram(Durations, "Time from request to answer, by route.");
        _metrics.Counter(Changes, "Changes of a service's replicas, by direction.");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _host!.Address;

    /// <summary>Starts the service.</summary>
    /// <param name="settings">How it runs.</param>
    /// <param name="engine">A manager of the swarm; stays the caller's.</param>
    /// <param name="log">Where it logs.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">The port cannot be used.</exception>
    public static async Task<ScalerServer> StartAsync(ScalerSettings settings, EngineClient engine, ServiceLog log,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var server = new ScalerServer(settings, engine, log, clock);
        try
        {
            server._host = await HttpHost.StartAsync(
                settings.Listen, settings.Port, server.HandleAsync, cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        log.Info(settings.Alertmanager is null ? "Using a stubbed alertmanager"
            : $"Using alertmanager at: {settings.Alertmanager.OriginalString}");
        log.Info("No cloud provider for node scaling configured");
        log.Info("Starting Docker Scaler");
        return server;
    }

    /// <summary>Stops accepting connections and waits until every request is answered.</summary>
    /// <param name="cut">Cuts what is still going on then.</param>
    public Task StopAsync(CancellationToken cut) => _host!.StopAsync(cut);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _reporter.Dispose();
        _scaler.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        long started = Stopwatch.GetTimestamp();
        using Activity span = ServiceRequest.StartSpan(context, "scaler");
        string route = Route(context.Request.Path.Value ?? "");
        try
        {
            await (route switch
            {
                "ping" when IsAsked(context, HttpMethods.Get) => ServiceRequest.AnswerAsync(context, 200),
                "scale-service" when IsAsked(context, HttpMethods.Post) => ScaleAsync(context),
                "reschedule-services" when IsAsked(context, HttpMethods.Post) => RescheduleAsync(context, null),
                "reschedule-service" when IsAsked(context, HttpMethods.Post) => RescheduleOneAsync(context),
                "log" => LogAsync(context),
                "metrics" when IsAsked(context, HttpMethods.Get) =>
                    ServiceRequest.AnswerAsync(context, 200, MetricSet.ContentType, _metrics.Expose()),
                "" => ServiceRequest.NotFoundAsync(context),
                _ => ServiceRequest.AnswerAsync(context, 405),
            });
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            _log.Error($"Internal error: {problem}");
            context.Response.StatusCode = 500;
        }

        string known = route.Length > 0 ? route : "other";
        string code = context.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
        _metrics.Add(Requests, 1, ("route", known), ("code", code));
        _metrics.Observe(Durations, Stopwatch.GetElapsedTime(started).TotalSeconds, ("route", known));
    }

    private static bool IsAsked(HttpContext context, string method) => context.Request.Method == method;

    private string Route(string path)
    {
        string prefix = "/" + _settings.Prefix.Trim('/');
        if (prefix.Length > 1 && path.StartsWith(prefix + "/v1/", StringComparison.Ordinal))
        {
            path = path[prefix.Length..];
        }

        return path switch
        {
            "/metrics" => "metrics",
            "/v1/ping" or "/v1/scale-service" or "/v1/reschedule-services" or "/v1/reschedule-service" or "/v1/log" =>
                path["/v1/".Length..],
            _ => "", // scale-nodes too: without a backend there is no such route
        };
    }

    private async Task ScaleAsync(HttpContext context)
    {
        if (!IsAllowed(context))
        {
            await RefuseAsync(context);
            return;
        }

        (string? body, int status) = await ServiceRequest.ReadAsync(context, _settings.RequestTimeout);
        if (body is null)
        {
            const string Unreadable = "Unable to recognize POST body";
            _log.Error($"scale-service error: {Unreadable}");
            await ServiceRequest.AnswerAsync(context, status, "application/json",
                ServiceScaler.Body(status, Unreadable));
            return;
        }

        _log.Info("scale-service: asked"); // with the trace of the answer: the time between is the delivery
        ScaleAnswer answer = await _scaler.ScaleAsync(
            body, context.Request.QueryString.Value?.TrimStart('?') ?? "", context.RequestAborted);
        if (answer.NewReplicas is not null)
        {
            _metrics.Add(Changes, 1, ("direction", answer.LogLines[0].StartsWith("Scale service up",
                StringComparison.Ordinal) ? "up" : "down"));
        }

        await TellAsync(context, answer);
    }

    private Task RescheduleOneAsync(HttpContext context) =>
        context.Request.Query["service"].FirstOrDefault() is { Length: > 0 } service
            ? RescheduleAsync(context, service) : ServiceRequest.NotFoundAsync(context);

    private async Task RescheduleAsync(HttpContext context, string? service)
    {
        if (!IsAllowed(context))
        {
            await RefuseAsync(context);
            return;
        }

        await TellAsync(context, service is null ? await _rescheduler.AllAsync(context.RequestAborted)
            : await _rescheduler.OneAsync(service, context.RequestAborted));
    }

    // docker-scaler's order: a success is logged and reported before the caller hears of it.
    private async Task TellAsync(HttpContext context, ScaleAnswer answer)
    {
        foreach (string line in answer.LogLines)
        {
            if (answer.Status == 200)
            {
                _log.Info(line);
            }
            else
            {
                _log.Error(line);
            }
        }

        await _reporter.SendAsync(answer.Alert, context.RequestAborted);
        await ServiceRequest.AnswerAsync(context, answer.Status, "application/json", answer.Body);
    }

    private async Task LogAsync(HttpContext context)
    {
        (string? body, int status) = await ServiceRequest.ReadAsync(context, _settings.RequestTimeout);
        if (body is not null)
        {
            _log.Info($"notification: {body}");
        }

        await ServiceRequest.AnswerAsync(context, status);
    }

    private bool IsAllowed(HttpContext context)
    {
        if (_settings.Token is null)
        {
            return true;
        }

        // In a time that does not tell how much of it is right.
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()),
            Encoding.UTF8.GetBytes($"Bearer {_settings.Token}"));
    }

    private Task RefuseAsync(HttpContext context)
    {
        _log.Error("refused: a request without the right bearer token");
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ServiceRequest.AnswerAsync(context, 401, "application/json",
            ServiceScaler.Body(401, "a bearer token is needed"));
    }
}
