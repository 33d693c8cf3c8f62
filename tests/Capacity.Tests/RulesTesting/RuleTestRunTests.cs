using Capacity.Control.Rules;
using Capacity.Control.Rules.Testing;
using Capacity.Model;
using Capacity.Tests.Labels;

namespace Capacity.Tests.RulesTesting;

/// <summary>Each verdict here is what promtool 2.42 says of the same files.</summary>
public sealed class RuleTestRunTests
{
    private const string Rules = """
        groups:
        - name: g
          interval: 5m
          rules:
          - alert: Down
            expr: up == 0
            for: 2m
            labels: {sev: page}
            annotations: {summary: "{{ $labels.job }} at {{ $value }} {{ $externalURL }} {{ $externalLabels.dc }}"}
          - record: job:up:sum
            expr: sum by (job) (up)
        """;

    private const string Given = "  - interval: 1m\n    input_series: [{series: 'up{job=\"a\"}', values: '0x10'}]\n";

    [Theory]
    [InlineData("1m59s999ms", false)]
    [InlineData("2m", true)]
    [InlineData("2m59s", true)]
    [InlineData("0", false)]
    public void Alerts_are_those_of_the_last_evaluation_whatever_interval_the_group_states(string time, bool fires) =>
        Assert.Equal(fires, Passes($$"""
            tests:
            {{Given}}
                external_labels: {dc: eu}
                external_url: http://p
                alert_rule_test:
                - alertname: Down
                  eval_time: {{time}}
                  exp_alerts: [{exp_labels: {job: a, sev: page}, exp_annotations: {summary: "a at 0 http://p eu"} }]
            """));

    [Theory]
    [InlineData("{job: a, sev: page, x: ''}")]
    [InlineData("{job: a}")]
    [InlineData("{job: a, sev: page, dc: eu}")]
    public void Other_labels_fail(string labels) => Assert.False(Passes($$"""
        tests:
        {{Given}}
            external_labels: {dc: eu}
            alert_rule_test: [{alertname: Down, eval_time: 3m, exp_alerts: [{exp_labels: {{labels}}}]}]
        """));

    [Theory]
    [InlineData("up", "3m", "'up{job=\"a\"}', value: 0", true)]
    [InlineData("up/0", "3m", "'{job=\"a\"}', value: .nan", false)]
    [InlineData("job:up:sum", "3m", "'job:up:sum{job=\"a\"}', value: 0", true)]
    [InlineData("1", "0", "'{}', value: 1", true)]
    [InlineData("0.1+0.2", "0", "'', value: 0.3", false)]
    [InlineData("count_over_time(up[1h])", "90s", "'{job=\"a\"}', value: 2", true)]
    public void Answers_are_compared_exactly(string expr, string time, string sample, bool passes) =>
        Assert.Equal(passes, Passes($$"""
            tests:
            {{Given}}
                promql_expr_test: [{expr: "{{expr}}", eval_time: {{time}}, exp_samples: [{labels: {{sample}}}]}]
            """));

    [Fact]
    public void Two_rules_that_write_one_series_differently_fail()
    {
        RuleTestResult result = Run("tests:\n" + Given + "    promql_expr_test: [{expr: zz}]", """
            groups:
            - name: g
              rules: [{record: x, expr: vector(1)}, {record: x, expr: vector(2)}]
            """);

        Assert.Contains("duplicate sample for timestamp", Assert.Single(result.Failures).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_series_with_the_same_labels_the_later_counts() => Assert.True(Passes("""
        tests:
        - interval: 1m
          input_series: [{series: m, values: "5"}, {series: m, values: "6"}]
          promql_expr_test: [{expr: m, exp_samples: [{labels: m, value: 6}]}]
        """));

    [Fact]
    public void A_failure_says_what_was_expected_and_what_came()
    {
        RuleTestFailure failure = Assert.Single(Run("""
            tests:
            - interval: 1m
              input_series: [{series: m, values: "5"}]
              promql_expr_test:
              - expr: m
                exp_samples: [{labels: m, value: 6}]
            """, Rules).Failures);

        Assert.Equal(("m", 5, "m 6", "m 5"),
            (failure.What, failure.At.Line, failure.Expected.Single(), failure.Got.Single()));
    }

    [Theory]
    [InlineData("tests: [{interval: 1m, bogus: 1}]", "CAP010")]
    [InlineData("tests: [{interval: 1x}]", "DUR002")]
    [InlineData("group_eval_order: [g, g]", "RUL014")]
    [InlineData("tests: [{alert_rule_test: [{eval_time: 1m}]}]", "RUL012")]
    [InlineData("tests: [{promql_expr_test: [{expr: 'm[5m]'}]}]", "RUL015")]
    [InlineData("tests: [{promql_expr_test: [{expr: 'm{'}]}]", "PQL002")]
    [InlineData("tests: [{promql_expr_test: [{expr: m, exp_samples: [{value: Inf}]}]}]", "RUL013")]
    [InlineData("tests: [{promql_expr_test: [{expr: m, exp_samples: [{value: \"1\"}]}]}]", "RUL013")]
    [InlineData("tests: [{input_series: [{series: '{}', values: '1'}]}]", "RUL011")]
    public void What_is_wrong_with_a_file_is_said(string text, string code)
    {
        Parsed<RuleTestFile> read = RuleTestReader.Read(new SourceText("t.yml", text));

        Assert.False(read.TryGet(out _));
        Assert.Equal(code, Assert.Single(read.Diagnostics).Code);
    }

    [Theory]
    [InlineData("0x10", 16.0)]
    [InlineData("010", 8.0)]
    [InlineData("1_0", 10.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("-.inf", double.NegativeInfinity)]
    [InlineData("true", null)]
    [InlineData("1.0.0", null)]
    public void Numbers_are_those_of_yaml(string text, double? expected) =>
        Assert.Equal(expected, YamlNumber.Of(new YamlScalar(default, text, Plain: true)));

    [Fact]
    public void Whatever_the_file_says_there_is_a_result() => MutatedText.ForAll($"""
        rule_files: [r.yml]
        evaluation_interval: 1m
        tests:
        {Given}
            alert_rule_test: [alertname: Down, eval_time: 3m]
            promql_expr_test: [expr: up, eval_time: 3m]
        """, text =>
    {
        Parsed<RuleTestFile> read = RuleTestReader.Read(new SourceText("t.yml", text));
        if (read.TryGet(out RuleTestFile? file) && file.Tests.All(t => t.End < TimeSpan.FromHours(2))
            && file.EvaluationInterval >= TimeSpan.FromSeconds(10))
        {
            Assert.All(file.Tests, test => RuleTestRun.Run(test, file, Groups(Rules)));
        }
    });

    private static bool Passes(string tests) => Run(tests, Rules).Passed;

    private static RuleTestResult Run(string tests, string rules)
    {
        Parsed<RuleTestFile> read = RuleTestReader.Read(new SourceText("t.yml", tests));
        Assert.True(read.TryGet(out RuleTestFile? file), string.Join('\n', read.Diagnostics));
        return RuleTestRun.Run(Assert.Single(file.Tests), file, Groups(rules));
    }

    private static IReadOnlyList<RuleGroup> Groups(string rules)
    {
        Assert.True(RuleFileReader.Read(new SourceText("r.yml", rules)).TryGet(out RuleFile? file));
        return file.Groups;
    }
}
