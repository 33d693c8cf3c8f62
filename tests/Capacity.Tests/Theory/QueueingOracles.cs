using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Capacity.Tests.Theory;

/// <summary>Closed-form queueing results, kept outside the repository because they judge it.</summary>
internal static class QueueingOracles
{
    /// <summary>The file, or a loud skip when it is not there.</summary>
    public static string RequiredPath([CallerFilePath] string here = "")
    {
        string folder = Environment.GetEnvironmentVariable("CAPACITY_GOLDEN")
            ?? Path.Combine(Path.GetDirectoryName(here)!, "../../../../shared/golden");
        string path = Path.Combine(folder, "queueing-oracles.json");
        if (!File.Exists(path))
        {
            Assert.Skip($"No {path}: the queueing oracles are not here, set CAPACITY_GOLDEN.");
        }

        return path;
    }

    /// <summary>One result by name, or a loud skip when the file or the result is not there.</summary>
    public static IReadOnlyDictionary<string, double> Of(string id, [CallerFilePath] string here = "")
    {
        string path = RequiredPath(here);
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (JsonElement oracle in document.RootElement.GetProperty("oracles").EnumerateArray())
        {
            if (oracle.GetProperty("id").GetString() == id)
            {
                return oracle.GetProperty("values").EnumerateObject()
                    .Where(v => v.Value.ValueKind == JsonValueKind.String)
                    .ToDictionary(
                        v => v.Name, v => double.Parse(v.Value.GetString()!, CultureInfo.InvariantCulture),
                        StringComparer.Ordinal);
            }
        }

        Assert.Skip($"{id} is not among the oracles.");
        return null!;
    }
}
