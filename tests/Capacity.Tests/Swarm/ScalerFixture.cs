using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Scaler;

namespace Capacity.Tests.Swarm;

/// <summary>A scaler with an engine and an Alertmanager that only take notes.</summary>
internal sealed class ScalerFixture : IAsyncDisposable
{
    private readonly HttpHostForTests _alertmanager;
    private readonly EngineClient _client;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly StringWriter _log;

    private ScalerFixture(
        EngineStub engine, EngineClient client, HttpHostForTests alertmanager, ScalerServer server, StringWriter log)
    {
        Engine = engine;
        _client = client;
        _alertmanager = alertmanager;
        Server = server;
        _log = log;
    }

    public EngineStub Engine { get; }

    public ScalerServer Server { get; }

    public ConcurrentQueue<string> Alerts { get; private init; } = new();

    public string Log => _log.ToString();

    public static async Task<ScalerFixture> StartAsync(ScalerSettings settings, CancellationToken stop,
        TimeProvider? clock = null, bool newAlertmanager = false, bool json = false)
    {
        var alerts = new ConcurrentQueue<string>();
        HttpHostForTests alertmanager = await HttpHostForTests.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            string body = await reader.ReadToEndAsync(stop);
            if (newAlertmanager && context.Request.Path == "/api/v1/alerts")
            {
                context.Response.StatusCode = 410;
                return;
            }

            alerts.Enqueue(body);
        }, stop);
        EngineStub engine = await EngineStub.StartAsync(stop);
        var client = new EngineClient(engine.Address);
        var log = new StringWriter();
        clock ??= TimeProvider.System;
        ScalerServer server = await ScalerServer.StartAsync(
            settings with { Port = 0, Alertmanager = alertmanager.Address }, client,
            new ServiceLog(TextWriter.Synchronized(log), json, clock), clock, stop);
        return new ScalerFixture(engine, client, alertmanager, server, log) { Alerts = alerts };
    }

    public Task<(int Status, string Body)> ScaleAsync(
        string service, string direction, CancellationToken stop, string? token = null) =>
        PostAsync("/v1/scale-service",
            $"{{\"groupLabels\":{{\"service\":\"{service}\",\"scale\":\"{direction}\"}}}}", stop, token);

    public async Task<(int Status, string Body)> PostAsync(
        string path, string body, CancellationToken stop, string? token = null)
    {
        var asWritten = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var address = new Uri($"http://{Server.Address.Authority}{path}", asWritten);
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (token is not null)
        {
            request.Headers.Add("Authorization", token);
        }

        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using HttpResponseMessage answer = await _http.SendAsync(request, stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(stop));
    }

    public async Task<(int Status, string Body)> GetAsync(string path, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(Server.Address, path), stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(stop));
    }

    public static string Message(string body) => (string)JsonNode.Parse(body)!["message"]!;

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _http.Dispose();
        _client.Dispose();
        await Engine.DisposeAsync();
        await _alertmanager.DisposeAsync();
        await _log.DisposeAsync();
    }
}
