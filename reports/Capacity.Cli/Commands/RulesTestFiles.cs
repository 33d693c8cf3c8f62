using System.Text;
using System.Text.RegularExpressions;
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
    /// <param name="diagnostics">Errors of rule files go here, unless there is no test to use them; RUL016 warns of a
    /// pattern without a file.</param>
    public static IReadOnlyList<RuleGroup> Read(
        RuleTestFile file, SourceText source, List<Diagnostic> diagnostics)
    {
        string folder = Path.GetDirectoryName(source.Path) is { Length: > 0 } named ? named : ".";
        var groups = new Dictionary<(string File, string Group), RuleGroup>();
        var order = new List<(string File, string Group)>();
        foreach (YamlScalar pattern in file.RuleFiles)
        {
            IReadOnlyList<string>? found = Matching(folder, pattern.Text);
            if (found is null)
            {
                diagnostics.Add(new Diagnostic("RUL018", pattern.At, $"'{pattern.Text}' is not a pattern",
                    "a '[' needs its ']'"));
                continue;
            }

            if (found.Count == 0)
            {
                diagnostics.Add(new Diagnostic("RUL016", pattern.At, $"no file matches '{pattern.Text}'",
                    $"paths are relative to {folder}", Severity.Warning));
            }

            foreach (string path in file.Tests.Count == 0 ? [] : found)
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

    /// <summary>Files that a pattern with <c>*</c>, <c>?</c>, <c>[a-z]</c> in any part of its path matches,
    /// sorted.</summary>
    /// <returns>Null when it is not a pattern.</returns>
    internal static IReadOnlyList<string>? Matching(string folder, string pattern)
    {
        if (pattern.Length == 0)
        {
            return [];
        }

        string[] parts = pattern.Split('/');
        IEnumerable<string> found = [Path.IsPathRooted(pattern) ? "/" : folder];
        foreach (string part in parts.Where(p => p.Length > 0))
        {
            if (part.AsSpan().IndexOfAny("*?[\\") < 0)
            {
                found = [.. found.Select(f => Path.Combine(f, part))];
                continue;
            }

            if (Pattern(part) is not { } regex)
            {
                return null;
            }

            found = [.. found.SelectMany(f => Step(f, regex))];
        }

        return [.. found.Where(File.Exists).Select(f => f.StartsWith("./", StringComparison.Ordinal) ? f[2..] : f)
            .Order(StringComparer.Ordinal)];
    }

    // Source: Go path/filepath, Match.
    private static Regex? Pattern(string part)
    {
        var regex = new StringBuilder(@"\A");
        for (int i = 0; i < part.Length; i++)
        {
            int close = part[i] == '[' ? part.IndexOf(']', Math.Min(i + 2, part.Length)) : 0;
            if (close < 0 || (part[i] == '\\' && i + 1 == part.Length))
            {
                return null;
            }

            regex.Append(part[i] switch
            {
                '*' => ".*",
                '?' => ".",
                '[' => part[i..(close + 1)],
                '\\' => Regex.Escape(part[++i].ToString()),
                _ => Regex.Escape(part[i].ToString()),
            });
            i = close > 0 ? close : i;
        }

        try
        {
            return new Regex(regex.Append(@"\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.Singleline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Step(string folder, Regex name)
    {
        var info = new DirectoryInfo(folder);
        return !info.Exists ? [] : info.EnumerateFileSystemInfos()
            .Where(e => name.IsMatch(e.Name))
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
