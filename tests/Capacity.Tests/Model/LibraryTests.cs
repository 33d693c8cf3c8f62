using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Model;

public sealed class LibraryTests
{
    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Repository.At("scenarios", "library"), "*.yaml").Select(f => Path.GetFileName(f)!)
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_scenario_of_the_library_is_valid_and_says_what_it_shows(string file)
    {
        string path = Repository.At("scenarios", "library", file);

        Parsed<Scenario> read =
            ScenarioReader.Read(new SourceText($"scenarios/library/{file}", File.ReadAllText(path)));

        Assert.Empty(read.Diagnostics);
        Assert.True(read.TryGet(out Scenario? scenario));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), scenario.Name);
        Assert.NotEmpty(scenario.Shows);
        Assert.Equal("swarm/stack/go-demo.yml", scenario.Target.Stack);
    }
}
