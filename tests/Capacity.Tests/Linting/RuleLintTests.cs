using Capacity.Control.Linting;
using Capacity.Control.Prometheus;
using Capacity.Model;
using Capacity.Tests.Labels;

namespace Capacity.Tests.Linting;

public sealed class RuleLintTests
{
    private const string Fast = "sum(rate(http_server_resp_time_bucket{job='a', le='0.1'}[5m]))"
        + " / sum(rate(http_server_resp_time_count{job='a'}[5m]))";

    private const string Fastest = "sum(rate(http_server_resp_time_bucket{job='a', le='0.025'}[5m]))"
        + " / sum(rate(http_server_resp_time_count{job='a'}[5m]))";

    private const string Errors = "sum(rate(http_server_resp_time_count{job='a', code=~'5..'}[5m]))"
        + " / sum(rate(http_server_resp_time_count{job='a'}[5m]))";

    [Theory]
    [InlineData(Fast + " > 1")]
    [InlineData(Fast + " < 0")]
    [InlineData(Errors + " > 5")]
    [InlineData("100 * (" + Errors + ") > 101")]
    [InlineData("1 - " + Errors + " > 1")]
    [InlineData("foo > 5 and foo < 3")]
    [InlineData("(foo > 5) < 3")]
    [InlineData("3 > foo > 5")]
    [InlineData("foo > 5 unless foo > 4")]
    [InlineData("foo == 1 and foo == 2")]
    [InlineData("up > 1")]
    [InlineData("count(foo) < 1")]
    [InlineData("rate(foo[5m]) < 0")]
    [InlineData("hour() > 23")]
    [InlineData("absent(foo) == 0")]
    [InlineData("histogram_quantile(0.9, sum by (le) (rate(http_server_resp_time_bucket[5m]))) > 10")]
    [InlineData("(node_memory_MemTotal - node_memory_MemFree) / node_memory_MemTotal > 1")]
    [InlineData(Fast + " < 0.5 and " + Fastest + " > 0.8")]
    public void What_can_never_fire_is_found(string expr) => Assert.Contains("RUL101", Codes(expr));

    [Theory]
    [InlineData(Fast + " > 0.99")]
    [InlineData(Fast + " >= 1")]
    [InlineData("100 * (" + Errors + ") > 99")]
    [InlineData("foo > 5 and foo < 7")]
    [InlineData("foo > 5 or foo < 3")]
    [InlineData("foo > 5 and bar < 3")]
    [InlineData("foo > 5 unless foo > 6")]
    [InlineData("foo > 3 unless on() bar")]
    [InlineData("count(foo) < 2")]
    [InlineData("histogram_quantile(0.9, sum by (le) (rate(http_server_resp_time_bucket[5m]))) > 9")]
    [InlineData("histogram_quantile(0.9, sum by (le) (rate(other_bucket[5m]))) > 100")]
    [InlineData(Fast + " < 0.9 and " + Fastest + " > 0.8")]
    [InlineData("deriv(foo[5m]) < 0")]
    [InlineData("a_total - b_total < 0")]
    [InlineData("absent(foo)")]
    [InlineData("absent(foo) == 1")]
    [InlineData("foo / bar > 1")]
    [InlineData("ALERTS{alertstate='firing'}")]
    [InlineData("count(up == 0)")]
    [InlineData("foo != 3")]
    public void What_can_fire_and_can_be_silent_is_not_found(string expr) =>
        Assert.DoesNotContain(Codes(expr), code => code is "RUL101" or "RUL102" or "RUL103");

    [Theory]
    [InlineData("vector(1)", "RUL102")]
    [InlineData("foo", "RUL102")]
    [InlineData("sum(foo)", "RUL102")]
    [InlineData("rate(foo[5m]) >= 0", "RUL102")]
    [InlineData(Fast + " <= 1", "RUL102")]
    [InlineData("up == bool 0", "RUL103")]
    [InlineData("(foo > bool 3)", "RUL103")]
    public void What_fires_whatever_is_measured_is_found(string expr, string code) =>
        Assert.Contains(code, Codes(expr));

    [Theory]
    [InlineData("0.2", true)]
    [InlineData("0.10", true)]
    [InlineData("0.1", false)]
    [InlineData("+Inf", false)]
    public void A_bound_that_the_histogram_does_not_have_is_found(string bound, bool isFound) => Assert.Equal(isFound,
        Codes($"rate(http_server_resp_time_bucket{{le='{bound}'}}[5m]) > 3").Contains("RUL104"));

    [Theory]
    [InlineData("15s", "RUL107 Error")]
    [InlineData("30s", "RUL107 Warning")]
    [InlineData("40s", "")]
    public void A_window_with_few_scrapes_is_found(string window, string expected)
    {
        LintContext context = Context(Alert($"rate(foo[{window}]) > 1")) with
        {
            Prometheus = new PrometheusConfig { ScrapeInterval = TimeSpan.FromSeconds(10) },
        };

        Assert.Equal(expected, string.Join(' ', Linter.Run(context).Select(d => $"{d.Code} {d.Severity}")));
    }

    [Theory]
    [InlineData("30s", "foo > 1", "RUL108")]
    [InlineData("40s", "foo > 1", "")]
    [InlineData("10m", "increase(foo[5m]) > 0", "RUL109")]
    [InlineData("4m", "increase(foo[5m]) > 0", "")]
    public void A_wait_that_is_rounded_or_too_long_is_found(string wait, string expr, string expected) =>
        Assert.Equal(expected, string.Join(' ', Find(
            $"groups: [{{name: g, interval: 20s, rules: [{{alert: A, for: {wait}, expr: \"{expr}\"}}]}}]")
            .Select(d => d.Code)));

    [Theory]
    [InlineData(Fast + " < 0.99", Fastest + " > 0.75 unless " + Fast + " < 0.9", true)]
    [InlineData(Fast + " < 0.99", Fastest + " > 0.75 unless " + Fast + " < 0.99", false)]
    [InlineData(Fast + " < 0.99", Fastest + " > 0.75", true)]
    [InlineData(Fast + " < 0.7", Fastest + " > 0.75", false)]
    [InlineData(Fast + " < 0.99", Fast + " > 0.995", false)]
    [InlineData("cpu > 0.8", "cpu < 0.8", false)]
    [InlineData("cpu > 0.8", "cpu < 0.9", true)]
    [InlineData("cpu > 0.8", "memory < 0.5", true)]
    public void Up_and_down_at_once_are_found(string up, string down, bool isFound) => Assert.Equal(isFound,
        Find("groups:\n- name: g\n  rules:\n"
            + $"  - {{alert: U, labels: {{scale: up, service: s}}, expr: \"{up}\"}}\n"
            + $"  - {{alert: D, labels: {{scale: down, service: s}}, expr: \"{down}\"}}\n")
            .Any(d => d.Code == "RUL106"));

    [Theory]
    [InlineData("scale: down, service: s", Fastest + " > 0.75", true)]
    [InlineData("scale: down, service: s", Fastest + " > 0.75 or sum(rate(c[5m])) == 0", false)]
    [InlineData("scale: up, service: s", Fast + " < 0.99", false)]
    [InlineData("a: b", Errors + " > 0.1", false)]
    [InlineData("a: b", "sum(rate(ok[5m])) / sum(rate(all[5m])) < 0.9", true)]
    public void Silence_without_traffic_is_found(string labels, string expr, bool isFound) =>
        Assert.Equal(isFound, Find(
            $"groups: [{{name: g, rules: [{{alert: A, labels: {{{labels}}}, expr: \"{expr}\"}}]}}]")
            .Any(d => d.Code == "RUL105"));

    [Theory]
    [InlineData("scale: Up, service: s", "RUL112")]
    [InlineData("scale: up", "RUL112")]
    [InlineData("scale: up, service: s", "")]
    public void Labels_on_which_the_scaler_does_nothing_are_found(string labels, string expected) =>
        Assert.Equal(expected, string.Join(' ', Find(
            $"groups: [{{name: g, rules: [{{alert: A, labels: {{{labels}}}, expr: \"sum(foo) > 1\"}}]}}]")
            .Select(d => d.Code)));

    [Fact]
    public void Alerts_that_look_alike_are_found() => Assert.Equal("RUL110", Assert.Single(Find("""
        groups:
        - {name: g, rules: [{alert: A, expr: foo > 1, labels: {x: y}}, {alert: A, expr: foo > 2}]}
        - {name: h, rules: [{alert: A, expr: foo > 3, labels: {x: y}}]}
        """)).Code);

    [Fact]
    public void A_finding_points_at_the_piece_that_it_is_about()
    {
        Diagnostic found = Assert.Single(Find("""
            groups:
            - name: g
              rules:
              - alert: A
                expr: |
                  foo > 1 and
                  rate(http_server_resp_time_bucket{le="0.2"}[5m]) > 3
            """));

        Assert.Equal((7, 41), (found.At.Line, found.At.Column));
    }

    [Fact]
    public void Whatever_a_rule_file_says_there_are_findings_or_errors() => MutatedText.ForAll($"""
        groups:
        - name: g
          rules:
          - alert: A
            expr: {Fastest} > 0.75 unless {Fast} < 0.9 or hour() == 5
            for: 30s
            labels: [scale: down]
        """.Replace("[scale: down]", "{scale: down}", StringComparison.Ordinal), text =>
    {
        if (LintReader.FromRules(new SourceText("r.yml", text)).TryGet(out LintContext? context))
        {
            Linter.Run(context);
        }
    });

    private static string Alert(string expr) => $"groups: [{{name: g, rules: [{{alert: A, expr: \"{expr}\"}}]}}]";

    private static string[] Codes(string expr) => [.. Find(Alert(expr)).Select(d => d.Code)];

    private static IReadOnlyList<Diagnostic> Find(string rules) => Linter.Run(Context(rules));

    private static LintContext Context(string rules)
    {
        Parsed<LintContext> read = LintReader.FromRules(new SourceText("r.yml", rules));
        Assert.True(read.TryGet(out LintContext? context), string.Join('\n', read.Diagnostics));
        return context;
    }
}
