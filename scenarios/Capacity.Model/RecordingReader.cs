using System.Globalization;

namespace Capacity.Model;

/// <summary>Reads recordings of requests: access logs, CSV and NDJSON. Any text is read to its end.</summary>
public static class RecordingReader
{
    /// <summary>Most requests of one recording.</summary>
    public const int RequestsMax = 20_000_000;

    /// <summary>The formats as a scenario names them.</summary>
    internal static readonly string[] FormatNames = ["combined", "nginx", "apache", "haproxy", "csv", "ndjson"];

    /// <summary>Reads a recording.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">How the scenario names it.</param>
    /// <param name="kinds">The kinds of requests that its lines are matched with. At least one.</param>
    /// <returns>The requests in order of arrival, with warnings CAP105 (lines of no kind) and CAP106 (lines that cannot
    /// be read); or CAP104 (unknown format) or CAP107 (nothing to play, or too much).</returns>
    public static Parsed<RecordedArrivals> Read(
        TextReader text, RecordingFile file, IReadOnlyList<RequestKind> kinds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(kinds.Count, nameof(kinds));
        var reading = new RecordingReading(file, kinds);
        var lines = new BoundedLines(text);
        while (lines.TryRead(out ReadOnlySpan<char> line))
        {
            if (!reading.Take(line, lines.Number))
            {
                break;
            }
        }

        return reading.Result();
    }

    /// <summary>The format of a word; null for null.</summary>
    internal static RecordingFormat? FormatOf(string? word) => word switch
    {
        null => null,
        "haproxy" => RecordingFormat.Haproxy,
        "csv" => RecordingFormat.Csv,
        "ndjson" => RecordingFormat.Ndjson,
        _ => RecordingFormat.Combined,
    };
}

/// <summary>A recording while it is read.</summary>
internal sealed class RecordingReading(RecordingFile file, IReadOnlyList<RequestKind> kinds)
{
    private readonly KindMatcher _matcher = new(kinds);
    private readonly RecordedTable _table = new();
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly List<double> _at = [];
    private readonly List<short> _kinds = [];
    private RecordingFormat? _format = file.Format;
    private bool _began;
    private bool? _absolute;
    private bool _wholeSeconds = true;
    private bool _wholeMilliseconds = true;
    private long _unreadable;
    private Diagnostic? _firstUnreadable;
    private long _unmatched;
    private Diagnostic? _firstUnmatched;

    /// <summary>Takes a line.</summary>
    /// <returns>False when it makes no sense to read on; a diagnostic then says why.</returns>
    public bool Take(ReadOnlySpan<char> line, int number)
    {
        line = line.TrimStart('\uFEFF');
        if (line.Trim().Length == 0 || line[0] == '#')
        {
            return true;
        }

        _format ??= Guess(line);
        if (_format is null)
        {
            _diagnostics.Add(new Diagnostic("CAP104", Place(line, number),
                "this is no line of an access log, of CSV or of NDJSON",
                $"write the stage's 'format': {string.Join(", ", RecordingReader.FormatNames)}"));
            return false;
        }

        bool isFirst = !_began;
        _began = true;
        if (isFirst && _format == RecordingFormat.Csv && _table.ReadHeader(line))
        {
            return true;
        }

        if (!TryRead(line, out RecordedLine read) || (_absolute ?? read.IsAbsolute) != read.IsAbsolute)
        {
            _unreadable++;
            _firstUnreadable ??= new Diagnostic("CAP106", Place(line, number), "", "", Severity.Warning);
            return true;
        }

        _absolute = read.IsAbsolute;
        if (_matcher.KindOf(read) is not { } kind)
        {
            _unmatched++;
            _firstUnmatched ??= new Diagnostic("CAP105", Place(line, number), "", "", Severity.Warning);
            return true;
        }

        return Add(read.Seconds, kind);
    }

    /// <summary>What was read.</summary>
    public Parsed<RecordedArrivals> Result()
    {
        Warn(_firstUnmatched, _unmatched, "of no kind of this scenario, so left out; the first is this",
            "give a kind the path, or 'match: /products/*'");
        Warn(_firstUnreadable, _unreadable, $"not {Words(_format)}, so left out; the first is this",
            "if there are many, write the stage's 'format'");
        bool failed = _diagnostics.Any(d => d.Severity == Severity.Error);
        if (!failed && _at.Count == 0)
        {
            _diagnostics.Add(new Diagnostic("CAP107", file.At, $"{file.Path} has no request to play",
                _unmatched > 0 ? "none of its requests is of a kind of this scenario" : "it may be empty"));
        }

        return failed || _at.Count == 0
            ? Parsed<RecordedArrivals>.Failed(_diagnostics)
            : Parsed<RecordedArrivals>.From(Arrivals(), _diagnostics);
    }

    private static string Words(RecordingFormat? format) => format switch
    {
        RecordingFormat.Haproxy => "of HAProxy's HTTP log",
        RecordingFormat.Csv => "CSV with an instant",
        RecordingFormat.Ndjson => "JSON with an instant",
        _ => "of the combined log format",
    };

    private static RecordingFormat? Guess(ReadOnlySpan<char> line) =>
        line[0] == '{' ? RecordingFormat.Ndjson
        : AccessLogLine.TryHaproxy(line, out _) ? RecordingFormat.Haproxy
        : AccessLogLine.TryCombined(line, out _) ? RecordingFormat.Combined
        : line.IndexOfAny(',', ';', '\t') >= 0 || RecordedTable.IsHeader(line)
            || RecordedTable.TryInstant(line.ToString(), out _, out _)
            ? RecordingFormat.Csv
            : null;

    private bool TryRead(ReadOnlySpan<char> line, out RecordedLine read) => _format switch
    {
        RecordingFormat.Haproxy => AccessLogLine.TryHaproxy(line, out read),
        RecordingFormat.Csv => _table.TryCsv(line, out read),
        RecordingFormat.Ndjson => RecordedTable.TryJson(line, out read),
        _ => AccessLogLine.TryCombined(line, out read),
    };

    private bool Add(double seconds, short kind)
    {
        if (_at.Count == RecordingReader.RequestsMax)
        {
            _diagnostics.Add(new Diagnostic("CAP107", file.At,
                string.Create(CultureInfo.InvariantCulture,
                    $"{file.Path} has more than {RecordingReader.RequestsMax:#,0} requests"),
                "cut out the hours that matter"));
            return false;
        }

        double milliseconds = seconds * 1000;
        _wholeSeconds &= seconds == Math.Floor(seconds);
        _wholeMilliseconds &= Math.Abs(milliseconds - Math.Round(milliseconds)) < 1e-3;
        _at.Add(seconds);
        _kinds.Add(kind);
        return true;
    }

    private RecordedArrivals Arrivals()
    {
        double[] at = [.. _at];
        short[] of = [.. _kinds];
        Array.Sort(at, of); // servers log requests when they end
        double origin = _absolute == true ? Math.Floor(at[0]) : 0;
        double resolution = _wholeSeconds ? 1 : _wholeMilliseconds ? 1e-3 : 1e-6;
        for (int i = 0; i < at.Length; i++)
        {
            at[i] -= origin;
        }

        return new RecordedArrivals(at, of, resolution, at[^1] + resolution);
    }

    private void Warn(Diagnostic? first, long count, string what, string hint)
    {
        if (first is not null)
        {
            _diagnostics.Add(first with
            {
                Message = string.Create(CultureInfo.InvariantCulture,
                    $"{count:#,0} {(count == 1 ? "line is" : "lines are")} {what}"),
                Hint = hint,
            });
        }
    }

    private SourceSpan Place(ReadOnlySpan<char> line, int number)
    {
        string shown = line[..Math.Min(line.Length, 300)].ToString();
        return new SourceSpan(new SourceText(file.Path, shown, number), number, 1, shown.Length);
    }
}
