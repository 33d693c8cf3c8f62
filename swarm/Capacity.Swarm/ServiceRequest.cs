using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Capacity.Swarm;

/// <summary>What the services of ours share: reading a request within limits, answering, and its trace.</summary>
internal static class ServiceRequest
{
    private const int BytesMax = 1 << 20;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Starts the span of a request: in the caller's trace when it sent one, else in a new one.</summary>
    /// <remarks>W3C trace context. Calls of <see cref="HttpClient"/> made in it pass it on.</remarks>
    public static Activity StartSpan(HttpContext context, string name)
    {
        var span = new Activity(name);
        if (ActivityContext.TryParse(context.Request.Headers["traceparent"], context.Request.Headers["tracestate"],
            out ActivityContext parent))
        {
            span.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
            span.TraceStateString = parent.TraceState;
        }

        return span.SetIdFormat(ActivityIdFormat.W3C).Start();
    }

    /// <summary>Reads the body as UTF-8.</summary>
    /// <returns>Null when it is too long, too slow or broken; the status then says which: 413 or 408 or 400.</returns>
    public static async Task<(string? Body, int Status)> ReadAsync(HttpContext context, TimeSpan timeout)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = BytesMax;
        }

        using var slow = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        slow.CancelAfter(timeout);
        try
        {
            // A byte order mark stays: to Go it is an error.
            using var reader =
                new StreamReader(context.Request.Body, Utf8, detectEncodingFromByteOrderMarks: false);
            return (await reader.ReadToEndAsync(slow.Token), 200);
        }
        catch (OperationCanceledException)
        {
            return (null, 408);
        }
        catch (BadHttpRequestException problem)
        {
            return (null, problem.StatusCode);
        }
        catch (IOException)
        {
            return (null, 400);
        }
    }

    /// <summary>Answers.</summary>
    public static Task AnswerAsync(HttpContext context, int status, string type = "", string text = "")
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        if (type.Length > 0)
        {
            context.Response.ContentType = type;
        }

        return text.Length == 0 ? Task.CompletedTask : context.Response.WriteAsync(text);
    }

    /// <summary>Answers as Go does when there is no such page.</summary>
    public static Task NotFoundAsync(HttpContext context) =>
        AnswerAsync(context, 404, "text/plain; charset=utf-8", "404 page not found\n");
}
