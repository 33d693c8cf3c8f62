using System.Text.Json;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The stored form of a run: one JSON object with a schema version.</summary>
/// <remarks>NaN is null, seeds are strings, histograms are lists of [bucket, count]. The same run gives the same
/// bytes.</remarks>
public static class RunResultJson
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int SchemaVersion = 1;

    private static readonly StoredForm<RunResult> Form =
        new("a stored run", SchemaVersion, "'capacity run' or 'capacity simulate'");

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
    /// CAP093 (members contradict each other). Members that are not known are ignored.
    /// </returns>
    public static Parsed<RunResult> Read(SourceText source) => Form.Read(source, Contradiction);

    /// <summary>What contradicts what in a run that was read.</summary>
    /// <returns>Null when nothing does.</returns>
    internal static string? Contradiction(RunResult run)
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
