namespace Capacity.Model;

/// <summary>A text that a person wrote, with the name under which they know it.</summary>
public sealed class SourceText
{
    private readonly string[] _lines;
    private readonly int _firstLine;

    /// <summary>Wraps a text.</summary>
    /// <param name="path">As the user named it; used in messages only.</param>
    /// <param name="text">The whole text, or one stretch of lines of a large one.</param>
    /// <param name="firstLine">Number of the text's first line, ≥ 1.</param>
    public SourceText(string path, string text, int firstLine = 1)
    {
        _firstLine = firstLine;
        Path = path;
        Text = text;
        _lines = text.Split('\n');
    }

    /// <summary>As the user named it.</summary>
    public string Path { get; }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>One line without its line end.</summary>
    /// <param name="number">One-based. Lines that do not exist are empty.</param>
    public string Line(int number)
    {
        int place = number - _firstLine;
        return place >= 0 && place < _lines.Length ? _lines[place].TrimEnd('\r') : "";
    }
}

/// <summary>A place in a text.</summary>
/// <param name="Source">The text, or null when there is none to point at.</param>
/// <param name="Line">One-based.</param>
/// <param name="Column">One-based.</param>
/// <param name="Length">Characters that the caret underlines, ≥ 0.</param>
public readonly record struct SourceSpan(SourceText? Source, int Line, int Column, int Length)
{
    /// <summary>No place at all.</summary>
    public static SourceSpan None => default;

    /// <summary>The same place, moved right within its line.</summary>
    public SourceSpan Right(int characters, int length) => this with { Column = Column + characters, Length = length };
}
