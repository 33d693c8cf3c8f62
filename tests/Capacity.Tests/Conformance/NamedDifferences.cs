using Capacity.Tests.Support;

namespace Capacity.Tests.Conformance;

/// <summary>The differences that docs/conformance.md lists with their reasons.</summary>
internal sealed class NamedDifferences
{
    private const string Heading = "| suite | cases whose text holds |";

    private readonly List<(string Suite, string Part)> _rows = [];

    /// <summary>Reads the table out of the page.</summary>
    public NamedDifferences(string markdown)
    {
        IEnumerable<string> lines = markdown.Split('\n').Select(l => l.Trim())
            .SkipWhile(l => !l.StartsWith(Heading, StringComparison.Ordinal)).Skip(2)
            .TakeWhile(l => l.StartsWith('|'));
        foreach (string line in lines)
        {
            string[] cells = [.. line.Split(" | ").Select(c => c.Trim('|', ' ', '`'))];
            if (cells.Length >= 3 && cells[1].Length > 0 && cells[2].Length > 0)
            {
                _rows.Add((cells[0], cells[1]));
            }
        }
    }

    /// <summary>What the page says now.</summary>
    public static NamedDifferences Read() => new(File.ReadAllText(Repository.At("docs", "conformance.md")));

    /// <summary>Whether the page gives a reason for this difference.</summary>
    public bool Names(string suite, CaseDifference difference) => _rows.Any(r =>
        suite.StartsWith(r.Suite, StringComparison.Ordinal)
        && difference.Case.Contains(r.Part, StringComparison.Ordinal));
}
