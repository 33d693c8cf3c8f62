using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;
using Capacity.Tests.Labels;

namespace Capacity.Tests.Alertmanager;

public sealed class AlertmanagerConfigReaderTests
{
    private const string Receivers = "receivers: [{name: r}, {name: q}]\n";

    [Theory]
    [InlineData("route: {receiver: x}\n", "CAP080", 1, 19)]
    [InlineData("route: {receiver: r, routes: [{match_re: {a: '('}}]}\n", "CAP081", 1, 46)]
    [InlineData("route: {receiver: r, routes: [{matchers: ['a*b']}]}\n", "CAP081", 1, 43)]
    [InlineData("route: {receiver: r, group_wait: 5}\n", "DUR002", 1, 35)]
    [InlineData("route: {receiver: r, group_interval: 0s}\n", "CAP083", 1, 38)]
    [InlineData("route: {receiver: r, group_wiat: 5s}\n", "CAP010", 1, 22)]
    [InlineData("route: {receiver: r, match: {a: b}}\n", "CAP082", 1, 8)]
    [InlineData("route: {receiver: r, group_by: [a, a]}\n", "CAP083", 1, 36)]
    [InlineData("route: {receiver: r, group_by: [a, '...']}\n", "CAP083", 1, 8)]
    [InlineData("route: {receiver: r, routes: [{mute_time_intervals: [nights]}]}\n", "CAP080", 1, 54)]
    [InlineData("route: {group_wait: 5s}\n", "CAP011", 1, 8)]
    [InlineData("route: {receiver: r}\nglobal: {slack_api_ulr: x}\n", "CAP010", 2, 10)]
    [InlineData("route: {receiver: r}\ninhibit_rules: [{source_matches: [a=b]}]\n", "CAP010", 2, 18)]
    [InlineData(
        "route: {receiver: r}\ntime_intervals: [{name: n, time_intervals: [{weekdays: ['monday:someday']}]}]\n",
        "CAP085", 2, 57)]
    [InlineData(
        "route: {receiver: r}\ntime_intervals: [{name: n, time_intervals: [{times: [{start_time: '9:00', "
        + "end_time: '17:00'}]}]}]\n", "CAP085", 2, 67)]
    public void A_mistake_is_reported_at_its_place(string yaml, string code, int line, int column)
    {
        Diagnostic first = Assert.Single(Read(yaml + Receivers).Diagnostics);
        Assert.Equal((code, line, column), (first.Code, first.At.Line, first.At.Column));
    }

    [Theory]
    [InlineData("receivers: [{name: r}, {name: r}]\n", "CAP080")]
    [InlineData("receivers: [{name: r, webhook_configs: [{send_resolved: maybe, url: 'http://x'}]}]\n", "CAP083")]
    [InlineData("receivers: [{name: r, webhook_configs: [{send_resolved: true}]}]\n", "CAP011")]
    [InlineData("receivers: [{name: r, webhook_configs: [{url: 'ftp://x'}]}]\n", "CAP083")]
    [InlineData("receivers: [{name: r, webhok_configs: []}]\n", "CAP010")]
    public void A_mistake_in_a_receiver_is_reported(string yaml, string code)
    {
        Assert.Equal(code, Assert.Single(Read("route: {receiver: r}\n" + yaml).Diagnostics).Code);
    }

    [Fact]
    public void The_recorded_tutorial_configuration_and_the_one_of_the_stack_have_the_same_routes()
    {
        AlertmanagerConfig recorded = Trace.Config(File.ReadAllText(RecordedFile.Find("e2e-tutorial/am.yml")));
        AlertmanagerConfig ours = Trace.Config(TutorialStack.Source("alertmanager.yml").Text);
        Assert.Equal(Describe(recorded.Root), Describe(ours.Root));
        Integration scale = Assert.Single(ours.Receiver("scale").Integrations);
        Assert.Equal(new Integration("webhook", 0, "http://scaler:8080/v1/scale-service", SendResolved: false), scale);
    }

    [Fact]
    public void Defaults_and_inheritance_are_those_of_alertmanager()
    {
        AlertmanagerConfig config = Trace.Config(
            "route: {receiver: r, group_by: [a], group_wait: 1s, routes: [{receiver: q, group_interval: 2s, "
            + "routes: [{group_by: ['...']}]}, {group_by: [b]}]}\n" + Receivers);
        Assert.Equal("{} r a 1 300 14400", Describe(config.Root).Split('\n')[0]);
        Route child = config.Root.Routes[0];
        Assert.Equal(("q", "a", 1.0, 2.0),
            (child.Receiver, string.Join(",", child.GroupBy), child.GroupWait.TotalSeconds,
            child.GroupInterval.TotalSeconds));
        Assert.True(child.Routes[0].GroupByAll);
        Assert.Equal("{}/{}/{}", child.Routes[0].Key);
        Assert.Equal("b", string.Join(",", config.Root.Routes[1].GroupBy));
        Assert.Equal(TimeSpan.FromMinutes(5), config.ResolveTimeout);
    }

    [Theory]
    [InlineData("slack", false)]
    [InlineData("email", false)]
    [InlineData("pagerduty", true)]
    [InlineData("webhook", true)]
    public void Each_kind_has_its_own_default_for_resolved_alerts(string kind, bool sent)
    {
        AlertmanagerConfig config = Trace.Config(
            $"route: {{receiver: r}}\nreceivers: [{{name: r, {kind}_configs: [{{url: 'http://x'}}]}}]\n");
        Assert.Equal(sent, Assert.Single(config.Receiver("r").Integrations).SendResolved);
    }

    [Theory]
    [InlineData("a=b", "a=\"b\"")]
    [InlineData(" a != \"b c\" ", "a!=\"b c\"")]
    [InlineData("{a=~\"x|y\", b!~\"z\"}", "a=~\"x|y\",b!~\"z\"")]
    [InlineData("a=\"x, \\\"y\\\"\"", "a=\"x, \\\"y\\\"\"")]
    [InlineData("a=", "a=\"\"")]
    [InlineData("a=\"open", null)]
    [InlineData("=b", null)]
    [InlineData("a~b", null)]
    public void Matchers_are_read_and_printed(string text, string? printed)
    {
        bool good = LabelMatcher.Parse(text, SourceSpan.None).TryGet(out IReadOnlyList<LabelMatcher>? matchers);
        Assert.Equal(printed, good ? string.Join(",", matchers!) : null);
    }

    [Theory]
    [InlineData("up|down", "upper", false)]
    [InlineData("a$", "a\n", false)]
    [InlineData(@"\d+", "٣", false)]
    [InlineData("(?P<n>x)[[:digit:]]", "x7", true)]
    [InlineData(@"\Qa.b\E.", "a.bc", true)]
    [InlineData("[]a]+", "a]", true)]
    [InlineData("(?i)ABC", "abc", true)]
    [InlineData(@"\pL+\p{Nd}", "é٣", true)]
    [InlineData("", "", true)]
    public void Regular_expressions_are_those_of_go_and_anchored(string pattern, string value, bool matches)
    {
        LabelMatcher matcher = LabelMatcher.Create("a", "=~", pattern)!;
        Assert.Equal(matches, matcher.Matches(LabelSet.Of(("a", value))));
    }

    [Fact]
    public void No_text_makes_the_reader_throw()
    {
        MutatedText.ForAll(TutorialStack.Source("alertmanager.yml").Text
            + "inhibit_rules:\n  - {source_match: {a: b}, target_match_re: {c: d.*}, equal: [e]}\n"
            + "time_intervals:\n  - {name: n, time_intervals: [{times: [{start_time: '09:00', "
            + "end_time: '17:00'}], months: ['1:3'], days_of_month: ['-3:-1']}]}\n",
            text => Assert.True(Read(text) is var parsed && (parsed.TryGet(out _) || parsed.Diagnostics.Count > 0)));
    }

    private static Parsed<AlertmanagerConfig> Read(string yaml) =>
        AlertmanagerConfigReader.Read(new SourceText("alertmanager.yml", yaml));

    private static string Describe(Route route) =>
        $"{route.Key} {(route.Receiver.StartsWith("slack", StringComparison.Ordinal)
        ? route.Receiver.Replace("slack", "log", StringComparison.Ordinal) : route.Receiver)} {string.Join(",",
            route.GroupBy)} "
        + $"{route.GroupWait.TotalSeconds} {route.GroupInterval.TotalSeconds} {route.RepeatInterval.TotalSeconds}"
        + string.Concat(route.Routes.Select(r => "\n" + Describe(r)));
}
