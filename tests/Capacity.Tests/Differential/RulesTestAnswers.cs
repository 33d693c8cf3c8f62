using System.Globalization;
using System.Text.Json;
using Capacity.Cli;
using Capacity.Tests.Cli;

namespace Capacity.Tests.Differential;

/// <summary>What <c>capacity rules test</c> says of a file.</summary>
internal sealed class RulesTestAnswers
{
    private RulesTestAnswers(CommandLineRun run)
    {
        Code = run.Code;
        JsonElement[] failures = [.. JsonDocument.Parse(run.Output).RootElement.EnumerateArray()
            .SelectMany(f => f.GetProperty("tests").EnumerateArray())
            .SelectMany(t => t.GetProperty("failures").EnumerateArray())];
        FailedAlerts = [.. Named(failures, "alert ")];
        (string Name, int Time)[] rules = [.. Named(failures, "rule ")];
        FailedRules = rules.Length == 0 ? null : string.Create(
            CultureInfo.InvariantCulture, $"{rules[0].Time}s: {string.Join(", ", rules.Select(r => r.Name))}");
    }

    public ExitCode Code { get; }

    /// <summary>The rules whose evaluation had an error and when first; null when none had.</summary>
    public string? FailedRules { get; }

    /// <summary>The alert expectations that did not hold.</summary>
    public IReadOnlyList<(string Alert, int Time)> FailedAlerts { get; }

    public static async Task<RulesTestAnswers> OfAsync(string testFile) =>
        new(await CommandLineRun.Of("rules", "test", testFile, "--json"));

    private static IEnumerable<(string Name, int Time)> Named(JsonElement[] failures, string kind) => failures
        .Where(f => f.GetProperty("what").GetString()!.StartsWith(kind, StringComparison.Ordinal))
        .Select(f => (f.GetProperty("what").GetString()![kind.Length..], (int)f.GetProperty("seconds").GetDouble()));
}
