using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Capacity.Model;

/// <summary>The manual's page about all keys of a scenario, made from <see cref="ScenarioSchema"/>.</summary>
/// <remarks>docs/scenario-reference.md is a copy of it.</remarks>
public static class ScenarioReference
{
    private const string Alias = "slo";
    private static readonly string[] Named = ["rate", "duration", "share", "law"];

    private const string Beginning = """
        # Scenario files: all keys

        `capacity schema --markdown` wrote this page. Editors get the same from the line
        `# yaml-language-server: $schema=` at the head of a scenario (`capacity init` writes it), `capacity validate`
        checks a file, and `--set path=value` replaces a value: `--set service.workers=8`, `--set load[peak].inject=500/s`.

        A key that is not here is an error. **Bold** keys must be there. Units are always written out.


        """;

    /// <summary>Writes the page.</summary>
    /// <returns>Markdown with a final newline: a section for each map, in the order in which keys name them.</returns>
    public static string Write()
    {
        JsonObject root = ScenarioSchema.Root();
        var text = new StringBuilder(Beginning.ReplaceLineEndings("\n"));
        WriteMap(text, "", root);
        text.Append("## Values\n\n");
        foreach ((string name, JsonNode? value) in root["$defs"]!.AsObject())
        {
            text.Append(CultureInfo.InvariantCulture, $"### {name}\n\n{(string?)value!["description"]}\n\n");
            foreach (JsonObject map in Alternatives(value).Where(IsMap))
            {
                WriteMap(text, name, map, heading: false);
            }
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>A map, and then the maps that its keys hold.</summary>
    private static void WriteMap(StringBuilder text, string path, JsonObject map, bool heading = true)
    {
        if (heading)
        {
            string title = path.Length == 0 ? "## The scenario" : $"## `{path}`";
            text.Append(CultureInfo.InvariantCulture, $"{title}\n\n{(string?)map["description"]}\n\n");
        }

        string[] required = [.. (map["required"] as JsonArray ?? []).Select(r => (string)r!)];
        bool defaults = map["properties"]!.AsObject()
            .Any(p => ScenarioDefaults.ByPath.ContainsKey(Below(path, p.Key)));
        text.Append(defaults
            ? "| key | value | when absent | means |\n| --- | --- | --- | --- |\n"
            : "| key | value | means |\n| --- | --- | --- |\n");
        foreach ((string key, JsonNode? value) in map["properties"]!.AsObject())
        {
            string here = Below(path, key);
            string name = required.Contains(key) ? $"**`{key}`**" : $"`{key}`";
            string absent = ScenarioDefaults.ByPath.TryGetValue(here, out string? usual) ? $"`{usual}`" : "";
            string kind = key == Alias ? $"as {Link("objectives")}" : ValueOf(value!, here);
            string means = (string?)value!["description"] ?? "";
            string[] cells = defaults ? [name, kind, absent, means] : [name, kind, means];
            text.Append("| ").AppendJoin(" | ", cells.Select(Cell)).Append(" |\n");
        }

        text.Append('\n');
        foreach ((string key, JsonNode? value) in map["properties"]!.AsObject())
        {
            foreach (JsonObject inner in MapsOf(value!).Where(_ => key != Alias))
            {
                WriteMap(text, Below(path, key), inner);
            }
        }
    }

    private static string ValueOf(JsonNode value, string path) => value switch
    {
        JsonObject o when o["$ref"] is { } reference => Link(((string)reference!)["#/$defs/".Length..]),
        JsonObject o when o["anyOf"] is JsonArray => string.Join(" or ", Alternatives(o).Select(a => ValueOf(a, path))),
        JsonObject o when o["enum"] is JsonArray words => string.Join(", ", words.Select(w => $"`{w}`").Distinct()),
        JsonObject o when o["const"] is { } only => $"`{only}`",
        JsonObject o when IsMap(o) => $"a map: {Link(path)}",
        JsonObject o when o["type"] is JsonArray => "text", // numbers and booleans are taken as they are written
        JsonObject o => (string?)o["type"] switch
        {
            "array" => MapsOf(o).Any() ? $"a list of maps: {Link(path)}" : $"a list of {ValueOf(o["items"]!, path)}",
            "object" => $"a map of names to {ValueOf(o["additionalProperties"]!, path)}",
            "integer" => $"whole number ≥ {o["minimum"]}",
            "number" => $"number from {o["minimum"]} to {o["maximum"]}",
            "string" => "text",
            _ => "",
        },
        _ => "",
    };

    private static string Link(string path) =>
        Named.Contains(path)
            ? $"[{path}](#{path})"
            : $"[`{path}`](#{path.Replace(".", "", StringComparison.Ordinal)})";

    private static string Below(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>The maps with known keys that a value may be, or that its entries may be.</summary>
    private static IEnumerable<JsonObject> MapsOf(JsonNode value) => Alternatives(value)
        .Select(a => (string?)(a["type"] as JsonValue) == "array" ? a["items"]!.AsObject() : a).Where(IsMap);

    private static IEnumerable<JsonObject> Alternatives(JsonNode value) =>
        value["anyOf"] is JsonArray any ? any.Select(a => a!.AsObject()) : [value.AsObject()];

    private static bool IsMap(JsonObject value) => value["properties"] is JsonObject;

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
