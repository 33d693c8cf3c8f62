using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Reads one kind of stored record: total, with a place for every fault.</summary>
/// <remarks>
/// Members that nobody knows are ignored, and members that later programs of the same version added may be absent:
/// the record's own default then holds. A higher version is refused before anything else is looked at.
/// </remarks>
/// <typeparam name="T">The record.</typeparam>
/// <param name="noun">For messages, with its article: <c>a stored run</c>.</param>
/// <param name="version">The version that is read.</param>
/// <param name="writers">What writes such files, for hints.</param>
internal sealed class StoredForm<T>(string noun, int version, string writers)
    where T : class
{
    private readonly JsonTypeInfo<T> _contract = (JsonTypeInfo<T>)StoredContract.Options.GetTypeInfo(typeof(T));

    /// <summary>Reads a text.</summary>
    /// <param name="source">Any text.</param>
    /// <param name="contradiction">Says what contradicts what in a record; null when nothing does.</param>
    /// <returns>The record, or CAP091 (not JSON, a member missing or of a wrong type), CAP092 (another version) or
    /// CAP093 (a contradiction).</returns>
    public Parsed<T> Read(SourceText source, Func<T, string?> contradiction)
    {
        if (string.IsNullOrWhiteSpace(source.Text))
        {
            return Wrong("CAP091", Start(source), $"this is not {noun}: the file is empty");
        }

        try
        {
            if (OtherVersion(source) is { } other)
            {
                return other;
            }

            T? value = JsonSerializer.Deserialize(source.Text, _contract);
            if (value is null)
            {
                return Wrong("CAP091", Start(source), $"this is not {noun}: it is null");
            }

            JsonNode whole = JsonNode.Parse(source.Text)!;
            if (AbsentMembers.Fill(whole, _contract))
            {
                value = whole.Deserialize(_contract)!;
            }

            return contradiction(value) is { } why ? Wrong("CAP093", Start(source), why) : value;
        }
        catch (JsonException e)
        {
            return Wrong("CAP091", At(source, e), MessageOf(e));
        }
        catch (Exception e) when (
            e is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            return Wrong("CAP091", Start(source), $"this is not {noun}: it holds text that is not Unicode");
        }
    }

    private static SourceSpan Start(SourceText source) => new(source, 1, 1, 1);

    private static SourceSpan At(SourceText source, JsonException e)
    {
        int line = (int)Math.Clamp((e.LineNumber ?? 0) + 1, 1, int.MaxValue);
        int column = (int)Math.Clamp((e.BytePositionInLine ?? 0) + 1, 1, int.MaxValue);
        return new SourceSpan(source, line, column, 1);
    }

    /// <summary>A file of another version may look different everywhere else, so the version is read alone.</summary>
    private Diagnostic? OtherVersion(SourceText source)
    {
        byte[] text = Encoding.UTF8.GetBytes(source.Text);
        var reader = new Utf8JsonReader(text);
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 }
                && reader.ValueTextEquals("schemaVersion"u8))
            {
                int at = (int)reader.TokenStartIndex;
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int found) && found != version)
                {
                    return new Diagnostic("CAP092", PlaceOf(source, text, at),
                        $"this file is {noun} of version {found}, but version {version} is read",
                        found > version ? "Use the newer capacity that wrote it."
                            : "Make it again with this capacity.");
                }
            }
        }

        return null;
    }

    private static SourceSpan PlaceOf(SourceText source, byte[] text, int at)
    {
        ReadOnlySpan<byte> before = text.AsSpan(0, at);
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new SourceSpan(source, line, column, "\"schemaVersion\"".Length);
    }

    private Diagnostic Wrong(string code, SourceSpan at, string message) =>
        new(code, at, message, $"Give a file that {writers} wrote.");

    private string MessageOf(JsonException e)
    {
        string message = PlainText.OneLine(e.Message);
        foreach (string place in (string[])[" Path:", " LineNumber:"]) // both are told in the message's head
        {
            int at = message.IndexOf(place, StringComparison.Ordinal);
            message = at > 0 ? message[..at] : message;
        }

        const string Missing = "missing required properties including:";
        int missing = message.IndexOf(Missing, StringComparison.Ordinal);
        string what = missing > 0 ? $"it lacks{message[(missing + Missing.Length)..]}" : message;
        what = what.TrimEnd('.');
        return string.IsNullOrEmpty(e.Path) || e.Path == "$"
            ? $"this is not {noun}: {what}"
            : $"this is not {noun}: {what}, at {PlainText.OneLine(e.Path)}";
    }
}
