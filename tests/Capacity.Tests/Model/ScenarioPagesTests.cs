using Capacity.Model;
using Capacity.Tests.Support;

namespace Capacity.Tests.Model;

/// <summary>Every example of the pages about scenarios is one that the reader takes.</summary>
public sealed class ScenarioPagesTests
{
    [Theory]
    [InlineData("scenario-demand.md", 3)]
    [InlineData("scenario-faults.md", 2)]
    public void The_examples_of_the_manual_are_valid(string page, int expected)
    {
        string[] parts = File.ReadAllText(Repository.At("docs", page)).Split("```");
        string[] examples =
            [.. parts.Where((part, i) => i % 2 == 1 && part.StartsWith("yaml", StringComparison.Ordinal))];
        Assert.Equal(expected, examples.Length);
        Assert.All(examples, example =>
        {
            string text = example["yaml".Length..];
            string frame = "version: 1\nname: a\ntarget: { service: a_b, stack: s.yml, alertmanager: am.yml }\n";
            frame += text.Contains("load:", StringComparison.Ordinal) ? "" : "load: [{ inject: 1/s, during: 1h }]\n";
            frame += text.Contains("requests:", StringComparison.Ordinal)
                ? "" : "requests: [{ name: all, service_time: 1ms }]\n";
            Parsed<Scenario> read = ScenarioReader.Read(new SourceText(page, frame + text));
            Assert.True(read.TryGet(out _), string.Join('\n', read.Diagnostics));
            Assert.Empty(read.Diagnostics);
        });
    }
}
