using System.Net;
using Capacity.Swarm;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Capacity.Tests.Swarm;

/// <summary>A server that does what a test needs.</summary>
internal sealed class HttpHostForTests : IAsyncDisposable
{
    private readonly HttpHost _host;

    private HttpHostForTests(HttpHost host) => _host = host;

    public Uri Address => _host.Address;

    public static async Task<HttpHostForTests> StartAsync(RequestDelegate handle, CancellationToken stop) =>
        new(await HttpHost.StartAsync(IPAddress.Loopback, 0, handle, stop));

    /// <summary>Says what it was asked.</summary>
    public static Task<HttpHostForTests> EchoAsync(CancellationToken stop) => StartAsync(
        async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            string body = await reader.ReadToEndAsync(stop);
            string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            string type = context.Request.ContentType?.Split(';')[0] ?? "";
            context.Response.StatusCode = 201;
            context.Response.Headers["X-Echo"] = "yes";
            await context.Response.WriteAsync(
                $"{context.Request.Method} {target} X-One={context.Request.Headers["X-One"]} {type} {body}", stop);
        }, stop);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
