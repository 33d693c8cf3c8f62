using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Capacity.Swarm;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Capacity.Cli.Serving;

/// <summary>How the what-if page is served.</summary>
/// <param name="Port">On loopback; 0 takes any free one.</param>
/// <param name="Token">First part of every path; nobody else on the machine knows it.</param>
/// <param name="Threads">Launches at once, ≥ 1.</param>
internal sealed record WhatIfServing(int Port, string Token, int Threads)
{
    /// <summary>Fewest characters of a token.</summary>
    public const int TokenLengthMin = 16;

    /// <summary>A token that cannot be guessed.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

/// <summary>Serves the what-if page on 127.0.0.1 to whoever has its address, and to no page of another site.</summary>
/// <remarks>
/// A request must name this host in <c>Host</c>, so that a foreign name that is made to resolve to loopback gets
/// nothing; its path must begin with the token; a WebSocket must come from a page of this origin.
/// </remarks>
internal sealed class WhatIfServer : IAsyncDisposable
{
    private const int PagesMax = 4;
    private const int ConnectionsMax = 64;
    private const int ThreadsForRequests = 4;

    private readonly WhatIfServing _serving;
    private readonly WhatIfSubject _subject;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly KestrelServer _server;
    private readonly WebSocketMiddleware _sockets;
    private string[] _hosts = [];
    private Task _warmUp = Task.CompletedTask;
    private int _pages;

    private WhatIfServer(WhatIfServing serving, WhatIfSubject subject, TimeProvider clock)
    {
        (_serving, _subject, _clock) = (serving, subject, clock);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = ConnectionsMax;
        options.Limits.MaxConcurrentUpgradedConnections = PagesMax * 2;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        options.Listen(IPAddress.Loopback, serving.Port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        _sockets = new WebSocketMiddleware(
            AnswerAsync,
            Options.Create(new WebSocketOptions
            {
                KeepAliveInterval = TimeSpan.FromSeconds(15),
                KeepAliveTimeout = TimeSpan.FromSeconds(30),
            }),
            NullLoggerFactory.Instance);
    }

    /// <summary>The page, with its token.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Starts the server.</summary>
    /// <param name="serving">Port, token and threads.</param>
    /// <param name="subject">What the page is about.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EnvironmentFailedException">The port cannot be used.</exception>
    public static async Task<WhatIfServer> StartAsync(
        WhatIfServing serving, WhatIfSubject subject, TimeProvider clock, CancellationToken cancellation)
    {
        var server = new WhatIfServer(serving, subject, clock);
        try
        {
            await server._server.StartAsync(new HttpHost.Application(server._sockets.Invoke), cancellation);
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            server._server.Dispose();
            throw new EnvironmentFailedException(
                string.Create(CultureInfo.InvariantCulture,
                    $"port {serving.Port} on 127.0.0.1 cannot be used: {HttpHost.Reason(problem)}"),
                "choose another with --port, or --port 0 for any free one", problem);
        }

        var bound = new Uri(server._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        server._hosts =
        [
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{bound.Port}"),
            string.Create(CultureInfo.InvariantCulture, $"localhost:{bound.Port}"),
        ];
        server.Address = new Uri($"http://{server._hosts[0]}/{serving.Token}/");
        MakeRoom(serving.Threads);
        server._warmUp = Task.Run(() => WarmUp(subject, server._stop.Token), CancellationToken.None);
        return server;
    }

    /// <summary>Ends the sessions and stops listening.</summary>
    /// <param name="cut">Cuts what is still going on then.</param>
    public async Task StopAsync(CancellationToken cut)
    {
        await _stop.CancelAsync();
        await _server.StopAsync(cut);
        await _warmUp;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        _stop.Dispose();
    }

    /// <summary>A move is read at once, even while every processor simulates: the thread pool adds threads beyond its
    /// minimum only every half second.</summary>
    private static void MakeRoom(int threads)
    {
        ThreadPool.GetMinThreads(out int workers, out int completions);
        ThreadPool.SetMinThreads(Math.Max(workers, threads + ThreadsForRequests), completions);
    }

    /// <summary>Has the code compiled before the first move needs it: a launch as configured, one of a service that is
    /// far too slow, and what is told of them.</summary>
    private static void WarmUp(WhatIfSubject subject, CancellationToken stop)
    {
        var slow = new Dictionary<string, double>(StringComparer.Ordinal) { ["serviceTime"] = double.MaxValue };
        foreach (Dictionary<string, double> values in new[] { [], slow })
        {
            TurnedLaunches turned = subject.Prepare(values, WhatIfSubject.LaunchView);
            if (turned.Launches.Begin(CancellationToken.None, stop) is null && turned.Launches.Count > 0)
            {
                var request = new WhatIfRequest(0, false, WhatIfSubject.LaunchView, values, "");
                _ = WhatIfMessages.Result(request, turned.Case, turned.Launches.Summarize(), false, 0);
            }
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!_hosts.Contains(context.Request.Headers.Host.ToString(), StringComparer.Ordinal))
        {
            await TextAsync(context, 403, "This page answers to 127.0.0.1 and localhost only.\n");
            return;
        }

        string path = context.Request.Path.Value ?? "";
        int slash = path.IndexOf('/', Math.Min(1, path.Length));
        string token = slash < 0 ? path.TrimStart('/') : path[1..slash];
        if (!IsToken(token))
        {
            await TextAsync(context, 404, "Open the address that 'capacity serve' printed: it holds a token.\n");
            return;
        }

        string name = slash < 0 ? "" : path[(slash + 1)..];
        if (name == "live" && context.WebSockets.IsWebSocketRequest)
        {
            await LiveAsync(context);
        }
        else if (context.Request.Method != HttpMethods.Get && context.Request.Method != HttpMethods.Head)
        {
            await TextAsync(context, 405, "Only GET.\n");
        }
        else if (slash < 0)
        {
            context.Response.Redirect($"/{token}/");
        }
        else
        {
            await FileAsync(context, name);
        }
    }

    private async Task LiveAsync(HttpContext context)
    {
        if (!_hosts.Any(host => context.Request.Headers.Origin == $"http://{host}"))
        {
            await TextAsync(context, 403, "Only a page of this address may connect.\n");
            return;
        }

        if (Interlocked.Increment(ref _pages) > PagesMax)
        {
            Interlocked.Decrement(ref _pages);
            await TextAsync(context, 503, "Too many pages are open.\n");
            return;
        }

        try
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            using var session = new WhatIfSession(_subject, socket, _serving.Threads, _clock);
            await session.RunAsync(_stop.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _pages);
        }
    }

    private async Task FileAsync(HttpContext context, string name)
    {
        if (WhatIfPage.File(name) is not (string type, byte[] bytes))
        {
            await TextAsync(context, 404, "There is no such file.\n");
            return;
        }

        Protect(context, $"connect-src 'self' {string.Join(' ', _hosts.Select(h => $"ws://{h}"))}; "
            + WhatIfPage.Policy);
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (context.Request.Method == HttpMethods.Get)
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        Protect(context, "default-src 'none'");
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return context.Response.WriteAsync(text);
    }

    private static void Protect(HttpContext context, string policy)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    // In a time that does not tell how much of it is right.
    private bool IsToken(string given) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(_serving.Token));
}
