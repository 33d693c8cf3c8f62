using System.Security.Cryptography;
using System.Text;
using Capacity.Model;

namespace Capacity.Cli.Checking;

/// <summary>A digest of everything that the user wrote and a check rests on.</summary>
internal static class ConfigurationHash
{
    /// <summary>SHA-256 over the scenario, what replaced its values and the files it names.</summary>
    /// <param name="scenario">Its text as it was read.</param>
    /// <returns>64 hexadecimal digits; null when a file cannot be read now.</returns>
    public static string? Of(Scenario scenario)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string part)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part.ReplaceLineEndings("\n")));
            hash.AppendData([0]);
        }

        Add(scenario.Source.Text);
        foreach (string setting in scenario.Settings)
        {
            Add(setting);
        }

        string?[] paths = [scenario.Target.Stack, scenario.Target.Prometheus, scenario.Target.Alertmanager];
        try
        {
            foreach (string path in paths.OfType<string>())
            {
                Add(File.ReadAllText(path));
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
