using Capacity.Tests.Support;

namespace Capacity.Tests.Conformance;

/// <summary>What the real programs answered: <c>CAPACITY_GOLDEN</c>, else <c>../shared/golden</c> beside the
/// repository, else the copies in this project.</summary>
internal static class GoldenFolder
{
    /// <summary>The folders to look in; the first that has something of the wanted kind is used.</summary>
    public static IReadOnlyList<string> Places { get; } = FindPlaces();

    /// <summary>Files, at any depth, whose name begins and ends so: <c>prom-alert-cases</c>,
    /// <c>.ndjson.gz</c>.</summary>
    public static IReadOnlyList<string> Files(string start, params string[] ends) =>
        First(place => Directory.EnumerateFiles(place, start + "*", SearchOption.AllDirectories)
            .Where(f => ends.Any(e => f.EndsWith(e, StringComparison.Ordinal))));

    /// <summary>Folders, at any depth, that hold all these files.</summary>
    public static IReadOnlyList<string> FoldersWith(params string[] files) =>
        First(place => Directory.EnumerateFiles(place, files[0], SearchOption.AllDirectories)
            .Select(f => Path.GetDirectoryName(f)!)
            .Where(folder => files.All(f => File.Exists(Path.Combine(folder, f)))));

    /// <summary>The path as the table shows it.</summary>
    public static string NameOf(string path) =>
        Path.GetRelativePath(Places.First(p => path.StartsWith(p, StringComparison.Ordinal)), path);

    private static string[] First(Func<string, IEnumerable<string>> find) =>
        Places.Select(p => find(p).Order(StringComparer.Ordinal).ToArray()).FirstOrDefault(f => f.Length > 0) ?? [];

    private static string[] FindPlaces()
    {
        string? given = Environment.GetEnvironmentVariable("CAPACITY_GOLDEN");
        string[] places = string.IsNullOrEmpty(given)
            ? [Repository.At("..", "shared", "golden"), Repository.At("tests", "Capacity.Tests", "golden")]
            : [given];
        return [.. places.Select(Path.GetFullPath).Where(Directory.Exists)];
    }
}
