using System.Net;

namespace Capacity.Load;

/// <summary>A target does not answer HTTP at all.</summary>
/// <param name="message">What was tried and what happened. No full stop.</param>
/// <param name="hint">What to do about it.</param>
/// <param name="cause">The framework's error.</param>
public sealed class UnreachableTargetException(string message, string hint, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What to do about it.</summary>
    public string Hint { get; } = hint;
}

/// <summary>Makes sure that somebody answers before a run begins.</summary>
public static class TargetCheck
{
    /// <summary>Sends one GET request.</summary>
    /// <param name="target">Base address.</param>
    /// <param name="path">Path and query to ask for.</param>
    /// <param name="timeOut">How long to wait for the answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer's status, whatever it is.</returns>
    /// <exception cref="UnreachableTargetException">No answer.</exception>
    public static async Task<HttpStatusCode> RunAsync(
        Uri target, string path, TimeSpan timeOut, CancellationToken cancellationToken)
    {
        if (!target.IsAbsoluteUri || target.Scheme is not ("http" or "https"))
        {
            throw new UnreachableTargetException($"'{target}' is not an address to send requests to",
                "write it like http://localhost:8080");
        }

        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = timeOut,
        };
        using var client = new HttpClient(handler) { Timeout = timeOut };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(
                new Uri(target, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await Task.Yield(); // leaves the sockets' own thread: see InlineSockets
            return answer.StatusCode;
        }
        catch (HttpRequestException problem)
        {
            throw new UnreachableTargetException($"{target} does not answer: {Reason(problem)}",
                "check that the service runs and that host and port are right", problem);
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnreachableTargetException($"{target} does not answer within {timeOut.TotalSeconds:0.#} s",
                "check that the service runs and that host and port are right", problem);
        }
    }

    private static string Reason(HttpRequestException problem) => problem.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its host name is unknown",
        HttpRequestError.ConnectionError => "the connection is refused",
        HttpRequestError.SecureConnectionError => "TLS fails",
        _ => "what answers does not speak HTTP",
    };
}
