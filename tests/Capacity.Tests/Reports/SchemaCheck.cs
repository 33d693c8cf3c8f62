using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Capacity.Tests.Reports;

/// <summary>Checks a value against the parts of JSON Schema that our schemas use; anything else fails.</summary>
internal sealed class SchemaCheck(JsonNode root)
{
    private static readonly string[] Known =
    [
        "$schema", "$defs", "title", "description", "$ref", "anyOf", "const", "enum", "type", "properties", "required",
        "additionalProperties", "items", "minItems", "maxItems", "minimum", "pattern", "default", "format",
    ];

    /// <summary>Everything that is wrong, with its place.</summary>
    public IEnumerable<string> Faults(JsonNode? value, JsonNode schema, string at = "$")
    {
        if (schema is JsonValue always)
        {
            return always.GetValue<bool>() ? [] : [$"{at}: nothing is allowed"];
        }

        JsonObject s = schema.AsObject();
        Assert.All(s, keyword => Assert.Contains(keyword.Key, Known));
        return s["$ref"] is { } reference ? Faults(value, Resolve(reference.GetValue<string>()), at)
            : [.. OfKind(value, s, at), .. OfObject(value, s, at), .. OfList(value, s, at)];
    }

    private IEnumerable<string> OfKind(JsonNode? value, JsonObject s, string at)
    {
        if (s["anyOf"] is JsonArray any && any.All(one => Faults(value, one!, at).Any()))
        {
            yield return $"{at}: none of {any.Count} forms fits";
        }

        if (s["const"] is { } constant && !JsonNode.DeepEquals(constant, value))
        {
            yield return $"{at}: is not {constant}";
        }

        if (s["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
        {
            yield return $"{at}: {value} is none of {words.ToJsonString()}";
        }

        string[] types = s["type"] switch
        {
            JsonArray list => [.. list.Select(t => t!.GetValue<string>())],
            JsonValue one => [one.GetValue<string>()],
            _ => [],
        };
        if (types.Length > 0 && !types.Any(t => Is(value, t)))
        {
            yield return $"{at}: is not {string.Join(" or ", types)}";
        }

        if (s["minimum"] is { } minimum && value is JsonValue number && number.GetValueKind() == JsonValueKind.Number
            && number.GetValue<double>() < minimum.GetValue<double>())
        {
            yield return $"{at}: is too small";
        }

        if (s["pattern"] is { } pattern && value is JsonValue text && text.TryGetValue(out string? word)
            && !Regex.IsMatch(word, pattern.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return $"{at}: '{word}' has another form";
        }
    }

    private IEnumerable<string> OfObject(JsonNode? value, JsonObject s, string at)
    {
        if (value is not JsonObject map)
        {
            return [];
        }

        IEnumerable<string> missing = (s["required"] as JsonArray ?? []).Select(r => r!.GetValue<string>())
            .Where(r => !map.ContainsKey(r)).Select(r => $"{at}: '{r}' is missing");
        JsonObject properties = s["properties"] as JsonObject ?? [];
        return missing.Concat(map.SelectMany(member =>
            properties[member.Key] is { } schema ? Faults(member.Value, schema, $"{at}.{member.Key}")
            : s["additionalProperties"] is { } others ? Faults(member.Value, others, $"{at}.{member.Key}")
            : []));
    }

    private IEnumerable<string> OfList(JsonNode? value, JsonObject s, string at)
    {
        if (value is not JsonArray list)
        {
            return [];
        }

        bool wrongLength = list.Count < (s["minItems"]?.GetValue<int>() ?? 0)
            || list.Count > (s["maxItems"]?.GetValue<int>() ?? int.MaxValue);
        IEnumerable<string> length = wrongLength ? [$"{at}: has {list.Count} entries"] : [];
        return length.Concat(s["items"] is { } items
            ? list.SelectMany((entry, i) => Faults(entry, items, $"{at}[{i}]"))
            : []);
    }

    private JsonNode Resolve(string reference)
    {
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        return reference[2..].Split('/').Aggregate(root, (node, step) =>
            node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!);
    }

    private static bool Is(JsonNode? value, string type) => (value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        _ => type == "number" || (type == "integer" && value!.GetValue<double>() % 1 == 0),
    };
}
