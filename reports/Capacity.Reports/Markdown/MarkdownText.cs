using System.Text;

namespace Capacity.Reports;

/// <summary>Text for Markdown, where names from users' files must stay text.</summary>
internal static class MarkdownText
{
    private const int Longest = 160; // of a name; sentences of our own may be longer

    /// <summary>One line of plain text: no emphasis, links, mentions, markup or table cells come of it.</summary>
    public static string Escape(string text, int longest = Longest)
    {
        string line = PlainText.OneLine(text);
        if (line.Length > longest)
        {
            line = PlainText.Clean(line[..longest]) + "…";
        }

        var escaped = new StringBuilder(line.Length + 8);
        foreach (char c in line)
        {
            _ = c switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '@' => escaped.Append("&#64;"),
                '|' or '*' or '_' or '`' or '[' or ']' or '#' or '~' or '\\' or '!' or '$' => escaped.Append('\\')
                    .Append(c),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>A block that shows a text as it is, whatever fences it holds.</summary>
    public static string Fenced(string text, string language = "")
    {
        string clean = PlainText.Clean(text).ReplaceLineEndings("\n").TrimEnd();
        int longest = 0;
        int run = 0;
        foreach (char c in clean)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        string fence = new('`', Math.Max(3, longest + 1));
        return $"{fence}{language}\n{clean}\n{fence}\n";
    }

    /// <summary>A table; its cells are Markdown already.</summary>
    public static string Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, int most = 60)
    {
        IReadOnlyList<string>[] all = [.. rows];
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", head).Append(" |\n|").Insert(text.Length, " --- |", head.Count)
            .Append('\n');
        foreach (IReadOnlyList<string> row in all.Take(most))
        {
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        return all.Length > most ? text.Append('\n').Append(all.Length - most).Append(" more.\n").ToString()
            : text.ToString();
    }
}
