using Capacity.Tests.Support;

namespace Capacity.Tests.Architecture;

/// <summary>The files of the repository that people write.</summary>
internal static class SourceFiles
{
    private static readonly string[] Skipped = ["artifacts", "node_modules", "dist", "out", "golden", ".git", ".vs"];

    /// <summary>Paths relative to the repository's root, with slashes, in order.</summary>
    /// <param name="folder">Where to look; empty for everywhere.</param>
    /// <param name="endings">Endings of the names; none takes every file.</param>
    public static IReadOnlyList<string> Below(string folder, params string[] endings) =>
        [.. Walk(Repository.At(folder)).Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(f => endings.Length == 0 || endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];

    /// <summary>The text of a file.</summary>
    public static string Text(string path) => File.ReadAllText(Repository.At(path));

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(d => !Skipped.Contains(Path.GetFileName(d)))
        .SelectMany(Walk));
}
