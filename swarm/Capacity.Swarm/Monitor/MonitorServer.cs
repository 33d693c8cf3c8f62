using System.Diagnostics;
using System.Text.Json.Nodes;
using Capacity.Control.Labels;
using Capacity.Model;
using Capacity.Swarm.Engine;
using Microsoft.AspNetCore.Http;

namespace Capacity.Swarm.Monitor;

/// <summary>Keeps Prometheus' rules and scrapes as the labels of the swarm's services say.</summary>
/// <remarks>
/// Source: docker-flow-monitor and docker-flow-swarm-listener, in one process: it follows the engine itself, and
/// answers the same requests. What it does better: every alert is checked before it is written, so that a wrong label
/// costs that alert alone, and the answer says so.
/// </remarks>
public sealed class MonitorServer : IAsyncDisposable
{
    private const string Requests = "capacity_monitor_requests_total";
    private const string Failures = "capacity_monitor_failures_total";
    private const string Alerts = "capacity_monitor_alerts";
    private const string Refused = "capacity_monitor_problems";

    private readonly MonitorSettings _settings;
    private readonly ServiceLog _log;
    private readonly MonitorBook _book;
    private readonly PrometheusFiles _files;
    private readonly MetricSet _metrics = new();
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _end = new();
    private HttpHost? _host;
    private Task _follow = Task.CompletedTask;

    private MonitorServer(MonitorSettings settings, ServiceLog log)
    {
        _settings = settings;
        _log = log;
        _book = new MonitorBook(settings);
        _files = new PrometheusFiles(settings);
        _metrics.Counter(Requests, "Requests, by route.");
        _metrics.Counter(Failures, "Writes or reloads that failed.");
        _metrics.Gauge(Alerts, "Alerts in the rule file.");
        _metrics.Gauge(Refused, "Labels that were left out because they are wrong.");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _host!.Address;

    /// <summary>Starts the service.</summary>
    /// <param name="settings">How it runs.</param>
    /// <param name="engine">A manager of the swarm, which stays the caller's; null when only requests count.</param>
    /// <param name="log">Where it logs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">The port cannot be used.</exception>
    public static async Task<MonitorServer> StartAsync(
        MonitorSettings settings, EngineClient? engine, ServiceLog log, CancellationToken cancellationToken)
    {
        var server = new MonitorServer(settings, log);
        try
        {
            server._host = await HttpHost.StartAsync(
                settings.Listen, settings.Port, server.HandleAsync, cancellationToken);
            if (engine is null || !File.Exists(Path.Combine(settings.Folder, PrometheusFiles.RulesName)))
            {
                // Prometheus can start now; but rules of an earlier run stay until the services are known.
                await server.ApplyAsync(cancellationToken);
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        if (engine is not null)
        {
            var follower = new SwarmFollower(engine, settings.PollInterval, log);
            server._follow = follower.RunAsync(server.SeeAsync, server._end.Token);
        }

        return server;
    }

    /// <summary>Stops accepting connections and waits until every request is answered.</summary>
    /// <param name="cut">Cuts what is still going on then.</param>
    public async Task StopAsync(CancellationToken cut)
    {
        await _end.CancelAsync();
        await _follow;
        await _host!.StopAsync(cut);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _follow;
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _files.Dispose();
        _gate.Dispose();
        _end.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        const string Base = "/v1/docker-flow-monitor/";
        using Activity span = ServiceRequest.StartSpan(context, "monitor");
        string path = context.Request.Path.Value ?? "";
        string route = path == "/metrics" ? "metrics"
            : path.StartsWith(Base, StringComparison.Ordinal) ? path[Base.Length..] : "";
        switch (route)
        {
            case "ping":
                await ServiceRequest.AnswerAsync(context, 200);
                break;
            case "metrics":
                await ServiceRequest.AnswerAsync(context, 200, MetricSet.ContentType, _metrics.Expose());
                break;
            case "reconfigure":
                await ReconfigureAsync(context);
                break;
            case "remove":
                await RemoveAsync(context);
                break;
            case "node/reconfigure" or "node/remove":
                await NodeAsync(context, isRemoved: route == "node/remove");
                break;
            default:
                route = "other";
                await ServiceRequest.NotFoundAsync(context);
                break;
        }

        _metrics.Add(Requests, 1, ("route", route));
    }

    private async Task ReconfigureAsync(HttpContext context)
    {
        List<StackLabel> parameters = await ParametersAsync(context);
        MonitoredService service = MonitoredService.Read(parameters, _settings.ScrapeLabels);
        string? failed = null;
        if (service.Name.Length > 0)
        {
            failed = await ChangeAsync(() => _book.Put(service), context.RequestAborted);
        }

        Tell(service);
        int status = failed is not null ? 500 : service.Problems.Count > 0 ? 400 : 200;
        await AnswerAsync(context, status, failed ?? string.Join("; ", service.Problems), service);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        List<StackLabel> parameters = await ParametersAsync(context);
        string name = parameters.LastOrDefault(p => p.Key == "serviceName")?.Value ?? "";
        if (name.Length == 0)
        {
            await AnswerAsync(context, 400, "serviceName is missing", null);
            return;
        }

        string? failed = await ChangeAsync(() => _book.Remove(name), context.RequestAborted);
        await AnswerAsync(context, failed is null ? 200 : 500, failed ?? "", null);
    }

    private async Task NodeAsync(HttpContext context, bool isRemoved)
    {
        List<StackLabel> parameters = await ParametersAsync(context);
        string id = parameters.FirstOrDefault(p => p.Key == "id")?.Value ?? "";
        IReadOnlyDictionary<string, string> labels = new Dictionary<string, string>(StringComparer.Ordinal);
        string? failed = id.Length == 0 ? "node id not in query" : await ChangeAsync(
            () => labels = isRemoved ? _book.RemoveNode(id) : _book.PutNode(id, parameters), context.RequestAborted);
        int status = failed is null ? 200 : id.Length == 0 ? 400 : 500;
        var json = new JsonObject
        {
            ["Status"] = status == 200 ? "OK" : "NOK",
            ["NodeID"] = id,
            ["Message"] = failed ?? "",
            ["NodeLabel"] = Map([.. labels.OrderBy(l => l.Key, StringComparer.Ordinal)]),
        };
        await ServiceRequest.AnswerAsync(context, status, "application/json", json.ToJsonString());
    }

    // Any method; the parameters are in the query, or in a form.
    private static async Task<List<StackLabel>> ParametersAsync(HttpContext context)
    {
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> given = context.Request.Query;
        if (context.Request.HasFormContentType)
        {
            given = given.Concat(await context.Request.ReadFormAsync(context.RequestAborted));
        }

        return [.. given.SelectMany(p => p.Value.Select(v => new StackLabel(p.Key, v ?? "", SourceSpan.None)))];
    }

    private async Task<string?> SeeAsync(IReadOnlyList<MonitoredService> services, IReadOnlyList<string> gone)
    {
        foreach (MonitoredService service in services)
        {
            Tell(service);
        }

        return await ChangeAsync(() =>
        {
            foreach (MonitoredService service in services)
            {
                _book.Put(service);
            }

            foreach (string name in gone)
            {
                _book.Remove(name);
            }
        }, _end.Token);
    }

    private async Task<string?> ChangeAsync(Action change, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            change();
            return await ApplyAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<string?> ApplyAsync(CancellationToken cancellationToken)
    {
        string? failed = await _files.ApplyAsync(
            _book.Rules, _book.Configuration(), _book.TargetFiles, cancellationToken);
        _metrics.Set(Alerts, _book.Services.Sum(s => s.Alerts.Count));
        _metrics.Set(Refused, _book.Services.Sum(s => s.Problems.Count));
        if (failed is not null)
        {
            _metrics.Add(Failures);
            _log.Error(failed);
        }

        return failed;
    }

    private void Tell(MonitoredService service)
    {
        _log.Info($"{service.Name}: {service.Alerts.Count} alerts, "
            + (service.Scrape is null ? "not scraped" : $"scraped at port {service.Scrape.Port}"));
        foreach (string problem in service.Problems)
        {
            _log.Error($"{service.Name}: {problem}");
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string message, MonitoredService? service)
    {
        var json = new JsonObject
        {
            ["Status"] = status == 200 ? "OK" : "NOK",
            ["Message"] = message,
            ["serviceName"] = service?.Name ?? "",
            ["scrapePort"] = service?.Scrape?.Port ?? 0,
            ["Alerts"] = new JsonArray([.. (service?.Alerts ?? []).Select(a => (JsonNode)new JsonObject
            {
                ["AlertNameFormatted"] = a.Name,
                ["serviceName"] = a.ServiceName,
                ["alertIf"] = a.Expr,
                ["alertFor"] = a.For,
                ["alertPersistent"] = a.IsPersistent,
                ["alertLabels"] = Map(a.Labels),
                ["alertAnnotations"] = Map(a.Annotations),
            })]),
        };
        return ServiceRequest.AnswerAsync(context, status, "application/json", json.ToJsonString());
    }

    private static JsonObject Map(IReadOnlyList<KeyValuePair<string, string>> pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
}
