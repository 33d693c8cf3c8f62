using Capacity.Model;

namespace Capacity.Control.Rules;

/// <summary>Finds a character of a YAML scalar's text in the file that it was read from.</summary>
internal static class YamlPlace
{
    /// <summary>The place of some characters of a scalar's text.</summary>
    /// <returns>Exact for plain, quoted (without escapes before it) and <c>|</c> texts; for <c>&gt;</c> the right line
    /// unless lines were folded before it.</returns>
    public static SourceSpan Of(YamlScalar scalar, int offset, int length)
    {
        SourceSpan at = scalar.At;
        string line = at.Source?.Line(at.Line) ?? "";
        char first = at.Column >= 1 && at.Column <= line.Length ? line[at.Column - 1] : ' ';
        if (scalar.Plain || first is not ('|' or '>'))
        {
            return at.Right(offset + (first is '"' or '\'' ? 1 : 0), length);
        }

        int bounded = Math.Clamp(offset, 0, scalar.Text.Length);
        int linesBefore = scalar.Text.AsSpan(0, bounded).Count('\n');
        int lineStart = bounded == 0 ? 0 : scalar.Text.LastIndexOf('\n', bounded - 1) + 1;
        string firstLine = at.Source!.Line(at.Line + 1);
        int indent = firstLine.Length - firstLine.TrimStart(' ').Length;
        int column = indent + 1 + (bounded - lineStart);
        return at with { Line = at.Line + 1 + linesBefore, Column = column, Length = length };
    }
}
