using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Capacity.Swarm;

/// <summary>
/// One Kestrel server on one port, without the generic host: no configuration, no logging, no signal handlers.
/// </summary>
/// <remarks>A replica starts in a few milliseconds this way, and settings of the surroundings cannot change what it
/// does.</remarks>
internal sealed class HttpHost : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private bool _stopped;

    private HttpHost(KestrelServer server, Uri address)
    {
        _server = server;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="listen">Address to listen on.</param>
    /// <param name="port">Port; 0 takes any free one.</param>
    /// <param name="handle">Answers a request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">The port is in use, or may not be used.</exception>
    public static async Task<HttpHost> StartAsync(
        IPAddress listen, int port, RequestDelegate handle, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = 50_000;
        options.Limits.MaxRequestBodySize = 16 << 20;
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(3);
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(listen, port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportOptions { Backlog = 4096, UnsafePreferInlineScheduling = true };
        var transport = new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new Application(handle), cancellationToken);
            string bound = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            return new HttpHost(server, new Uri(bound));
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            server.Dispose();
            throw new ClusterException($"port {port} on {listen} cannot be used: {Reason(problem)}",
                "choose another port, or 0 for any free one", problem);
        }
    }

    /// <summary>Stops accepting connections and waits until every request is answered.</summary>
    /// <param name="cut">Cuts what is still going on then.</param>
    public async Task StopAsync(CancellationToken cut)
    {
        if (!_stopped)
        {
            _stopped = true;
            await _server.StopAsync(cut);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }

    /// <summary>Why a port cannot be used, in words.</summary>
    public static string Reason(Exception problem) =>
        problem.GetBaseException() is SocketException { SocketErrorCode: var code }
            ? code switch
            {
                SocketError.AddressAlreadyInUse => "another program listens there",
                SocketError.AccessDenied => "that needs more rights",
                _ => code.ToString(),
            }
            : problem.Message;

    /// <summary>One function answers every request; nothing is kept between requests.</summary>
    public sealed class Application(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // Nothing is kept per request.
        }
    }
}
