using System.IO.Enumeration;
using Capacity.Control.Rules;
using Capacity.Control.Rules.Testing;
using Capacity.Model;

namespace Capacity.Cli.Commands;

/// <summary>Finds and reads the rule files that a test file names.</summary>
internal static class RulesTestFiles
{
    /// <summary>Reads the groups of all rule files.</summary>
    /// <param name="file">Its patterns are relative to its own folder.</param>
    /// <param name="source">The test file itself.</param>
    /// <param name="diagnostics">Errors of rule files go here; RUL016 warns of a pattern without a file.</param>
    public static IReadOnlyList<RuleGroup> Read(
        RuleTestFile file, SourceText source, List<Diagnostic> diagnostics)
    {
        string folder = Path.GetDirectoryName(source.Path) is { Length: > 0 } named ? named : ".";
        var groups = new Dictionary<(string File, string Group), RuleGroup>();
        var order = new List<(string File, string Group)>();
        foreach (YamlScalar pattern in file.RuleFiles)
        {
            IReadOnlyList<string> found = Matching(folder, pattern.Text);
            if (found.Count == 0)
            {
                diagnostics.Add(new Diagnostic("RUL016", pattern.At, $"no file matches '{pattern.Text}'",
                    $"paths are relative to {folder}", Severity.Warning));
            }

            foreach (string path in found)
            {
                Parsed<RuleFile> read = Open(path, pattern.At);
                diagnostics.AddRange(read.Diagnostics);
                foreach (RuleGroup group in read.TryGet(out RuleFile? rules) ? rules.Groups : [])
                {
                    if (groups.TryAdd((path, group.Name), group))
                    {
                        order.Add((path, group.Name)); // a file that two patterns match is read once
                    }
                }
            }
        }

        return [.. order.Select(key => groups[key])];
    }

    /// <summary>Files that a pattern with <c>*</c>, <c>?</c> in any part of its path matches, sorted.</summary>
    internal static IReadOnlyList<string> Matching(string folder, string pattern)
    {
        if (pattern.Length == 0)
        {
            return [];
        }

        string[] parts = pattern.Split('/');
        IEnumerable<string> found = [Path.IsPathRooted(pattern) ? "/" : folder];
        foreach (string part in parts.Where(p => p.Length > 0))
        {
            found = [.. found.SelectMany(f => Step(f, part))];
        }

        return [.. found.Where(File.Exists).Select(f => f.StartsWith("./", StringComparison.Ordinal) ? f[2..] : f)
            .Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Step(string folder, string part)
    {
        if (part.AsSpan().IndexOfAny('*', '?') < 0)
        {
            return [Path.Combine(folder, part)];
        }

        var info = new DirectoryInfo(folder);
        return !info.Exists ? [] : info.EnumerateFileSystemInfos()
            .Where(e => FileSystemName.MatchesSimpleExpression(part, e.Name, ignoreCase: false))
            .Select(e => Path.Combine(folder, e.Name));
    }

    private static Parsed<RuleFile> Open(string path, SourceSpan namedAt)
    {
        try
        {
            return RuleFileReader.Read(new SourceText(path, File.ReadAllText(path)));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new Diagnostic("CAP044", namedAt, $"cannot read {path}: {problem.Message}",
                "paths are relative to the test file");
        }
    }
}
