using Capacity.Cli;
using Capacity.Cli.Commands;
using Capacity.Control.Rules;
using Capacity.Model;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.RulesTesting;

public sealed class RulesCommandTests
{
    private const string Rules = "groups: [{name: g, rules: [{alert: Down, expr: 'up==0'}]}]";

    [Theory]
    [InlineData("[]", 1, "FAILED ")]
    [InlineData("[{exp_labels: {}}]", 0, "SUCCESS")]
    [InlineData("{", 1, "FAILED ")]
    public async Task Test_says_success_or_what_failed(string alerts, int code, string verdict)
    {
        using var folder = new TemporaryFolder();
        await Write(folder, "a.rules.yml", Rules);
        await Write(folder, "t.yml", $$"""
            rule_files: ["*.rules.y[a-m]l"]
            tests:
            - interval: 1m
              input_series: [{series: up, values: "0"}]
              alert_rule_test: [{alertname: Down, exp_alerts: {{alerts}}}]
            """);

        CommandLineRun run = await CommandLineRun.Of("rules", "test", folder.File("t.yml"));

        Assert.Equal(code, (int)run.Code);
        Assert.StartsWith(verdict, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_prints_json()
    {
        using var folder = new TemporaryFolder();
        await Write(folder, "t.yml", "tests: [{promql_expr_test: [{expr: '1'}]}]");

        CommandLineRun run = await CommandLineRun.Of("rules", "test", "--json", folder.File("t.yml"));

        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("\"{} 1\"", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_file_with_errors_is_shown_with_their_places()
    {
        using var folder = new TemporaryFolder();
        await Write(folder, "r.yml", "groups: [{name: g, rules: [{alert: Down, expr: 'up =='}]}]");
        await Write(folder, "t.yml", "rule_files: [r.yml]\ntests: [{promql_expr_test: [{expr: '1'}]}]");

        CommandLineRun run = await CommandLineRun.Of("rules", "test", folder.File("t.yml"));

        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("r.yml:1:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Patterns_match_parts_of_paths_and_a_broken_one_is_none()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("sub"));
        File.WriteAllText(folder.File("sub/b.yml"), "");
        File.WriteAllText(folder.File("sub/a.yml"), "");

        Assert.Equal([folder.File("sub/a.yml"), folder.File("sub/b.yml")],
            RulesTestFiles.Matching(folder.Path, "s?b/*.yml")!);
        Assert.Equal([folder.File("sub/b.yml")], RulesTestFiles.Matching(folder.Path, "sub/[b-z].yml")!);
        Assert.Null(RulesTestFiles.Matching(folder.Path, "[a"));
    }

    [Fact]
    public async Task Show_prints_a_rule_file_as_understood_and_it_reads_back()
    {
        using var folder = new TemporaryFolder();
        await Write(folder, "r.yml", """
            groups:
            - name: "a: b"
              interval: 90s
              rules:
              - alert: Down
                expr: |
                  up   ==0
                for: 120s
                labels: {v: "{{ $value }}", empty: "null"}
                annotations: {summary: "two\nlines #1"}
              - {record: x, expr: "1"}
            """);

        CommandLineRun run = await CommandLineRun.Of("rules", "show", folder.File("r.yml"));

        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Error));
        Assert.Contains("expr: up == 0\n    for: 2m", run.Output, StringComparison.Ordinal);
        Assert.True(RuleFileReader.Read(new SourceText("r", run.Output)).TryGet(out RuleFile? again));
        Assert.Equal(run.Output.TrimEnd(), RuleFileText.Write(again));
        Assert.Equal("two\nlines #1", ((AlertRule)again.Groups[0].Rules[0]).Annotations["summary"]);
    }

    private static Task Write(TemporaryFolder folder, string name, string text) =>
        File.WriteAllTextAsync(folder.File(name), text, TestContext.Current.CancellationToken);
}
