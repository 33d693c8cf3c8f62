using System.Globalization;
using System.Text;

namespace Capacity.Tests.Conformance;

/// <summary>The table of all suites: one row each, and what differs without a name below it.</summary>
internal sealed class ConformanceTable(NamedDifferences named)
{
    private const double NamedShareMax = 0.02;
    private const int ShownMax = 10;

    private readonly List<string[]> _rows = [["suite", "cases", "equal", "named differences", "verdict"]];
    private readonly List<string> _notes = [];

    /// <summary>Whether a suite has differences that nobody named.</summary>
    public bool HasUnnamedDifferences { get; private set; }

    /// <summary>A suite that has no file here.</summary>
    public void AddAbsent(string suite) => _rows.Add([suite, "", "", "", "absent"]);

    /// <summary>A suite that could not be run to its end.</summary>
    public void AddBroken(string suite, string why)
    {
        HasUnnamedDifferences = true;
        _rows.Add([suite, "", "", "", "BROKEN"]);
        _notes.Add($"{suite}: {why}");
    }

    /// <summary>A suite that ran.</summary>
    public void Add(SuiteResult result)
    {
        var unnamed = result.Differences.Where(d => !named.Names(result.Suite, d)).ToList();
        int namedCount = result.Differences.Count - unnamed.Count;
        bool good = result.ShareRequired < 1
            ? result.Share >= result.ShareRequired
            : unnamed.Count == 0 && namedCount <= NamedShareMax * result.Cases;
        string verdict = !good ? "DIFFERS"
            : result.Differences.Count == 0 ? "equal"
            : namedCount > 0 ? "equal but for those named" : "close enough";
        HasUnnamedDifferences |= !good;
        _rows.Add([result.Suite, Text(result.Cases), Text(result.Cases - result.Differences.Count), Text(namedCount),
            verdict]);
        _notes.AddRange(result.Notes);
        if (!good)
        {
            _notes.AddRange(unnamed.Take(ShownMax).Select(d => $"{result.Suite}: {d.Case}\n  {d.What}"));
        }
    }

    /// <summary>The table, then the notes.</summary>
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, 5).Select(c => _rows.Max(r => r[c].Length))];
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells = row.Select((cell, i) =>
                i is 1 or 2 or 3 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            text.AppendJoin(" | ", cells).Append('\n');
        }

        return text.Append('\n').AppendJoin('\n', _notes).Append('\n').ToString();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
