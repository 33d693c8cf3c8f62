using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The stored form of a baseline: a line per run, so that a review shows what changed.</summary>
public static class BaselineJson
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int SchemaVersion = 1;

    private static readonly StoredForm<Baseline> Form =
        new("a baseline", SchemaVersion, "'capacity baseline update'");

    /// <summary>Writes it, with a final newline.</summary>
    public static string Render(Baseline baseline)
    {
        JsonObject all = JsonSerializer.SerializeToNode(baseline, ReportJson.Default.Baseline)!.AsObject();
        var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var text = new StringBuilder("{\n  \"baseline\": true");
        foreach ((string name, JsonNode? value) in all)
        {
            text.Append(",\n  ").Append(JsonSerializer.Serialize(name)).Append(": ");
            if (value is JsonArray list)
            {
                text.Append('[').AppendJoin(',', list.Select(entry => "\n    " + entry!.ToJsonString(options)))
                    .Append(list.Count == 0 ? "]" : "\n  ]");
            }
            else
            {
                text.Append(value?.ToJsonString(options) ?? "null");
            }
        }

        return text.Append("\n}\n").ToString();
    }

    /// <summary>Reads it.</summary>
    /// <param name="source">Any text.</param>
    /// <returns>The baseline, perhaps without runs, or CAP091, CAP092 or CAP093.</returns>
    public static Parsed<Baseline> Read(SourceText source) => Form.Read(source, static b =>
        b.Runs.Any(r => r is null) || b.Medians.Any(m => m is null) || b.Load.Kinds.Any(k => k is null)
            ? "one of its lists has an empty entry"
        : b.Runs.Any(r => !(r.Duration > 0)) ? "the duration of a run is not a positive number of seconds"
        : null);
}
