using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Capacity.Scripting;

/// <summary>gRPC calls with one message each way, whose messages are bytes: a service can be loaded without its
/// <c>.proto</c> file, by a message that was recorded or encoded elsewhere.</summary>
/// <remarks>Source: gRPC over HTTP/2, the protocol's description in the grpc repository.</remarks>
public static class Grpc
{
    /// <summary>Most bytes of an answer, as in other clients.</summary>
    public const int AnswerMax = 4 * 1024 * 1024;

    private const int PrefixLength = 5; // a flag of compression, then the length
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>A client for <see cref="Unary"/>: HTTP/2 from the first byte, also without TLS. One for all runners; to
    /// be disposed of by its owner.</summary>
    /// <param name="target">Base address of the service.</param>
    public static HttpClient Client(Uri target) => new(new SocketsHttpHandler
    {
        EnableMultipleHttp2Connections = true,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    })
    {
        BaseAddress = target,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>One call.</summary>
    /// <param name="client">From <see cref="Client"/>, or any that speaks HTTP/2.</param>
    /// <param name="method">As <c>package.Service/Method</c>.</param>
    /// <param name="message">The encoded request; may be empty.</param>
    /// <param name="stop">Usually the context's <see cref="IScenarioContext.ScenarioCancellationToken"/>.</param>
    /// <returns>The encoded answer with the status <c>OK</c>, or a failure with the status that the service gave, and
    /// its message.</returns>
    /// <exception cref="HttpRequestException">The service could not be reached: a failed step.</exception>
    public static async ValueTask<Response<byte[]>> Unary(
        HttpClient client, string method, ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        byte[] framed = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.Span.CopyTo(framed.AsSpan(PrefixLength));
        using var content = new ByteArrayContent(framed);
        content.Headers.ContentType = ContentType;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/" + method.TrimStart('/'))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response =
            await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return Response.Fail<byte[]>(
                ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), "not an answer of gRPC");
        }

        await response.Content.LoadIntoBufferAsync(PrefixLength + AnswerMax, stop);
        return Judge(response, await response.Content.ReadAsByteArrayAsync(stop));
    }

    private static Response<byte[]> Judge(HttpResponseMessage response, byte[] body)
    {
        // Without a message the status stands among the headers; with one, in the trailers.
        string? code = Field(response, "grpc-status");
        if (!int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            return Response.Fail<byte[]>("UNKNOWN", "the answer has no grpc-status", body.Length);
        }

        string name = status < Names.Length ? Names[status] : code;
        if (status != 0)
        {
            return Response.Fail<byte[]>(
                name, Uri.UnescapeDataString(Field(response, "grpc-message") ?? ""), body.Length);
        }

        bool whole = body.Length >= PrefixLength && body[0] == 0
            && BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) == (uint)(body.Length - PrefixLength);
        return whole
            ? Response.Ok(body[PrefixLength..], name, body.Length)
            : Response.Fail<byte[]>("INTERNAL", "the answer is not one uncompressed message", body.Length);
    }

    private static string? Field(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values)
        || response.Headers.TryGetValues(name, out values)
            ? values.First()
            : null;
}
