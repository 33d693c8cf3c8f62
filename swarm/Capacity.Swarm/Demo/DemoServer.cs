using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Capacity.Model;
using Microsoft.AspNetCore.Http;

namespace Capacity.Swarm.Demo;

/// <summary>How one replica of the demo service runs.</summary>
public sealed record DemoSettings
{
    /// <summary>Value of the label <c>service</c> in its metrics.</summary>
    public string Service { get; init; } = "go-demo";

    /// <summary>Address to listen on.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Requests served at once, ≥ 1; the others wait in order of arrival. Null is without limit.</summary>
    public int? Workers { get; init; }

    /// <summary>CPU time that each request burns, seconds, as a part of its service time.</summary>
    public double CpuPerRequest { get; init; }

    /// <summary>Factor on the delays that requests ask for, ≥ 0: 1.1 is a build that is 10 % slower.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>Seed of the errors of <c>/demo/random-error</c>.</summary>
    public ulong Seed { get; init; }

    /// <summary>Another demo service that keeps the names of <c>/demo/person</c>; null keeps them here.</summary>
    public Uri? Database { get; init; }

    /// <summary>When calls of the database stop for a while.</summary>
    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>Where it logs; null leaves requests without log lines, traces and counters of their own.</summary>
    public ServiceLog? Log { get; init; }

    /// <summary>Whether every request gets a log line, not only those that failed.</summary>
    public bool LogRequests { get; init; }
}

/// <summary>
/// The demo service: <c>/demo/hello?delay=ms</c>, <c>/demo/random-error</c>, <c>/demo/person</c> and <c>/metrics</c>
/// on a real port.
/// </summary>
/// <remarks>
/// Source: go-demo's main.go; another demo service stands in for MongoDB. Added are the limit of workers, the burnt
/// CPU time
/// and the <c>Server-Timing</c> header, which tells how long a worker was held (<c>app</c>) and waited for
/// (<c>queue</c>). The delay ends within about 0.1 ms of its time on an idle machine.
/// </remarks>
public sealed class DemoServer : IAsyncDisposable
{
    /// <summary>A request with this header is a health check: counted, but it needs no worker.</summary>
    public const string HealthCheckHeader = "Health-Check";

    private static readonly byte[] Hello = "hello, world!\n"u8.ToArray();
    private static readonly byte[] StillOk = "Everything is still OK\n"u8.ToArray();
    private static readonly byte[] WentWrong = "ERROR: Something, somewhere, went wrong!\n"u8.ToArray();
    private static readonly byte[] NotFound = "404 page not found\n"u8.ToArray();

    private readonly DemoSettings _settings;
    private readonly DelayTimer _timer;
    private readonly bool _ownsTimer;
    private readonly WorkerLimit _workers;
    private readonly DemoMetrics _metrics;
    private readonly RandomSource _errors;
    private readonly DemoObservation? _observation;
    private readonly RemotePersonStore? _database;
    private readonly IPersonStore _people;
    private HttpHost? _host;

    private DemoServer(DemoSettings settings, DelayTimer? timer)
    {
        _settings = settings;
        _timer = timer ?? new DelayTimer();
        _ownsTimer = timer is null;
        _workers = new WorkerLimit(settings.Workers);
        _metrics = new DemoMetrics(settings.Service);
        _errors = new RandomSource(settings.Seed, "random-error");
        _observation = settings.Log is null ? null : new DemoObservation(settings.Log, settings.LogRequests);
        if (settings.Database is not null)
        {
            _observation?.DeclareDatabase();
            _database = new RemotePersonStore(settings.Database, settings.Breaker,
                state => _observation?.CircuitChanged(state), TimeProvider.System);
        }

        _people = _database as IPersonStore ?? new LocalPersonStore();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _host!.Address;

    /// <summary>Requests that wait for a worker.</summary>
    public int Waiting => _workers.Waiting;

    internal DemoMetrics Metrics => _metrics;

    /// <summary>Starts a replica.</summary>
    /// <exception cref="ClusterException">The port cannot be used.</exception>
    public static Task<DemoServer> StartAsync(DemoSettings settings, CancellationToken cancellationToken) =>
        StartAsync(settings, null, cancellationToken);

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

        _database?.Dispose();
        if (_ownsTimer)
        {
            _timer.Dispose();
        }
    }

    /// <summary>Starts a replica that shares the thread of its delays with others.</summary>
    internal static async Task<DemoServer> StartAsync(
        DemoSettings settings, DelayTimer? timer, CancellationToken cancellationToken)
    {
        var server = new DemoServer(settings, timer);
        try
        {
            server._host = await HttpHost.StartAsync(
                settings.Listen, settings.Port, server.HandleAsync, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private Task HandleAsync(HttpContext context) =>
        _observation is null ? RouteAsync(context) : _observation.WatchAsync(context, RouteAsync);

    private Task RouteAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/demo/hello" => HelloAsync(context),
        "/demo/random-error" => RandomErrorAsync(context),
        "/demo/person" => PersonAsync(context),
        "/metrics" => ExposeAsync(context),
        _ => AnswerAsync(context, 404, "text/plain; charset=utf-8", NotFound),
    };

    private Task ExposeAsync(HttpContext context)
    {
        bool open = _observation is not null && context.Request.Headers.Accept.Any(
            a => a?.Contains("application/openmetrics-text", StringComparison.Ordinal) == true);
        string text = _metrics.Expose(open) + _observation?.Expose(open, _database?.State) + (open ? "# EOF\n" : "");
        return AnswerAsync(context, 200, open ? DemoMetrics.OpenMetricsType : DemoMetrics.ContentType,
            Encoding.UTF8.GetBytes(text));
    }

    // A worker is held while the database is asked.
    private async Task PersonAsync(HttpContext context)
    {
        long arrived = Stopwatch.GetTimestamp();
        long taken = await _workers.TakeAsync();
        PersonAnswer answer;
        try
        {
            answer = HttpMethods.IsPut(context.Request.Method)
                ? await _people.PutAsync(context.Request.Query["name"].ToString(), context.RequestAborted)
                : await _people.ListAsync(context.RequestAborted);
        }
        finally
        {
            _workers.Release();
        }

        if (_database is not null)
        {
            _observation?.Called(answer);
        }

        await FinishAsync(context, arrived, taken, answer.Status, Encoding.UTF8.GetBytes(answer.Text));
    }

    private Task HelloAsync(HttpContext context) =>
        ServeAsync(context,
            GoNumber.Delay(context.Request.Query["delay"].FirstOrDefault()) * _settings.Slowdown, 200, Hello);

    private Task RandomErrorAsync(HttpContext context)
    {
        bool wrong;
        lock (_errors)
        {
            wrong = _errors.NextIndex(10) == 0;
        }

        return ServeAsync(context, TimeSpan.Zero, wrong ? 500 : 200, wrong ? WentWrong : StillOk);
    }

    private async Task ServeAsync(HttpContext context, TimeSpan delay, int code, byte[] text)
    {
        long arrived = Stopwatch.GetTimestamp();
        long taken = arrived;
        if (!context.Request.Headers.ContainsKey(HealthCheckHeader))
        {
            taken = await _workers.TakeAsync();
            if (_settings.CpuPerRequest > 0)
            {
                // Not on the thread that brought the request: it has others to bring.
                await Task.Run(() => Burn(_settings.CpuPerRequest));
            }

            await _timer.WaitUntil(taken + (long)(delay.TotalSeconds * Stopwatch.Frequency));
            _workers.Release();
        }

        await FinishAsync(context, arrived, taken, code, text);
    }

    private Task FinishAsync(HttpContext context, long arrived, long taken, int code, byte[] text)
    {
        long done = Stopwatch.GetTimestamp();
        _metrics.Observe(code, context.Request.Method, context.Request.Path.Value!, Seconds(arrived, done),
            _observation is null ? null : Activity.Current?.TraceId);
        context.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture,
            $"app;dur={Seconds(taken, done) * 1000:0.###}, queue;dur={Seconds(arrived, taken) * 1000:0.###}");
        return AnswerAsync(context, code, "text/plain; charset=utf-8", text);
    }

    private static async Task AnswerAsync(HttpContext context, int code, string type, byte[] text)
    {
        HttpResponse response = context.Response;
        response.StatusCode = code;
        response.ContentType = type;
        response.ContentLength = text.Length;
        if (context.Request.Method != HttpMethods.Head)
        {
            await response.BodyWriter.WriteAsync(text);
        }
    }

    private static double Seconds(long from, long to) => (double)(to - from) / Stopwatch.Frequency;

    private static void Burn(double seconds)
    {
        long until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < until)
        {
            Thread.SpinWait(20);
        }
    }
}
