using System.Text.RegularExpressions;

namespace Capacity.Tests.Architecture;

public sealed class SourceTextTests
{
    private const int LinesMax = 400;
    private const int ColumnsMax = 120;

    private static readonly string[] CodeFolders = ["scenarios", "swarm", "sim", "reports"];

    private static readonly Regex TypeName =
        new(@"\b(?:class|struct|interface|enum|record(?: struct)?) ([A-Z]\w+)", RegexOptions.NonBacktracking);

    private static readonly Regex VagueWord =
        new("(Manager|Helper|Helpers|Util|Utils|Utility|Common|Impl|Base|Data)$", RegexOptions.NonBacktracking);

    /// <summary>Home folders, private addresses and names that only resolve inside one network.</summary>
    private static readonly Regex MachinePlace = new(
        @"(^|[^\w./-])/(work|root|home/\w+|Users/\w+)/|[A-Z]:\\Users\\"
        + @"|https?://[\w.-]+\.(internal|corp|lan|intranet)\b|https?://(10\.\d+|192\.168)\.\d+\.\d+"
        + @"|""resolved"":\s*""https?://|_authToken", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex UsedCode =
        new("\"((?:CAP|YAML|DUR|PQL|RUL|STK|AM)[0-9]{3})\"", RegexOptions.NonBacktracking);

    [Fact]
    public void Files_end_before_line_400()
    {
        IEnumerable<string> tooLong = SourceFiles.Below("", ".cs", ".ts", ".mjs", ".sh")
            .Select(f => (File: f, Lines: SourceFiles.Text(f).Count(c => c == '\n')))
            .Where(f => f.Lines > LinesMax).Select(f => $"{f.File}: {f.Lines} lines");

        None(tooLong);
    }

    [Fact]
    public void Lines_end_before_column_120()
    {
        IEnumerable<string> tooWide = SourceFiles.Below("", ".cs")
            .SelectMany(f => CodeLines(SourceFiles.Text(f)).Where(line => line.Text.Length > ColumnsMax)
                .Select(line => $"{f}:{line.Number}: {line.Text.Length} columns"));

        None(tooWide);
    }

    [Fact]
    public void Names_say_what_a_type_does()
    {
        IEnumerable<string> vague = SourceFiles.Below("", ".cs").SelectMany(f => TypeName.Matches(SourceFiles.Text(f))
            .Select(m => m.Groups[1].Value).Where(name => VagueWord.IsMatch(name)).Select(name => $"{f}: {name}"));

        None(vague);
    }

    [Fact]
    public void No_file_knows_one_persons_machine_or_network()
    {
        IEnumerable<string> found = SourceFiles.Below("")
            .Where(f => Path.GetExtension(f)
            is ".cs" or ".md" or ".yml" or ".yaml" or ".json" or ".props" or ".csproj" or ".sh"
                or ".mjs" or ".js" or ".ts" or ".css" or ".html" or "" or ".npmrc" or ".config" or ".txt" or ".cfg")
            .Where(f => !f.EndsWith(nameof(SourceTextTests) + ".cs", StringComparison.Ordinal))
            .SelectMany(f => MachinePlace.Matches(SourceFiles.Text(f)).Select(m => $"{f}: {m.Value}"));

        None(found);
    }

    [Fact]
    public void Every_scenario_begins_with_what_it_shows_and_the_schema_for_editors()
    {
        Assert.All(SourceFiles.Below("scenarios/library", ".yaml"), file =>
        {
            string[] lines = SourceFiles.Text(file).Split('\n');
            Assert.Matches("^# .{20,}", lines[0]);
            Assert.Equal("# yaml-language-server: $schema=../scenario.schema.json", lines[1]);
        });
    }

    [Fact]
    public void Every_script_of_the_library_begins_with_what_it_shows()
    {
        Assert.All(SourceFiles.Below("scenarios/library", ".cs"), file =>
            Assert.Matches(@"\A(#![^\n]*\n)?// .{20,}", SourceFiles.Text(file)));
    }

    [Fact]
    public void Every_diagnostic_is_documented()
    {
        IEnumerable<string> used = CodeFolders
            .SelectMany(folder => SourceFiles.Below(folder, ".cs"))
            .SelectMany(f => UsedCode.Matches(SourceFiles.Text(f)).Select(m => m.Groups[1].Value));
        string page = SourceFiles.Text("docs/diagnostics.md");

        None(used.Distinct(StringComparer.Ordinal)
            .Where(code => !page.Contains($"| `{code}` |", StringComparison.Ordinal)));
    }

    /// <summary>The lines of a file without those of raw strings: they hold text in another language.</summary>
    private static IEnumerable<(int Number, string Text)> CodeLines(string text)
    {
        bool raw = false;
        foreach ((int index, string line) in text.Split('\n').Index())
        {
            int marks = line.Split("\"\"\"").Length - 1;
            if (!raw && marks == 0)
            {
                yield return (index + 1, line);
            }

            raw ^= marks % 2 == 1;
        }
    }

    private static void None(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }
}
