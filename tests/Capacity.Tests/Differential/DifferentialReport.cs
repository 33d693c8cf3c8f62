using Capacity.Tests.Support;

namespace Capacity.Tests.Differential;

/// <summary>The lines that <c>./run.sh test differential</c> prints at its end.</summary>
internal static class DifferentialReport
{
    private const int ShownMax = 100;

    private static readonly Lock Gate = new();

    /// <summary>Adds a part's summary, and what differs.</summary>
    public static void Write(string summary, IReadOnlyList<string> differences)
    {
        lock (Gate)
        {
            string file = Repository.At("artifacts", "differential.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.AppendAllLines(file, [summary, .. differences.Take(ShownMax)]);
        }
    }
}
