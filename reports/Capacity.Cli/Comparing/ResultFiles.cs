using System.IO.Enumeration;
using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Cli.Comparing;

/// <summary>The stored runs that a word of the command line names: a file, a folder, or a pattern. The
/// report of a check holds one: its rehearsal.</summary>
internal static class ResultFiles
{
    private const int FilesMax = 10_000;

    /// <summary>Reads one side of a comparison, and explains what is wrong with it.</summary>
    /// <param name="words">Files, folders or patterns such as <c>runs/base-*.json</c>; one baseline may stand alone.
    /// </param>
    /// <param name="console">For errors.</param>
    /// <returns>Null and the exit code, or the side.</returns>
    public static (ComparedSet? Set, ExitCode Code) Read(IReadOnlyList<string> words, CommandConsole console)
    {
        string label = words.Count == 1 ? words[0] : $"{words[0]} and {words.Count - 1} more";
        (IReadOnlyList<SourceText>? files, ExitCode code) = Open(words, console);
        if (files is null)
        {
            return (null, code);
        }

        Parsed<ComparedSet> set = files is [{ } only] && StoredResult.KindOf(only) == StoredKind.Baseline
            ? OfBaseline(only)
            : OfRuns(label, files);
        console.Explain(set.Diagnostics);
        return set.TryGet(out ComparedSet? side) ? (side, ExitCode.Ok) : (null, ExitCode.InvalidScenario);
    }

    /// <summary>The files that words name, read.</summary>
    /// <returns>Null and the exit code when one is not there.</returns>
    private static (IReadOnlyList<SourceText>? Files, ExitCode Code) Open(
        IReadOnlyList<string> words, CommandConsole console)
    {
        var files = new List<SourceText>();
        foreach (string path in words.SelectMany(Expand).Distinct(StringComparer.Ordinal))
        {
            if (!ScenarioInput.TryOpen(path, console, out SourceText? source))
            {
                return (null, ExitCode.Usage);
            }

            files.Add(source);
        }

        return (files, ExitCode.Ok);
    }

    private static IEnumerable<string> Expand(string word)
    {
        string name = Path.GetFileName(word);
        string folder = Path.GetDirectoryName(word) ?? "";
        string pattern = Directory.Exists(word) ? "*.json"
            : name.AsSpan().ContainsAny('*', '?') && !File.Exists(word) ? name : "";
        if (pattern.Length == 0)
        {
            return [word];
        }

        string from = Directory.Exists(word) ? word : folder.Length == 0 ? "." : folder;
        return !Directory.Exists(from) ? [] : Directory.EnumerateFiles(from)
            .Where(f => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(f), ignoreCase: false)
                && !Path.GetFileName(f).StartsWith('.'))
            .Order(StringComparer.Ordinal).Take(FilesMax);
    }

    private static Parsed<ComparedSet> OfBaseline(SourceText file)
    {
        Parsed<Baseline> read = BaselineJson.Read(file);
        return read.TryGet(out Baseline? baseline)
            ? baseline.ToSet(file)
            : Parsed<ComparedSet>.Failed(read.Diagnostics);
    }

    private static Parsed<ComparedSet> OfRuns(string label, IReadOnlyList<SourceText> files)
    {
        var runs = new List<(SourceText, RunResult)>();
        var diagnostics = new List<Diagnostic>();
        foreach (SourceText file in files)
        {
            Parsed<RunResult> read = StoredResult.KindOf(file) == StoredKind.Baseline
                ? OtherKind(file)
                : StoredRun.Read(file);
            diagnostics.AddRange(read.Diagnostics);
            if (read.TryGet(out RunResult? run))
            {
                runs.Add((file, run));
            }
        }

        return diagnostics.Count > 0 ? Parsed<ComparedSet>.Failed(diagnostics) : ComparedSet.Of(label, runs);
    }

    private static Diagnostic OtherKind(SourceText file) => new(
        "CAP176", new SourceSpan(file, 1, 1, 1), "this is not a run: it is a baseline",
        "give the runs alone, as 'capacity run SCENARIO --json FILE' stores them; a baseline stands alone");
}
