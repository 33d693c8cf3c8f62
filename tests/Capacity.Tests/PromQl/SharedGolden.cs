using System.Runtime.CompilerServices;

namespace Capacity.Tests.PromQl;

/// <summary>Recordings of public test suites, which lie beside the repository and not in it.</summary>
internal static class SharedGolden
{
    /// <summary>The path of a file, or a skipped test that says what is missing.</summary>
    public static string Require(string name, [CallerFilePath] string testFile = "")
    {
        string folder = Environment.GetEnvironmentVariable("CAPACITY_GOLDEN")
            ?? Path.GetFullPath(Path.Combine(RepositoryRoot(testFile), "..", "shared", "golden"));
        string path = Path.Combine(folder, name);
        Assert.SkipUnless(File.Exists(path), $"MISSING {path}: set CAPACITY_GOLDEN to the folder that holds {name}.");
        return path;
    }

    private static string RepositoryRoot(string testFile)
    {
        string? folder = Path.GetDirectoryName(testFile);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Capacity.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? "";
    }
}
