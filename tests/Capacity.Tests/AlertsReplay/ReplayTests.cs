using System.Globalization;
using System.Text.Json.Nodes;
using Capacity.Cli;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;
using Capacity.Tests.Cli;
using Capacity.Tests.Labels;
using Capacity.Tests.Support;

namespace Capacity.Tests.AlertsReplay;

public sealed class ReplayTests
{
    private const string Tutorial = """
        route:
          receiver: log
          group_by: [service, scale]
          group_wait: 30s
          group_interval: 5m
          repeat_interval: 5m
          routes: [{match: {scale: up}, receiver: scale}]
        receivers:
        - {name: log, slack_configs: [{channel: c, api_url: 'http://s', send_resolved: true}]}
        - {name: scale, webhook_configs: [{url: 'http://scaler/v1/scale-service', send_resolved: false}]}
        """;

    private const string Schedule = """
        - {at: 0, ends: 12m, labels: {alertname: A, service: s, scale: up}}
        - {at: 1m, ends: 2m, labels: {alertname: B}}
        """;

    [Theory]
    [InlineData(0, "30 scale A | 90 log B | 390 log B- | 630 scale A")]
    [InlineData(60, "30.06 scale A | 90.06 log B | 330.12 scale A | 390.12 log B- | 630.18 scale A")]
    public void The_timers_drift_decides_the_race_of_repeats(int driftMs, string expected) =>
        Assert.Equal(expected, Sent(Schedule, new ReplayOptions
        {
            Alertmanager = new AlertmanagerOptions { TimerDrift = TimeSpan.FromMilliseconds(driftMs) },
        }));

    [Fact]
    public void Nothing_is_shown_after_the_end() => Assert.Equal("30 scale A",
        Sent(Schedule, new ReplayOptions { Until = TimeSpan.FromSeconds(30) }));

    [Fact]
    public void Without_posting_again_an_alert_without_end_resolves_after_five_minutes() => Assert.Equal(
        "30 log B | 330 log B-",
        Sent("[{at: 0, labels: {alertname: B}}]", new ReplayOptions
        {
            Resend = TimeSpan.Zero,
            Until = TimeSpan.FromMinutes(20),
        }));

    [Fact]
    public void Posted_again_it_fires_until_it_ends() => Assert.Equal("30 log B | 630 log B | 1230 log B-",
        Sent("[{at: 0, ends: 16m, labels: {alertname: B}}]", new ReplayOptions()));

    [Theory]
    [InlineData("{\"at\": 0, \"labels\": {\"alertname\": \"x\"}}\n{\"at\": \"1m\", \"status\": \"resolved\", "
        + "\"labels\": {\"alertname\": \"x\"}}\n")]
    [InlineData("[{\"at\": \"0s\", \"ends\": \"60\", \"labels\": {\"alertname\": \"x\"}}]")]
    [InlineData("alerts:\n- at: 0ms\n  ends: 0.5m30s\n  labels: {alertname: x}\n")]
    public void Schedules_are_yaml_json_or_lines_of_json(string text)
    {
        Parsed<IReadOnlyList<ScheduledAlert>> read = ReplayScheduleReader.Read(new SourceText("s", text));

        Assert.True(read.TryGet(out IReadOnlyList<ScheduledAlert>? alerts), string.Join('\n', read.Diagnostics));
        Assert.Equal(new ScheduledAlert(TimeSpan.Zero, TimeSpan.FromMinutes(1), LabelSet.Of(("alertname", "x")),
            LabelSet.Empty), Assert.Single(alerts));
    }

    [Theory]
    [InlineData("[{at: soon, labels: {a: b}}]", "AM001", 7)]
    [InlineData("[{at: 2m, ends: 1m, labels: {a: b}}]", "AM002", 17)]
    [InlineData("[{at: 2m}]", "AM003", 2)]
    [InlineData("{\"at\": \"zz\", \"labels\": {\"a\": \"b\"}}", "AM001", 8)]
    [InlineData("[{at: 2m, labels: {a: b}, status: off}]", "CAP024", 35)]
    public void What_is_wrong_with_a_schedule_is_said(string text, string code, int column)
    {
        Diagnostic problem = Assert.Single(ReplayScheduleReader.Read(new SourceText("s", text)).Diagnostics);
        Assert.Equal((code, 1, column), (problem.Code, problem.At.Line, problem.At.Column));
    }

    [Fact]
    public void Whatever_the_schedule_says_there_is_an_answer() => MutatedText.ForAll(Schedule, text =>
    {
        Parsed<IReadOnlyList<ScheduledAlert>> read = ReplayScheduleReader.Read(new SourceText("s", text));
        if (read.TryGet(out IReadOnlyList<ScheduledAlert>? alerts))
        {
            Replay.Run(Config(), alerts, new ReplayOptions { Until = TimeSpan.FromHours(1) });
        }
    });

    [Fact]
    public async Task Replay_prints_webhook_bodies_as_lines_of_json()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("am.yml"), Tutorial, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("s.yml"), Schedule, TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of("alerts", "replay", "--config", folder.File("am.yml"),
            "--alerts", folder.File("s.yml"), "--json", "--until", "1m");

        Assert.Equal(ExitCode.Ok, run.Code);
        JsonNode sent = JsonNode.Parse(Assert.Single(run.Output.TrimEnd().Split('\n')))!;
        Assert.Equal(30, (double)sent["at"]!);
        Assert.Equal("4", (string?)sent["body"]!["version"]);
        Assert.Equal("A", (string?)sent["body"]!["commonLabels"]!["alertname"]);
    }

    [Theory]
    [InlineData("alertname=A scale=up", "→ {scale=\"up\"}  receiver scale (line 7): matches")]
    [InlineData("alertname=A scale=down", "scale=\"up\" does not hold: scale is \"down\"")]
    [InlineData("alertname=A", "there is no label scale")]
    [InlineData("alertname=A", "→ {}  receiver log (line 2): matches, and none of its children does")]
    public async Task Routes_say_who_is_notified_and_why(string labels, string expected)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("am.yml"), Tutorial, TestContext.Current.CancellationToken);

        CommandLineRun run =
            await CommandLineRun.Of(["alerts", "routes", "--config", folder.File("am.yml"), .. labels.Split(' ')]);

        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scale=up type=x")]
    [InlineData("scale=down")]
    [InlineData("")]
    public void The_explanation_agrees_with_the_routing(string pairs)
    {
        LabelSet labels = LabelSet.Of([.. pairs.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => (p.Split('=')[0], p.Split('=')[1]))]);
        Route root = Config().Root;

        Assert.Equal(Routing.Match(root, labels), RouteExplanation.Of(root, labels)
            .Where(s => s.Outcome == RouteOutcome.Notified).Select(s => s.Route));
    }

    private static AlertmanagerConfig Config()
    {
        Assert.True(AlertmanagerConfigReader.Read(new SourceText("am.yml", Tutorial))
            .TryGet(out AlertmanagerConfig? config));
        return config;
    }

    private static string Sent(string schedule, ReplayOptions options)
    {
        Assert.True(ReplayScheduleReader.Read(new SourceText("s", schedule))
            .TryGet(out IReadOnlyList<ScheduledAlert>? alerts));
        return string.Join(" | ", Replay.Run(Config(), alerts, options).Select(s => string.Create(
            CultureInfo.InvariantCulture, $"{s.At.TotalSeconds} {s.Notification.Receiver} ")
            + string.Join(' ', s.Notification.Alerts.Select(a => a.Labels["alertname"] + (a.IsFiring ? "" : "-")))));
    }
}
