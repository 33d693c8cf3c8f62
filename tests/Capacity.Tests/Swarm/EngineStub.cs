using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Capacity.Swarm.Engine;
using Capacity.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Capacity.Tests.Swarm;

/// <summary>An engine on a unix socket that holds services and refuses what the real one refuses.</summary>
internal sealed class EngineStub : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _services = new(StringComparer.Ordinal);
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private ulong _clock = 10;

    private EngineStub(WebApplication app, TemporaryFolder folder)
    {
        _app = app;
        _folder = folder;
        Address = EngineAddress.Parse(folder.File("engine.sock"));
    }

    public EngineAddress Address { get; }

    /// <summary>Method and path of each call, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Another writer changes the service before so many updates.</summary>
    public int Interferences { get; set; }

    /// <summary>May answer a call instead of the stub; says whether it did.</summary>
    public Func<HttpContext, Task<bool>> Instead { get; set; } = _ => Task.FromResult(false);

    public static async Task<EngineStub> StartAsync(CancellationToken stop)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var folder = new TemporaryFolder();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(folder.File("engine.sock")));
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        WebApplication app = builder.Build();
        var stub = new EngineStub(app, folder);
        app.Run(stub.HandleAsync);
        await app.StartAsync(stop);
        return stub;
    }

    /// <summary>Adds or replaces a service; <paramref name="mode"/> is the JSON of its mode.</summary>
    public void Put(string name, string mode, IReadOnlyDictionary<string, string>? labels = null)
    {
        var map = new JsonObject();
        foreach ((string key, string value) in labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            map[key] = value;
        }

        lock (_gate)
        {
            _services[name] = new JsonObject
            {
                ["ID"] = "id-" + name,
                ["Version"] = new JsonObject { ["Index"] = _clock++ },
                ["Spec"] = new JsonObject
                {
                    ["Name"] = name,
                    ["Labels"] = map,
                    ["TaskTemplate"] = JsonNode.Parse("""{"ContainerSpec":{"Env":["A=1"]},"Runtime":"x"}"""),
                    ["Mode"] = JsonNode.Parse(mode),
                    ["Unknown"] = JsonNode.Parse("""{"Big":18446744073709551615,"Text":"é<&"}"""),
                },
            };
        }
    }

    public void Replicated(string name, int replicas, params (string Key, string Value)[] labels) =>
        Put(name, $"{{\"Replicated\":{{\"Replicas\":{replicas}}}}}",
            labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal));

    public void Remove(string name)
    {
        lock (_gate)
        {
            _services.Remove(name);
        }
    }

    public JsonObject Spec(string name)
    {
        lock (_gate)
        {
            return (JsonObject)_services[name]["Spec"]!.DeepClone();
        }
    }

    public int? Replicas(string name) => (int?)Spec(name)["Mode"]?["Replicated"]?["Replicas"];

    /// <summary>Sends a line to whoever reads events; null ends the stream.</summary>
    public void Happen(string? json) => _events.Writer.TryWrite(json ?? "");

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        Calls.Enqueue($"{context.Request.Method} {path}{context.Request.QueryString}");
        if (await Instead(context))
        {
            return;
        }

        string[] parts = path.TrimStart('/').Split('/');
        await (parts switch
        {
            ["_ping"] => PingAsync(context),
            [_, "services"] => WriteAsync(context, 200, "[" + string.Join(",", All()) + "]"),
            [_, "services", var id] => InspectAsync(context, id),
            [_, "services", var id, "update"] => UpdateAsync(context, id),
            [_, "tasks"] => WriteAsync(context, 200, """[{"ID":"t","Slot":1,"Status":{"State":"running"}}]"""),
            [_, "nodes"] => WriteAsync(context, 200, """[{"ID":"n","Spec":{"Role":"manager"}}]"""),
            [_, "events"] => EventsAsync(context),
            _ => WriteAsync(context, 404, """{"message":"page not found"}"""),
        });
    }

    private static Task PingAsync(HttpContext context)
    {
        context.Response.Headers["Api-Version"] = "1.41";
        return context.Response.WriteAsync("OK");
    }

    private List<string> All()
    {
        lock (_gate)
        {
            return [.. _services.Values.Select(s => s.ToJsonString())];
        }
    }

    private Task InspectAsync(HttpContext context, string id)
    {
        lock (_gate)
        {
            return Find(id) is { } service
                ? WriteAsync(context, 200, service.ToJsonString())
                : WriteAsync(context, 404, $$"""{"message":"service {{id}} not found"}""");
        }
    }

    private async Task UpdateAsync(HttpContext context, string id)
    {
        JsonNode? spec = await JsonNode.ParseAsync(context.Request.Body);
        ulong version = ulong.Parse(context.Request.Query["version"]!, CultureInfo.InvariantCulture);
        string? refusal = null;
        lock (_gate)
        {
            JsonObject service = Find(id)!;
            if (Interferences > 0)
            {
                Interferences--;
                service["Version"]!["Index"] = _clock++;
            }

            if ((ulong)service["Version"]!["Index"]! != version)
            {
                refusal = """{"message":"rpc error: code = Unknown desc = update out of sequence"}""";
            }
            else
            {
                service["Spec"] = spec;
                service["Version"]!["Index"] = _clock++;
            }
        }

        await WriteAsync(context, refusal is null ? 200 : 500, refusal ?? """{"Warnings":null}""");
    }

    private JsonObject? Find(string id) =>
        _services.GetValueOrDefault(id) ?? _services.Values.FirstOrDefault(s => (string?)s["ID"] == id);

    private async Task EventsAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        while (await _events.Reader.ReadAsync(context.RequestAborted) is { Length: > 0 } line)
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
