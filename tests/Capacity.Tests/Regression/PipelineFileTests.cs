using System.Text.RegularExpressions;
using Capacity.Model;
using Capacity.Tests.Support;
using YamlDotNet.RepresentationModel;
using YamlNode = YamlDotNet.RepresentationModel.YamlNode;

namespace Capacity.Tests.Regression;

/// <summary>The pipeline files of docs/ci.md, as far as they can be checked without a pipeline.</summary>
public sealed class PipelineFileTests
{
    private static readonly string Page = File.ReadAllText(Repository.At("docs", "ci.md"));

    [Fact]
    public void The_GitHub_workflow_is_YAML_with_steps_that_run_or_use_something()
    {
        YamlMappingNode job = Map(Shown(".github/workflows/regression.yml"), "jobs", "compare");
        var steps = (YamlSequenceNode)job["steps"];

        Assert.All(steps, step => Assert.True(Has(step, "run") ^ Has(step, "uses")));
        string compare = Text(steps.Single(s => Has(s, "id") && Text(s, "id") == "compare"), "run");
        Assert.Contains("steps.compare.outputs.code", Text(steps.Last(), "run"), StringComparison.Ordinal);
        KnowsItsWords(compare);
    }

    [Fact]
    public void The_GitLab_file_is_YAML_whose_job_may_fail_with_5_alone()
    {
        YamlMappingNode job = Map(Shown(".gitlab-ci.yml"), "regression");

        Assert.Equal("5", Text(Map(job, "allow_failure"), "exit_codes"));
        Assert.Equal("gl-code-quality-report.json", Text(Map(job, "artifacts", "reports"), "codequality"));
        Assert.Equal("regression.xml", Text(Map(job, "artifacts", "reports"), "junit"));
        KnowsItsWords(((YamlScalarNode)((YamlSequenceNode)job["script"])[1]).Value!);
    }

    /// <summary>Every option of the command exists.</summary>
    private static void KnowsItsWords(string command)
    {
        string help = new HelpOf("compare").Text;
        Assert.All(Regex.Matches(command, @"(?<= )--[a-z-]+", RegexOptions.None, TimeSpan.FromSeconds(1)),
            option => Assert.Contains($"{option.Value} ", help, StringComparison.Ordinal));
        Assert.Contains("compare scenarios/shop.yaml", command, StringComparison.Ordinal);
    }

    private static YamlMappingNode Shown(string name)
    {
        int at = Page.IndexOf($"<!-- file: {name} -->\n```yaml\n", StringComparison.Ordinal);
        Assert.True(at >= 0);
        int from = Page.IndexOf("```yaml\n", at, StringComparison.Ordinal) + "```yaml\n".Length;
        string yaml = Page[from..Page.IndexOf("\n```", from, StringComparison.Ordinal)];
        Assert.True(YamlText.Read(new SourceText(name, yaml)).TryGet(out _));
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode node, params string[] path) =>
        path.Aggregate(node, (at, key) => (YamlMappingNode)at[key]);

    private static bool Has(YamlNode node, string key) => ((YamlMappingNode)node).Children.ContainsKey(key);

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)((YamlMappingNode)node)[key]).Value!;

    private sealed class HelpOf(string word)
    {
        public string Text { get; } = Cli.CommandLineRun.Of(word, "--help").GetAwaiter().GetResult().Output;
    }
}
