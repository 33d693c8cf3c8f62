using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The JSON schema of everything that the program stores: runs, reports, comparisons and baselines.</summary>
/// <remarks>Made from the records themselves, so that it cannot differ from what is written. Members that are not
/// listed may appear: later programs of the same schema version add some.</remarks>
public static class ResultSchema
{
    private static readonly (string Name, Type Record, string Description)[] Forms =
    [
        ("run", typeof(RunResult), "One run: what 'capacity run' and 'capacity simulate' store."),
        ("report", typeof(CheckReportDocument), "A launch-readiness report: what 'capacity check' stores."),
        ("comparison", typeof(RegressionDocument), "The outcome of 'capacity compare --json'."),
        ("baseline", typeof(Baseline), "Runs of a good build: what 'capacity baseline update' writes."),
    ];

    private static readonly Dictionary<Type, (string Name, Func<JsonObject> Schema)> Own = new()
    {
        [typeof(RunResult)] = ("run", () => []),
        [typeof(LatencyHistogram)] = ("histogram", Histogram),
        [typeof(IReadOnlyDictionary<int, long>)] = ("statusCodes", StatusCodes),
        [typeof(IReadOnlyDictionary<string, double>)] = ("shares", () => Map("Shares by name.", "number")),
    };

    /// <summary>The schema, indented, with a final newline.</summary>
    public static string Write()
    {
        var definitions = new JsonObject();
        foreach ((string name, Type record, string description) in Forms)
        {
            var schema = (JsonObject)Of(record);
            schema.Insert(0, "description", description);
            definitions[name] = schema;
        }

        foreach ((string name, Func<JsonObject> schema) in Own.Values.Where(o => o.Name != "run"))
        {
            definitions[name] = schema();
        }

        foreach ((string name, _, _) in Forms)
        {
            Rebase(definitions[name]!, definitions, name);
        }

        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Capacity results",
            ["description"] = "Lengths and instants are seconds, shares are 0 to 1. null stands for 'no value'.",
            ["anyOf"] = new JsonArray(
                [.. Forms.Select(f => (JsonNode)new JsonObject { ["$ref"] = $"#/$defs/{f.Name}" })]),
            ["$defs"] = definitions,
        };
        var options = new JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        return root.ToJsonString(options).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonNode Of(Type record) => JsonSchemaExporter.GetJsonSchemaAsNode(
        StoredContract.Options, record, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => Transform(context, schema, record),
        });

    /// <summary>Says what converters write, and refers to what is described once.</summary>
    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema, Type root)
    {
        Type type = context.TypeInfo.Type;
        if (type != root && Own.TryGetValue(type, out (string Name, Func<JsonObject> Schema) own))
        {
            return new JsonObject { ["$ref"] = $"#/$defs/{own.Name}" };
        }

        if (type == typeof(double) || type == typeof(double?))
        {
            return new JsonObject { ["type"] = new JsonArray("number", "null") };
        }

        if (type == typeof(ulong))
        {
            return new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]{1,20}$" };
        }

        if (schema is JsonObject map && context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            // Computed members are written, and ignored when they are read.
            JsonPropertyInfo? version =
                context.TypeInfo.Properties.FirstOrDefault(p => p.Name == "schemaVersion");
            if (version is not null && map["properties"]?["schemaVersion"] is not null)
            {
                map["properties"]!["schemaVersion"] = new JsonObject { ["const"] = RunResultJson.SchemaVersion };
            }
        }

        return schema;
    }

    /// <summary>References from the root of one form, as the exporter writes them, become references from the root of
    /// the whole.</summary>
    private static void Rebase(JsonNode node, JsonObject definitions, string form)
    {
        if (node is JsonArray list)
        {
            list.Where(entry => entry is not null).ToList().ForEach(entry => Rebase(entry!, definitions, form));
        }
        else if (node is JsonObject map)
        {
            if (map["$ref"] is JsonValue value && value.TryGetValue(out string? reference)
                && !reference.StartsWith("#/$defs/", StringComparison.Ordinal))
            {
                map["$ref"] = FromWhole(reference, definitions, form);
            }

            foreach ((_, JsonNode? member) in map.Where(m => m.Value is not null).ToList())
            {
                Rebase(member!, definitions, form);
            }
        }
    }

    private static string FromWhole(string reference, JsonObject definitions, string form)
    {
        string path = $"#/$defs/{form}";
        JsonNode at = definitions[form]!;
        foreach (string step in reference.Split('/').Skip(1))
        {
            at = at[step]!;
            path += $"/{step}";
            if (at is JsonObject map && map["$ref"]?.GetValue<string>() is { } other
                && other.StartsWith("#/$defs/", StringComparison.Ordinal))
            {
                path = other;
                at = definitions[other["#/$defs/".Length..]]!;
            }
        }

        return path;
    }

    private static JsonObject Histogram() => new()
    {
        ["description"] = "Durations in log-linear buckets: 128 per octave from 2^-20 s. Bucket i begins at "
            + "2^(floor(i/128)-20) * (1 + (i mod 128)/128) seconds.",
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["count"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            ["sum"] = new JsonObject { ["type"] = "number", ["minimum"] = 0 },
            ["max"] = new JsonObject { ["type"] = "number", ["minimum"] = 0 },
            ["buckets"] = new JsonObject
            {
                ["description"] = "[bucket, count] of every bucket that is not empty.",
                ["type"] = "array",
                ["items"] = new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
                    ["minItems"] = 2,
                    ["maxItems"] = 2,
                },
            },
        },
        ["required"] = new JsonArray("sum", "max", "buckets"),
    };

    private static JsonObject StatusCodes() => Map("Answers by HTTP status; 0 is a broken connection.", "integer");

    private static JsonObject Map(string description, string values) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["additionalProperties"] = new JsonObject { ["type"] = values },
    };
}
