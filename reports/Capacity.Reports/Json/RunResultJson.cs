using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The stored form of a run: one JSON object with a schema version.</summary>
/// <remarks>NaN is null, seeds are strings, histograms are lists of [bucket, count]. The same run gives the same
/// bytes.</remarks>
public static class RunResultJson
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int SchemaVersion = 1;

    private static readonly JsonTypeInfo<RunResult> Strict = StrictForm();

    /// <summary>The stored form as UTF-8, with a final newline.</summary>
    public static byte[] ToUtf8(RunResult run) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(run, ReportJson.Default.RunResult), (byte)'\n'];

    /// <summary>Writes the stored form with a final newline.</summary>
    public static void Write(RunResult run, TextWriter writer)
    {
        writer.Write(JsonSerializer.Serialize(run, ReportJson.Default.RunResult));
        writer.Write('\n');
    }

    /// <summary>Reads the stored form.</summary>
    /// <param name="source">Any text.</param>
    /// <returns>
    /// The run, or CAP091 (not JSON, or a member is missing or of the wrong type), CAP092 (another schema version) or
    /// CAP093 (members contradict each other).
    /// </returns>
    public static Parsed<RunResult> Read(SourceText source)
    {
        RunResult? run;
        try
        {
            run = JsonSerializer.Deserialize(source.Text, Strict);
        }
        catch (JsonException e)
        {
            return Wrong("CAP091", At(source, e), MessageOf(e));
        }
        catch (Exception e) when (
            e is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            return Wrong("CAP091", new SourceSpan(source, 1, 1, 0),
                "this is not a stored run: it holds text that is not Unicode");
        }

        if (run is null)
        {
            return Wrong("CAP091", new SourceSpan(source, 1, 1, 0), "this is not a stored run: it is null");
        }

        return run.SchemaVersion != SchemaVersion
            ? Wrong("CAP092", new SourceSpan(source, 1, 1, 0),
                $"this run is stored in version {run.SchemaVersion}, but version {SchemaVersion} is read")
            : Contradiction(run) is { } contradiction
                ? Wrong("CAP093", new SourceSpan(source, 1, 1, 0), contradiction)
                : run;
    }

    /// <summary>
    /// The contract for reading: every member that is always written must be there. A generated reader would otherwise
    /// take zero or null for a missing one, not the record's own default.
    /// </summary>
    private static JsonTypeInfo<RunResult> StrictForm()
    {
        var options = new JsonSerializerOptions(ReportJson.Default.Options)
        {
            TypeInfoResolver = ReportJson.Default.WithAddedModifier(static contract =>
            {
                foreach (JsonPropertyInfo member in contract.Properties.Where(m =>
                    m is { Set: not null, IsSetNullable: false }))
                {
                    member.IsRequired = true;
                }
            }),
        };
        return (JsonTypeInfo<RunResult>)options.GetTypeInfo(typeof(RunResult));
    }

    private static Diagnostic Wrong(string code, SourceSpan at, string message) =>
        new(code, at, message, "Give a file that 'capacity run' or 'capacity simulate' wrote.");

    private static string MessageOf(JsonException e)
    {
        string message = PlainText.OneLine(e.Message);
        int path = message.IndexOf(" Path:", StringComparison.Ordinal);
        string what = (path > 0 ? message[..path] : message).TrimEnd('.');
        return string.IsNullOrEmpty(e.Path) || e.Path == "$"
            ? $"this is not a stored run: {what}"
            : $"this is not a stored run: {what}, at {PlainText.OneLine(e.Path)}";
    }

    private static SourceSpan At(SourceText source, JsonException e)
    {
        int line = (int)Math.Clamp((e.LineNumber ?? 0) + 1, 1, int.MaxValue);
        int column = (int)Math.Clamp((e.BytePositionInLine ?? 0) + 1, 1, int.MaxValue);
        return new SourceSpan(source, line, column, 1);
    }

    private static string? Contradiction(RunResult run)
    {
        RunSeries s = run.Series;
        int[] lengths =
        [
            s.Offered.Count, s.Completed.Count, s.Errors.Count, s.P50.Count, s.P95.Count, s.P99.Count, s.Desired.Count,
            s.Ready.Count,
        ];
        return !(run.Step > 0) ? "its step is not a positive number of seconds"
            : !(run.Duration >= 0) ? "its duration is not a number of seconds"
            : lengths.Distinct().Count() > 1 ? "its series differ in length"
            : HasHole(run.Kinds) || HasHole(run.ScaleActions) || HasHole(run.Alerts) || HasHole(run.Events)
                || HasHole(run.Phases)
                ? "one of its lists has an empty entry"
            : null;
    }

    private static bool HasHole<T>(IReadOnlyList<T> list)
        where T : class => list.Any(entry => entry is null);
}
