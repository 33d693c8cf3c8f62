using System.Text.RegularExpressions;
using Capacity.Tests.Architecture;

namespace Capacity.Tests.Manual;

/// <summary>A block of commands in a page of the manual.</summary>
/// <param name="Page">Path of the page in the repository.</param>
/// <param name="Line">Line of the fence, from 1.</param>
/// <param name="Mark">What the comment above the block says about its test; null without one.</param>
/// <param name="Text">The commands.</param>
internal sealed partial record CommandBlock(string Page, int Line, string? Mark, string Text)
{
    /// <summary>Whether the test runs it.</summary>
    public bool Runs => Mark is not null && Mark.StartsWith("run", StringComparison.Ordinal);

    /// <summary>For messages and names of tests.</summary>
    public string Place => $"{Page}:{Line}";

    /// <summary>Values of the mark by their names: <c>run; check: --launches 2; exit: 5</c>.</summary>
    public IEnumerable<(string Name, string Value)> Settings => (Mark ?? "").Split(';').Skip(1)
        .Select(part => part.Split(':', 2)).Select(p => (p[0].Trim(), p.Length > 1 ? p[1].Trim() : ""));

    /// <summary>The lines of the commands: continued lines joined, comments and empty lines left out.</summary>
    /// <remarks>So are texts between <c>&lt;&lt;'END'</c> and <c>END</c>.</remarks>
    public IEnumerable<string> Commands
    {
        get
        {
            string? end = null;
            foreach (string line in Continued().Replace(Text, " ").Split('\n'))
            {
                string command = WithoutComment(line);
                if (end is null && command.Length > 0)
                {
                    yield return command;
                }

                Match here = HereText().Match(command);
                end = end is not null ? (line == end ? null : end) : here.Success ? here.Groups["end"].Value : null;
            }
        }
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"<<'(?<end>\w+)'", RegexOptions.ExplicitCapture)]
    private static partial Regex HereText();

    private static string WithoutComment(string line)
    {
        int comment = line.StartsWith('#') ? 0 : line.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Trim();
    }
}

/// <summary>The pages that people read, and what tests look for in them.</summary>
internal static class ManualPage
{
    /// <summary>Languages of blocks that hold something else than commands.</summary>
    private static readonly string[] OtherLanguages =
        ["yaml", "json", "csharp", "javascript", "text", "mermaid", "html"];

    private static readonly Regex Comment =
        new("^<!-- test: (?<mark>.+) -->$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking);

    /// <summary>Paths of all pages.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. SourceFiles.Below("", ".md").Where(p => !p.Contains('/', StringComparison.Ordinal)
            || p.StartsWith("docs/", StringComparison.Ordinal)),
    ];

    /// <summary>The blocks of commands of all pages.</summary>
    public static IReadOnlyList<CommandBlock> Blocks { get; } = [.. All.SelectMany(Of)];

    /// <summary>Fences whose language no test knows.</summary>
    public static IEnumerable<string> UnknownFences() => All.SelectMany(page => Fences(page)
        .Where(f => f.Language != "sh" && !OtherLanguages.Contains(f.Language))
        .Select(f => $"{page}:{f.Line}: ```{f.Language}"));

    private static IEnumerable<CommandBlock> Of(string page)
    {
        string[] lines = SourceFiles.Text(page).Split('\n');
        foreach ((int line, string language, string text) in Fences(page))
        {
            if (language == "sh")
            {
                Match mark = Comment.Match(line > 1 ? lines[line - 2] : "");
                yield return new CommandBlock(page, line, mark.Success ? mark.Groups["mark"].Value : null, text);
            }
        }
    }

    private static IEnumerable<(int Line, string Language, string Text)> Fences(string page)
    {
        string[] lines = SourceFiles.Text(page).Split('\n');
        int? open = null;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            if (open is { } start)
            {
                yield return (start + 1, lines[start][3..].Trim(), string.Join('\n', lines[(start + 1)..i]));
                open = null;
            }
            else
            {
                open = i;
            }
        }
    }
}
