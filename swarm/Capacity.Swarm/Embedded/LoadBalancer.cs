using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Capacity.Swarm.Embedded;

/// <summary>A reverse proxy in front of the replicas: round robin, request by request.</summary>
/// <remarks>
/// 503 when the rotation is empty; 502 when a replica breaks off. A replica that refuses the connection is passed over
/// for the next one when the request may be repeated (an idempotent method without a body).
/// </remarks>
public sealed class LoadBalancer : IAsyncDisposable
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Proxy-Connection", "Expect",
    };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = int.MaxValue,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    });

    private Backend[] _rotation = [];
    private uint _turn = uint.MaxValue;
    private HttpHost? _host;

    private LoadBalancer()
    {
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _host!.Address;

    /// <summary>The replicas that take turns. Setting it takes effect with the next request.</summary>
    public IReadOnlyList<Backend> Rotation
    {
        get => Volatile.Read(ref _rotation);
        set => Volatile.Write(ref _rotation, [.. value]);
    }

    /// <summary>Starts with an empty rotation.</summary>
    /// <param name="port">Port on loopback; 0 takes any free one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">The port cannot be used.</exception>
    public static async Task<LoadBalancer> StartAsync(int port, CancellationToken cancellationToken)
    {
        var balancer = new LoadBalancer();
        try
        {
            balancer._host = await HttpHost.StartAsync(
                IPAddress.Loopback, port, balancer.HandleAsync, cancellationToken);
            return balancer;
        }
        catch
        {
            balancer._client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Backend[] rotation = Volatile.Read(ref _rotation);
        if (rotation.Length == 0)
        {
            Refuse(context, 503);
            return;
        }

        uint turn = unchecked(Interlocked.Increment(ref _turn));
        bool body = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        int tries = !body && IsIdempotent(context.Request.Method) ? rotation.Length : 1;
        for (int i = 0; i < tries; i++)
        {
            Backend backend = rotation[(int)((turn + (uint)i) % (uint)rotation.Length)];
            backend.Enter();
            try
            {
                using HttpRequestMessage request = Forwarded(context, backend, body);
                using HttpResponseMessage answer = await _client.SendAsync(request, context.RequestAborted);
                await ReturnAsync(context, answer);
                return;
            }
            catch (HttpRequestException problem) when (problem.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // Nobody listens there (any more): nothing was sent, so the next replica may be asked.
            }
            catch (Exception problem) when (problem is HttpRequestException or IOException)
            {
                Break(context);
                return;
            }
            catch (OperationCanceledException)
            {
                context.Abort(); // the client went away
                return;
            }
            finally
            {
                backend.Leave();
            }
        }

        Refuse(context, 502);
    }

    private static HttpRequestMessage Forwarded(HttpContext context, Backend backend, bool body)
    {
        HttpRequest asked = context.Request;
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(asked.Method),
            new Uri($"http://{backend.Address.Authority}{(target.StartsWith('/') ? target : "/")}", in AsIs))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body ? new StreamContent(asked.Body) : null,
        };
        foreach ((string name, StringValues values) in asked.Headers)
        {
            IEnumerable<string?> all = values;
            if (!HopByHop.Contains(name) && !request.Headers.TryAddWithoutValidation(name, all))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, all);
            }
        }

        return request;
    }

    private static async Task ReturnAsync(HttpContext context, HttpResponseMessage answer)
    {
        HttpResponse response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach ((string name, var values) in answer.Headers.NonValidated)
        {
            if (!HopByHop.Contains(name))
            {
                response.Headers[name] = Values(values);
            }
        }

        foreach ((string name, var values) in answer.Content.Headers.NonValidated)
        {
            response.Headers[name] = Values(values);
        }

        if (context.Request.Method != HttpMethods.Head)
        {
            await answer.Content.CopyToAsync(response.BodyWriter.AsStream(leaveOpen: true), context.RequestAborted);
        }
    }

    private static StringValues Values(System.Net.Http.Headers.HeaderStringValues values) =>
        values.Count == 1 ? values.ToString() : values.ToArray();

    private static void Break(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
        }
        else
        {
            Refuse(context, 502);
        }
    }

    private static void Refuse(HttpContext context, int status)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
    }

    private static bool IsIdempotent(string method) =>
        method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" or "TRACE";
}
