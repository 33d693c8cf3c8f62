namespace Capacity.Model;

/// <summary>Finds the kind of a recorded request: by name, or by method and path.</summary>
internal sealed class KindMatcher
{
    private readonly IReadOnlyList<RequestKind> _kinds;
    private readonly string[] _patterns;

    /// <summary>Prepares to match.</summary>
    /// <param name="kinds">The first that fits is taken.</param>
    public KindMatcher(IReadOnlyList<RequestKind> kinds)
    {
        _kinds = kinds;
        _patterns = [.. kinds.Select(k => k.Match ?? k.Path.Split('?', 2)[0])];
    }

    /// <summary>The kind's index; −1 when the line does not say; null when it is none of them.</summary>
    public short? KindOf(in RecordedLine line)
    {
        if (line.Kind.IsEmpty && line.Path.IsEmpty)
        {
            return _kinds.Count == 1 ? (short)0 : (short)-1;
        }

        for (int i = 0; i < _kinds.Count && i < short.MaxValue; i++)
        {
            if (line.Kind.IsEmpty
                ? line.Method.SequenceEqual(_kinds[i].Method) && Fits(_patterns[i], line.Path)
                : line.Kind.SequenceEqual(_kinds[i].Name))
            {
                return (short)i;
            }
        }

        return null;
    }

    /// <summary>Whether a path fits a pattern in which <c>*</c> stands for any characters.</summary>
    internal static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        int p = 0;
        int at = 0;
        int star = -1;
        int resume = 0;
        while (at < path.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = at;
            }
            else if (p < pattern.Length && pattern[p] == path[at])
            {
                p++;
                at++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                at = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
