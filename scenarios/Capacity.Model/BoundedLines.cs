namespace Capacity.Model;

/// <summary>Reads a large text line by line; of a line that is too long only the beginning is kept.</summary>
internal sealed class BoundedLines(TextReader text)
{
    /// <summary>Characters of a line that are kept.</summary>
    public const int LengthMax = 16_384;

    private readonly char[] _buffer = new char[65_536];
    private readonly char[] _line = new char[LengthMax];
    private int _next;
    private int _filled;

    /// <summary>Number of the last line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Reads the next line, without its end.</summary>
    /// <param name="line">Valid until the next one is read.</param>
    /// <returns>False when there is none.</returns>
    public bool TryRead(out ReadOnlySpan<char> line)
    {
        int length = 0;
        bool any = false;
        while (true)
        {
            if (_next == _filled)
            {
                (_next, _filled) = (0, text.Read(_buffer, 0, _buffer.Length));
                if (_filled <= 0)
                {
                    _filled = 0;
                    break;
                }
            }

            any = true;
            ReadOnlySpan<char> rest = _buffer.AsSpan(_next, _filled - _next);
            int end = rest.IndexOf('\n');
            ReadOnlySpan<char> part = end < 0 ? rest : rest[..end];
            int kept = Math.Min(part.Length, LengthMax - length);
            part[..kept].CopyTo(_line.AsSpan(length));
            length += kept;
            _next += end < 0 ? rest.Length : end + 1;
            if (end >= 0)
            {
                break;
            }
        }

        Number += any ? 1 : 0;
        line = _line.AsSpan(0, length).TrimEnd('\r');
        return any;
    }
}
