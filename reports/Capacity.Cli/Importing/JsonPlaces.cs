using System.Text;
using System.Text.Json;
using Capacity.Model;

namespace Capacity.Cli.Importing;

/// <summary>A value of a JSON file, and where it stands.</summary>
/// <param name="At">Its place.</param>
/// <param name="Kind">String, number, object and so on.</param>
/// <param name="Text">Text of a string or number; empty otherwise.</param>
/// <param name="Members">Members of an object; of several with one name the last.</param>
/// <param name="Items">Entries of a list.</param>
internal sealed record JsonPlace(
    SourceSpan At, JsonValueKind Kind, string Text, IReadOnlyDictionary<string, JsonPlace> Members,
    IReadOnlyList<JsonPlace> Items)
{
    private static readonly IReadOnlyDictionary<string, JsonPlace> NoMembers =
        new Dictionary<string, JsonPlace>(StringComparer.Ordinal);

    /// <summary>The value as a number; null when it is none.</summary>
    public double? Number => Kind == JsonValueKind.Number && double.TryParse(Text,
        System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number) ? number : null;

    /// <summary>A member, or null.</summary>
    public JsonPlace? this[string name] => Members.GetValueOrDefault(name);

    /// <summary>Reads a file.</summary>
    /// <returns>Its value, or CAP162 where it is no JSON.</returns>
    public static Parsed<JsonPlace> Read(SourceText source)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(source.Text.TrimStart('\uFEFF'));
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions
        {
            AllowTrailingCommas = true,
            CommentHandling = JsonCommentHandling.Skip,
            MaxDepth = 128,
        });
        try
        {
            var lines = new LineStarts(bytes);
            reader.Read();
            JsonPlace root = Value(ref reader, source, lines);
            return reader.Read()
                ? new Diagnostic("CAP162", lines.At(source, reader.TokenStartIndex), "more follows the JSON value",
                    "give a file with one object")
                : root;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            var json = problem as JsonException;
            int line = (int)Math.Clamp((json?.LineNumber ?? 0) + 1, 1, int.MaxValue);
            int column = (int)Math.Clamp((json?.BytePositionInLine ?? 0) + 1, 1, int.MaxValue);
            return new Diagnostic("CAP162", new SourceSpan(source, line, column, 1), "this is not JSON",
                "give a HAR file, or the JSON of k6's options");
        }
    }

    private static JsonPlace Value(ref Utf8JsonReader reader, SourceText source, LineStarts lines)
    {
        SourceSpan at = lines.At(source, reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new Dictionary<string, JsonPlace>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    reader.Read();
                    members[name] = Value(ref reader, source, lines);
                }

                return new JsonPlace(at, JsonValueKind.Object, "", members, []);
            case JsonTokenType.StartArray:
                var items = new List<JsonPlace>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Value(ref reader, source, lines));
                }

                return new JsonPlace(at, JsonValueKind.Array, "", NoMembers, items);
            case JsonTokenType.String:
                return new JsonPlace(at, JsonValueKind.String, reader.GetString()!, NoMembers, []);
            case JsonTokenType.Number:
                return new JsonPlace(at, JsonValueKind.Number, Encoding.UTF8.GetString(reader.ValueSpan), NoMembers,
                    []);
            default:
                return new JsonPlace(at, reader.TokenType switch
                {
                    JsonTokenType.True => JsonValueKind.True,
                    JsonTokenType.False => JsonValueKind.False,
                    _ => JsonValueKind.Null,
                }, "", NoMembers, []);
        }
    }

    /// <summary>Where the lines of a text begin.</summary>
    private sealed class LineStarts
    {
        private readonly List<int> _starts = [0];

        public LineStarts(byte[] bytes)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] == '\n')
                {
                    _starts.Add(i + 1);
                }
            }
        }

        public SourceSpan At(SourceText source, long offset)
        {
            int line = _starts.BinarySearch((int)offset);
            line = line >= 0 ? line : ~line - 1;
            return new SourceSpan(source, line + 1, (int)offset - _starts[line] + 1, 1);
        }
    }
}
