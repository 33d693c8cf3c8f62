using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Capacity.Model;

namespace Capacity.Scripting;

/// <summary>Reads the items of a feed from a file's text.</summary>
internal static class FeedReader
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new BooleanWord(), new JsonStringEnumConverter() },
    };

    /// <summary>Reads a JSON list.</summary>
    /// <returns>The items, or CAP160.</returns>
    public static Parsed<IReadOnlyList<T>> ReadJson<T>(SourceText source)
        where T : notnull
    {
        try
        {
            List<T>? items = JsonSerializer.Deserialize<List<T>>(source.Text, Options);
            return items is null || items.Any(i => i is null)
                ? Wrong(source, 1, 1, "the file is null, or has an entry that is")
                : items;
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException or ArgumentException
            or InvalidOperationException)
        {
            var json = problem as JsonException;
            return Wrong(source, Place(json?.LineNumber), Place(json?.BytePositionInLine), OneLine(problem.Message));
        }
    }

    /// <summary>Reads CSV with a line of names; fields may stand in double quotes, which are doubled inside.</summary>
    /// <returns>The items, or CAP160 for each row that does not fit.</returns>
    public static Parsed<IReadOnlyList<T>> ReadCsv<T>(SourceText source)
        where T : notnull
    {
        var diagnostics = new List<Diagnostic>();
        var items = new List<T>();
        string[]? names = null;
        foreach ((int line, string[] fields) in Rows(source.Text))
        {
            if (names is null)
            {
                names = [.. fields.Select(f => f.Trim())];
                if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Length)
                {
                    diagnostics.Add(Wrong(source, line, 1, "two columns have the same name"));
                    break;
                }
            }
            else if (fields.Length != names.Length)
            {
                diagnostics.Add(Wrong(source, line, 1, string.Create(CultureInfo.InvariantCulture,
                    $"this row has {fields.Length} fields, but the first line names {names.Length}")));
            }
            else if (Item<T>(names, fields, out string problem) is { } item)
            {
                items.Add(item);
            }
            else
            {
                diagnostics.Add(Wrong(source, line, 1, problem));
            }
        }

        if (items.Count == 0 && diagnostics.Count == 0)
        {
            diagnostics.Add(Wrong(source, 1, 1, "the file has no rows below its line of names"));
        }

        return Parsed<IReadOnlyList<T>>.From(items, diagnostics);
    }

    private static T? Item<T>(string[] names, string[] fields, out string problem)
        where T : notnull
    {
        problem = "";
        if (typeof(T) == typeof(string))
        {
            return (T)(object)fields[0];
        }

        var row = new JsonObject();
        foreach ((string name, string field) in names.Zip(fields))
        {
            row[name] = field;
        }

        try
        {
            return row.Deserialize<T>(Options) is { } item ? item : default;
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException or ArgumentException
            or InvalidOperationException)
        {
            problem = OneLine(wrong.Message);
            return default;
        }
    }

    /// <summary>Rows that are not empty, with the number of their first line.</summary>
    private static IEnumerable<(int Line, string[] Fields)> Rows(string text)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        int line = 1;
        int began = 1;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : '\n';
            bool ends = i == text.Length;
            if (quoted && !ends)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }

                line += c == '\n' ? 1 : 0;
                continue;
            }

            switch (c)
            {
                case '"' when field.Length == 0:
                    quoted = true;
                    break;
                case ',':
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                case '\n':
                    fields.Add(field.ToString().TrimEnd('\r'));
                    field.Clear();
                    if (fields.Count > 1 || fields[0].Trim().Length > 0)
                    {
                        yield return (began, [.. fields]);
                    }

                    fields.Clear();
                    began = ++line;
                    break;
                default:
                    field.Append(c);
                    break;
            }
        }
    }

    private static int Place(long? zeroBased) => (int)Math.Clamp((zeroBased ?? 0) + 1, 1, int.MaxValue);

    private static Diagnostic Wrong(SourceText source, int line, int column, string message) =>
        new("CAP160", new SourceSpan(source, line, column, 1), message,
            "each row must fit the properties of the feed's type");

    private static string OneLine(string text) =>
        string.Concat(text.ReplaceLineEndings(" ").Where(c => !char.IsControl(c)));

    /// <summary>true and false as words, as CSV has them.</summary>
    private sealed class BooleanWord : JsonConverter<bool>
    {
        public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                JsonTokenType.String when bool.TryParse(reader.GetString(), out bool value) => value,
                _ => throw new JsonException("true or false is expected"),
            };

        public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) =>
            writer.WriteBooleanValue(value);
    }
}
