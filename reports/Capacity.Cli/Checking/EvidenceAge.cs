using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Checking;

/// <summary>Whether a stored report still speaks of the files and the program of today.</summary>
internal static class EvidenceAge
{
    /// <summary>What has changed since the check.</summary>
    /// <param name="report">As it was stored.</param>
    /// <returns>In words; empty when nothing has changed. Files that are not here are not judged: the report may be
    /// read on another machine.</returns>
    public static IReadOnlyList<string> Changes(CheckReport report)
    {
        var changes = new List<string>();
        if (report.ToolVersion != CapacityProgram.Version)
        {
            changes.Add($"the check was made by capacity {report.ToolVersion}, and this is {CapacityProgram.Version}");
        }

        if (report.Configuration is { } then && Today(report.Scenario) is { } today
            && ConfigurationHash.Of(today) is { } now && now != then)
        {
            changes.Add(today.Source.Text != report.Scenario.Source.Text
                ? $"{report.Scenario.Source.Path} is not the scenario that was checked"
                : "a file that the scenario names is not the one that was checked");
        }

        return changes;
    }

    /// <summary>The report with the verdict that it has today.</summary>
    /// <param name="report">As it was stored.</param>
    /// <param name="changes">From <see cref="Changes"/>.</param>
    public static CheckReport Judge(CheckReport report, IReadOnlyList<string> changes) => changes.Count == 0 ? report
        : report with
        {
            Verdict = Verdict.Decide(report.Launches, report.Comparison,
                [.. report.Verdict.Gates.Where(g => g.Name != Gates.Freshness), Gates.Fresh(changes)]),
        };

    /// <summary>The scenario as it is on disk; null when it is not there or no longer one.</summary>
    private static Scenario? Today(Scenario checkedOne)
    {
        try
        {
            string path = checkedOne.Source.Path;
            var source = new SourceText(path, File.ReadAllText(path));
            return source.Text == checkedOne.Source.Text ? checkedOne
                : ScenarioReader.Read(source, checkedOne.Settings).TryGet(out Scenario? read) ? read
                : checkedOne with { Source = source };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
