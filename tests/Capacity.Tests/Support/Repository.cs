using System.Runtime.CompilerServices;

namespace Capacity.Tests.Support;

/// <summary>The repository that the tests were compiled from.</summary>
internal static class Repository
{
    /// <summary>Path of the folder with Capacity.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder of the repository.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find([CallerFilePath] string thisFile = "")
    {
        string folder = Path.GetDirectoryName(thisFile)!;
        while (!File.Exists(Path.Combine(folder, "Capacity.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"Capacity.sln is not above {thisFile}.");
        }

        return folder;
    }
}
