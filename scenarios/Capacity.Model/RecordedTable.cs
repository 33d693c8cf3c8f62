using System.Globalization;
using System.Text.Json;

namespace Capacity.Model;

/// <summary>Reads the lines of recordings that name their columns: CSV and NDJSON.</summary>
internal sealed class RecordedTable
{
    private static readonly string[] Instants = ["at", "time", "timestamp", "ts", "instant", "seconds", "date", "t"];
    private static readonly string[] KindNames = ["kind", "name", "request", "type"];
    private static readonly string[] Methods = ["method", "verb"];
    private static readonly string[] Paths = ["path", "url", "uri", "target"];

    private readonly List<string> _cells = [];
    private char _separator;
    private int _at;
    private int _kind = -1;
    private int _method = -1;
    private int _path = -1;

    /// <summary>Reads the first line of a CSV file.</summary>
    /// <returns>Whether it names the columns; otherwise they are instant and kind, or instant, method and path.
    /// </returns>
    public bool ReadHeader(ReadOnlySpan<char> line)
    {
        _separator = line.Contains('\t') ? '\t' : line.Contains(';') ? ';' : ',';
        Split(line);
        bool isHeader = !TryInstant(_cells[0], out _, out _);
        if (!isHeader)
        {
            _kind = _cells.Count == 2 ? 1 : -1;
            (_method, _path) = _cells.Count > 2 ? (1, 2) : (-1, -1);
            return false;
        }

        (_at, _kind, _method, _path) = (Column(Instants), Column(KindNames), Column(Methods), Column(Paths));
        return true;
    }

    /// <summary>Reads a line of CSV.</summary>
    public bool TryCsv(ReadOnlySpan<char> line, out RecordedLine read)
    {
        read = default;
        Split(line);
        return _at >= 0 && _at < _cells.Count && TryInstant(_cells[_at], out read.Seconds, out read.IsAbsolute)
            && TryMarks(Cell(_kind), Cell(_method), Cell(_path), ref read);
    }

    /// <summary>Reads a line of NDJSON.</summary>
    public static bool TryJson(ReadOnlySpan<char> line, out RecordedLine read)
    {
        read = default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line.ToString());
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && Find(root, Instants) is { } at && TryInstant(at, out read.Seconds, out read.IsAbsolute)
                && TryMarks(Find(root, KindNames), Find(root, Methods), Find(root, Paths), ref read);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            return false; // not JSON, or text that is no Unicode
        }
    }

    /// <summary>Whether a text is the name of a column of instants.</summary>
    public static bool IsHeader(ReadOnlySpan<char> text) =>
        Instants.Contains(text.Trim().ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads an instant: seconds, a Unix time in s, ms, µs or ns, or a date as of ISO 8601.</summary>
    /// <remarks>Seconds below 10⁸ count from the beginning of the recording: three years.</remarks>
    public static bool TryInstant(string text, out double seconds, out bool isAbsolute)
    {
        isAbsolute = false;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds))
        {
            double unit = seconds < 1e11 ? 1 : seconds < 1e14 ? 1e3 : seconds < 1e17 ? 1e6 : 1e9;
            isAbsolute = seconds >= 1e8;
            seconds /= unit;
            return seconds is >= 0 and < 1e11;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out DateTimeOffset date) || text.Length < 10 || !char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        isAbsolute = true;
        seconds = (date - DateTimeOffset.UnixEpoch).TotalSeconds;
        return seconds >= 0;
    }

    private static bool TryMarks(string? kind, string? method, string? path, ref RecordedLine read)
    {
        if (path is null)
        {
            if (kind is not null && kind.Contains(' ', StringComparison.Ordinal)
                && AccessLogLine.TryRequest(kind, ref read))
            {
                return true; // a request line in place of a name
            }

            read.Kind = kind;
            return true; // without a kind it is drawn
        }

        read.Kind = kind;
        read.Method = string.IsNullOrEmpty(method) ? "GET" : method;
        read.Path = AccessLogLine.PathOf(path);
        return read.Path.Length > 0;
    }

    private static string? Find(JsonElement root, string[] names)
    {
        foreach (string name in names)
        {
            if (root.TryGetProperty(name, out JsonElement value)
                && value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                return value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
            }
        }

        return null;
    }

    private string? Cell(int column) => column >= 0 && column < _cells.Count ? _cells[column] : null;

    private int Column(string[] names) =>
        _cells.FindIndex(c => names.Contains(c.Trim().TrimStart('\uFEFF'), StringComparer.OrdinalIgnoreCase));

    private void Split(ReadOnlySpan<char> line)
    {
        _cells.Clear();
        int from = 0;
        while (from <= line.Length)
        {
            bool quoted = from < line.Length && line[from] == '"';
            int end = quoted ? EndOfQuotes(line, from + 1) : from;
            int separator = end > line.Length ? -1 : line[Math.Min(end, line.Length)..].IndexOf(_separator);
            int to = separator < 0 ? line.Length : end + separator;
            ReadOnlySpan<char> cell = line[from..to].Trim();
            _cells.Add(quoted && cell.Length >= 2 && cell[^1] == '"'
                ? cell[1..^1].ToString().Replace("\"\"", "\"", StringComparison.Ordinal)
                : cell.ToString());
            from = to + 1;
        }
    }

    private static int EndOfQuotes(ReadOnlySpan<char> line, int from)
    {
        for (int i = from; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (i + 1 >= line.Length || line[i + 1] != '"')
                {
                    return i + 1;
                }

                i++;
            }
        }

        return line.Length;
    }
}
