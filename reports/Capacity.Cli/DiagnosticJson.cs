using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Model;

namespace Capacity.Cli;

/// <summary>Diagnostics and other data as JSON, for <c>--json</c>.</summary>
internal static class DiagnosticJson
{
    /// <summary>Over several lines, for people too.</summary>
    public static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In one line.</summary>
    public static JsonSerializerOptions OneLine { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A list of diagnostics.</summary>
    public static JsonArray Of(IEnumerable<Diagnostic> diagnostics) =>
        new([.. diagnostics.Select(d => (JsonNode)Of(d))]);

    /// <summary>A list of texts.</summary>
    public static JsonArray Of(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)JsonValue.Create(t))]);

    private static JsonObject Of(Diagnostic d) => new()
    {
        ["code"] = d.Code,
        ["severity"] = d.Severity == Severity.Error ? "error" : "warning",
        ["message"] = d.Message,
        ["hint"] = d.Hint,
        ["file"] = d.At.Source?.Path,
        ["line"] = d.At.Line,
        ["column"] = d.At.Column,
        ["length"] = d.At.Length,
    };
}
