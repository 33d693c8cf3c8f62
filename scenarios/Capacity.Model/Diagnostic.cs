namespace Capacity.Model;

/// <summary>How bad a diagnostic is.</summary>
public enum Severity
{
    /// <summary>The input is refused.</summary>
    Error,

    /// <summary>The input is used, but probably does not do what its author expects.</summary>
    Warning,
}

/// <summary>One thing wrong with what the user wrote, said so that they can fix it without reading our code.</summary>
/// <param name="Code">Stable identifier, for example <c>CAP010</c>; documented in docs/diagnostics.md.</param>
/// <param name="At">Where in which file; <see cref="SourceSpan.None"/> when there is no text to point at.</param>
/// <param name="Message">What is wrong, in terms of the user's text. No full stop.</param>
/// <param name="Hint">What to write instead; may be empty.</param>
/// <param name="Severity">Whether the input is refused.</param>
public sealed record Diagnostic(
    string Code, SourceSpan At, string Message, string Hint, Severity Severity = Severity.Error)
{
    private const int LongestLine = 400;

    /// <summary>The form that compilers print: a headline, the place, the line, a caret and the hint.</summary>
    /// <returns>Two to four lines without a final newline.</returns>
    public override string ToString()
    {
        string kind = Severity == Severity.Error ? "error" : "warning";
        string head = $"{kind}[{Code}]: {Message}";
        if (At.Source is null)
        {
            return Hint.Length == 0 ? head : $"{head}\n  = {Hint}";
        }

        string line = At.Source.Line(At.Line).Replace('\t', ' ');
        string number = $"{At.Line}".PadLeft(4);
        string gutter = new(' ', number.Length);
        int from = Math.Clamp(At.Column - 1, 0, line.Length);
        if (line.Length > LongestLine) // a stored result is one line: show the place, not all of it
        {
            int start = Math.Clamp(from - (LongestLine / 2), 0, line.Length - LongestLine);
            (line, from) = (line.Substring(start, LongestLine), from - start);
        }

        string caret = new('^', Math.Clamp(At.Length, 1, Math.Max(1, line.Length - from)));
        return $"{head}\n  --> {At.Source.Path}:{At.Line}:{At.Column}\n{number} | {line}\n{gutter} | "
            + $"{new string(' ', from)}{caret} {Hint}".TrimEnd();
    }
}
