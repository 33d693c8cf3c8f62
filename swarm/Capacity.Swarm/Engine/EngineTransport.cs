using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Capacity.Swarm.Engine;

/// <summary>Calls of the Engine API: version, time-out, and errors of one kind.</summary>
internal sealed class EngineTransport : IDisposable
{
    /// <summary>The newest version that this client was written for.</summary>
    private static readonly Version Newest = new(1, 47);

    private readonly EngineAddress _address;
    private readonly TimeSpan _timeout;
    private readonly HttpClient _http;
    private string? _version;

    public EngineTransport(EngineAddress address, TimeSpan timeout)
    {
        _address = address;
        _timeout = timeout;
        var sockets = new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = timeout };
        if (address.SocketPath is not null)
        {
            sockets.ConnectCallback = (_, cancellation) => address.ConnectAsync(cancellation);
        }

        if (address.Certificates is not null)
        {
            sockets.SslOptions = EngineTls.Read(address.Certificates);
        }

        _http = new HttpClient(sockets) { BaseAddress = address.Server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The version of the API that both sides know: <c>1.41</c>.</summary>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        if (_version is null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "_ping");
            using HttpResponseMessage answer = await SendAsync(request, "GET /_ping", cancellationToken);
            string text = answer.Headers.TryGetValues("Api-Version", out IEnumerable<string>? values)
                ? values.First() : "";
            _version = Version.TryParse(text, out Version? theirs) && theirs < Newest
                ? theirs.ToString(2) : Newest.ToString(2);
        }

        return _version;
    }

    /// <summary>Reads an object.</summary>
    /// <returns>Null when there is none (404).</returns>
    public async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        string call = $"GET /{path}";
        try
        {
            string body = await CallAsync(HttpMethod.Get, path, null, cancellationToken);
            return JsonSerializer.Deserialize(body, type);
        }
        catch (EngineException problem) when (problem.Status == 404)
        {
            return null;
        }
        catch (JsonException problem)
        {
            throw new EngineException(call, 200, "", $"{call}: the answer of {_address} cannot be read: "
                + problem.Message, problem);
        }
    }

    /// <summary>Calls and reads the whole answer.</summary>
    public async Task<string> CallAsync(
        HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        string version = await VersionAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, $"v{version}/{path}");
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage answer =
            await SendAsync(request, $"{method} /{path}", cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Opens an answer that never ends.</summary>
    public async Task<StreamReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        string version = await VersionAsync(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v{version}/{path}");
        HttpResponseMessage answer =
            await SendAsync(request, $"GET /{path}", cancellationToken, HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string call,
        CancellationToken cancellationToken, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_timeout);
        try
        {
            HttpResponseMessage answer = await _http.SendAsync(request, until, limited.Token);
            return answer.IsSuccessStatusCode ? answer : throw await RefusedAsync(answer, call, limited.Token);
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            _version = null; // another engine may answer there next time
            throw new EngineException(call, null, "",
                $"{call}: {_address} did not answer within {_timeout.TotalSeconds:0.#} s", problem);
        }
        catch (HttpRequestException problem)
        {
            _version = null;
            throw new EngineException(call, null, "", $"{call}: {_address} cannot be reached: {Reason(problem)}",
                problem);
        }
    }

    private static async Task<EngineException> RefusedAsync(
        HttpResponseMessage answer, string call, CancellationToken cancellationToken)
    {
        using (answer)
        {
            string body = await answer.Content.ReadAsStringAsync(cancellationToken);
            return new EngineException(call, (int)answer.StatusCode, body.Trim(),
                $"{call}: the engine answered {(int)answer.StatusCode}: {Text(body)}");
        }
    }

    // Errors are JSON with a message; a version that is too old is refused in plain text.
    private static string Text(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.GetProperty("message").GetString() ?? body;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return body.Trim();
        }
    }

    private static string Reason(HttpRequestException problem) => problem.GetBaseException() switch
    {
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.ConnectionRefused } =>
            "no engine listens there",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "this user may not use it",
        AuthenticationException cause => $"TLS: {cause.Message}",
        var cause => cause.Message,
    };
}
