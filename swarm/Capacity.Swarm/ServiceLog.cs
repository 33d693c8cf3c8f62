using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Capacity.Swarm;

/// <summary>The log of a service of ours: one line per event, with the trace that it belongs to.</summary>
/// <param name="writer">Where lines go.</param>
/// <param name="asJson">JSON, one object per line; else text as Go's standard logger writes it.</param>
/// <param name="clock">Tells the time.</param>
public sealed class ServiceLog(TextWriter writer, bool asJson, TimeProvider clock)
{
    private static readonly JsonWriterOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();

    /// <summary>Something happened as it should.</summary>
    public void Info(string message) => Write("info", message);

    /// <summary>Something failed.</summary>
    public void Error(string message) => Write("error", message);

    private void Write(string level, string message)
    {
        DateTimeOffset now = clock.GetUtcNow();
        string line = asJson ? Json(now, level, message)
            : $"{now.ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture)} {OneLine(message)}";
        lock (_gate)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }

    private static string Json(DateTimeOffset now, string level, string message)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", now);
            json.WriteString("level", level);
            json.WriteString("message", message);
            if (Activity.Current is { } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
                json.WriteString("span_id", activity.SpanId.ToHexString());
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    // A name from a request must not be able to forge a line.
    private static string OneLine(string message) =>
        message.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
