using System.Text.Json;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Reads a run from wherever one is stored: a file of its own, or the report of a check.</summary>
public static class StoredRun
{
    /// <summary>Reads what <c>capacity run --json</c> or <c>capacity check</c> wrote.</summary>
    /// <returns>The run; of a report, the measured one; or CAP091 … CAP093 (not a stored run), CAP190 (a report without
    /// a measured run).</returns>
    public static Parsed<RunResult> Read(SourceText source)
    {
        if (StoredResult.KindOf(source) != StoredKind.Report)
        {
            return RunResultJson.Read(source);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(source.Text);
            if (document.RootElement.TryGetProperty("measured", out JsonElement measured)
                && measured.ValueKind == JsonValueKind.Object)
            {
                return RunResultJson.Read(new SourceText(source.Path, measured.GetRawText()));
            }
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            return RunResultJson.Read(source); // says what is wrong with it
        }

        return new Diagnostic("CAP190", new SourceSpan(source, 1, 1, 1),
            "this report holds no measured run: it was made with --no-rehearsal",
            "give a report with a rehearsal, or what 'capacity run --json FILE' wrote");
    }
}
