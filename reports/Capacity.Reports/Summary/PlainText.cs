namespace Capacity.Reports;

/// <summary>Text from users' files and from services, made fit for XML, HTML and Markdown alike.</summary>
internal static class PlainText
{
    /// <summary>Replaces what XML 1.0 forbids (control characters, halves of surrogate pairs) by U+FFFD.</summary>
    public static string Clean(string text)
    {
        bool clean = true;
        for (int i = 0; i < text.Length && clean; i++)
        {
            clean = IsFine(text, i);
        }

        return clean ? text : string.Create(text.Length, text, static (to, from) =>
        {
            for (int i = 0; i < from.Length; i++)
            {
                to[i] = IsFine(from, i) ? from[i] : '\ufffd';
            }
        });
    }

    /// <summary>The text on one line.</summary>
    public static string OneLine(string text) => Clean(text).ReplaceLineEndings(" ").Trim();

    /// <summary>The text on one line, with the spaces that it begins with.</summary>
    public static string OneLineKeepingIndent(string text) => Clean(text).ReplaceLineEndings(" ").Replace('\t', ' ')
        .TrimEnd();

    private static bool IsFine(string text, int i) => text[i] switch
    {
        '\t' or '\n' or '\r' => true,
        < ' ' or (>= '\u007f' and <= '\u009f') or '\ufffe' or '\uffff' => false, // also what moves a terminal's cursor
        char c when char.IsHighSurrogate(c) => i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]),
        char c when char.IsLowSurrogate(c) => i > 0 && char.IsHighSurrogate(text[i - 1]),
        _ => true,
    };
}
