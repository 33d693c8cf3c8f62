using System.Net;
using Capacity.Swarm.Demo;

namespace Capacity.Swarm.Embedded;

/// <summary>Asks replicas whether they are well, as the orchestrator does.</summary>
/// <param name="interval">Time between checks of one replica.</param>
internal sealed class HealthChecker(TimeSpan interval) : IDisposable
{
    private static readonly TimeSpan TimeOut = TimeSpan.FromSeconds(5);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    });

    /// <summary>Time between checks of one replica.</summary>
    public TimeSpan Interval { get; } = interval;

    /// <summary>Checks once.</summary>
    /// <param name="replica">Its address.</param>
    /// <param name="answered">Told, on any thread, whether it answered with 200.</param>
    public async Task CheckAsync(Uri replica, Action<bool> answered)
    {
        bool healthy = false;
        try
        {
            using var patience = new CancellationTokenSource(TimeOut);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica, "/demo/hello"));
            request.Headers.Add(DemoServer.HealthCheckHeader, "1");
            using HttpResponseMessage response = await _client.SendAsync(request, patience.Token);
            await response.Content.CopyToAsync(Stream.Null, patience.Token);
            healthy = response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            // Not healthy.
        }

        answered(healthy);
    }

    public void Dispose() => _client.Dispose();
}
