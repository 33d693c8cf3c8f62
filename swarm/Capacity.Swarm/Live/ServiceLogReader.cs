using System.Text.Json;

namespace Capacity.Swarm.Live;

/// <summary>A line that a service of ours logged.</summary>
/// <param name="At">When.</param>
/// <param name="Message">What.</param>
/// <param name="Trace">The trace that it belongs to; empty when to none.</param>
internal sealed record LoggedLine(DateTimeOffset At, string Message, string Trace);

/// <summary>Reads the log of a container as the engine hands it out.</summary>
internal static class ServiceLogReader
{
    private const string Success = "scale-service success: ";
    private const string Error = "scale-service error: ";

    /// <summary>Reads all lines that are JSON of ours.</summary>
    /// <param name="text">Each line has eight bytes before it, which say from which stream it is and how long: they may
    /// hold any byte, but no object of JSON.</param>
    public static IReadOnlyList<LoggedLine> Read(string text)
    {
        var lines = new List<LoggedLine>();
        foreach (string line in text.Split('\n'))
        {
            int start = line.IndexOf("{\"", StringComparison.Ordinal);
            if (start >= 0 && Parse(line[start..]) is { } logged)
            {
                lines.Add(logged);
            }
        }

        return lines;
    }

    /// <summary>Finds requests to scale with their answers.</summary>
    /// <param name="lines">Of the scaler.</param>
    /// <param name="seconds">An instant in seconds since the start of the run.</param>
    public static IReadOnlyList<ScalerAnswer> Answers(
        IReadOnlyList<LoggedLine> lines, Func<DateTimeOffset, double> seconds)
    {
        var asked = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var answers = new List<ScalerAnswer>();
        foreach (LoggedLine line in lines)
        {
            bool succeeded = line.Message.StartsWith(Success, StringComparison.Ordinal);
            if (line.Message == "scale-service: asked")
            {
                asked[line.Trace] = line.At;
            }
            else if (succeeded || line.Message.StartsWith(Error, StringComparison.Ordinal))
            {
                double at = seconds(line.At);
                answers.Add(new ScalerAnswer(
                    asked.TryGetValue(line.Trace, out DateTimeOffset came) ? seconds(came) : at, at,
                    line.Message[(succeeded ? Success : Error).Length..], succeeded));
            }
        }

        return answers;
    }

    private static LoggedLine? Parse(string json)
    {
        try
        {
            using var line = JsonDocument.Parse(json);
            JsonElement root = line.RootElement;
            return new LoggedLine(root.GetProperty("time").GetDateTimeOffset(),
                root.GetProperty("message").GetString() ?? "",
                root.TryGetProperty("trace_id", out JsonElement trace) ? trace.GetString() ?? "" : "");
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            return null; // cut off, no text, or not ours
        }
    }
}
