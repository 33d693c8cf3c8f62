using Capacity.Control.Labels;
using Capacity.Model;

namespace Capacity.Tests.Labels;

public sealed class MonitorRulesTests
{
    [Fact]
    public void Every_recorded_reconfigure_request_gives_the_rule_file_that_the_real_monitor_wrote() =>
        ReconfigureCases.Run(RecordedFile.Find("docker-flow-monitor-reconfigure.jsonl")).AssertAllEqual();

    [Fact]
    public void The_tutorial_stack_gives_the_tutorial_rule_file_byte_for_byte()
    {
        StackService main = TutorialStack.Service("main");
        Parsed<IReadOnlyList<MonitorAlert>> parsed = MonitorRules.FromService(main, "go-demo");
        Assert.True(parsed.TryGet(out IReadOnlyList<MonitorAlert>? alerts));
        Assert.Empty(parsed.Diagnostics);
        Assert.Equal(File.ReadAllText(RecordedFile.Find("e2e-tutorial/alert.rules")), MonitorRuleFile.Write(alerts));
    }

    [Theory]
    [InlineData("@resp_time_abov:0.1,5m,0.99", "CAP050", "@resp_time_above")]
    [InlineData("@resp_time_above:0.1", "CAP051", "3 values")]
    [InlineData("@service_mem_limit:0.8_and_@nope:1", "CAP050", "known shortcuts")]
    public void A_shortcut_that_prometheus_would_refuse_is_warned_about(string condition, string code, string hint)
    {
        Diagnostic warning = Assert.Single(Alerts(("alertName", "x"), ("alertIf", condition)).Diagnostics);
        Assert.Equal((code, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Contains(hint, warning.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_a_service_also_deletes_the_alerts_of_services_whose_name_begins_with_its_name()
    {
        var state = new MonitorState();
        state.Reconfigure("my-svc", Read("my-svc", ("alertName", "a"), ("alertIf", "up")));
        state.Reconfigure("other", Read("other", ("alertName", "b"), ("alertIf", "up")));
        state.Reconfigure("my", Read("my", ("alertName", "c"), ("alertIf", "up")));
        Assert.Equal("my_c other_b", string.Join(" ", state.Alerts.Select(a => a.Name)));
    }

    [Fact]
    public void A_persistent_alert_outlives_its_service_but_not_a_reconfigure_without_it()
    {
        var state = new MonitorState();
        state.Reconfigure("s", Read("s", ("alertName.1", "a"), ("alertIf.1", "up"), ("alertPersistent.1", "true")));
        state.Remove("s");
        Assert.Equal("s_a", Assert.Single(state.Alerts).Name);
        state.Reconfigure("s", []);
        Assert.Empty(state.Alerts);
        Assert.Equal("", state.RuleFile);
    }

    private static Parsed<IReadOnlyList<MonitorAlert>> Alerts(params (string Key, string Value)[] parameters) =>
        MonitorRules.FromParameters("s", 1,
            [.. parameters.Select(p => new StackLabel(p.Key, p.Value, SourceSpan.None))]);

    private static IReadOnlyList<MonitorAlert> Read(string service, params (string Key, string Value)[] parameters) =>
        MonitorRules.FromParameters(service, 1,
            [.. parameters.Select(p => new StackLabel(p.Key, p.Value, SourceSpan.None))])
            .TryGet(out IReadOnlyList<MonitorAlert>? alerts) ? alerts : [];
}
