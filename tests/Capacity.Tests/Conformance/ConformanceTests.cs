using Capacity.Tests.Support;

namespace Capacity.Tests.Conformance;

/// <summary>Everything that the real programs answered, in one table: <c>./run.sh test conformance</c>.</summary>
public sealed class ConformanceTests
{
    [Fact(Explicit = true)]
    public void Every_recording_is_answered_as_the_real_programs_answered_it()
    {
        var table = new ConformanceTable(NamedDifferences.Read());
        foreach (ConformanceSuites.Kind kind in ConformanceSuites.All())
        {
            if (kind.Paths.Count == 0)
            {
                table.AddAbsent(kind.Name);
            }

            foreach (string path in kind.Paths)
            {
                Run(kind, path, table);
            }
        }

        string file = Repository.At("artifacts", "conformance.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, table.ToString());
        Assert.False(table.HasUnnamedDifferences, "Some suites differ: see the table, artifacts/conformance.txt.");
    }

    // A recording that cannot be read is a difference, too: the other suites still run.
    private static void Run(ConformanceSuites.Kind kind, string path, ConformanceTable table)
    {
        try
        {
            foreach (SuiteResult result in kind.Run(path))
            {
                // Recordings of a kind in several files are told apart by their paths.
                bool several = kind.Paths.Count > 1
                    && !result.Suite.Contains(Path.GetFileName(path), StringComparison.Ordinal);
                table.Add(several ? result with { Suite = $"{result.Suite} ({GoldenFolder.NameOf(path)})" } : result);
            }
        }
#pragma warning disable CA1031 // whatever went wrong belongs into the table
        catch (Exception exception)
#pragma warning restore CA1031
        {
            table.AddBroken($"{kind.Name} ({GoldenFolder.NameOf(path)})", exception.ToString());
        }
    }
}
