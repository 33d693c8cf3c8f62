using System.Runtime.CompilerServices;

namespace Capacity.Tests.Labels;

/// <summary>Finds what the real programs answered: in the folder with all recordings, else the copy in this
/// project.</summary>
internal static class RecordedFile
{
    /// <summary>The path of a recording; skips the test, loudly, when it is nowhere.</summary>
    public static string Find(string name)
    {
        string? found = Places().Select(p => Path.Combine(p, name)).FirstOrDefault(File.Exists);
        if (found is null)
        {
            Assert.Skip($"The recording {name} is in none of: {string.Join(", ", Places())}");
        }

        return found;
    }

    /// <summary>Whether a recording is anywhere.</summary>
    public static bool Exists(string name) => Places().Any(p => File.Exists(Path.Combine(p, name)));

    private static string[] Places([CallerFilePath] string testFile = "")
    {
        string tests = Path.GetDirectoryName(Path.GetDirectoryName(testFile)!)!;
        string root = Path.GetDirectoryName(Path.GetDirectoryName(tests)!)!;
        string given = Environment.GetEnvironmentVariable("CAPACITY_GOLDEN") ?? "";
        return
        [
            .. given.Length > 0 ? (string[])[given] : [],
            Path.Combine(root, "..", "shared", "golden"),
            Path.Combine(tests, "golden"),
        ];
    }
}
