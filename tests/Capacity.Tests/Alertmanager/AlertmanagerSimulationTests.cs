using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Model;

namespace Capacity.Tests.Alertmanager;

public sealed class AlertmanagerSimulationTests
{
    private const string Quick = "group_wait: 1s, group_interval: 5s, repeat_interval: 1h";

    private static readonly AlertmanagerOptions Drifting = new() { TimerDrift = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public void Alerts_that_arrive_within_group_wait_share_one_notification() =>
        Assert.Equal("1.0 A B | 6.0 A B C", new Story(Quick).Post(0, "A").Post(0.5, "B").Post(2, "C").Until(20));

    [Fact]
    public void A_repeat_interval_that_no_tick_meets_is_met_by_the_next_tick() =>
        Assert.Equal("1.0 A | 9.0 A | 17.0 A",
            new Story("group_wait: 1s, group_interval: 4s, repeat_interval: 5s").Post(0, "A").Until(20));

    [Fact]
    public void Repeat_equal_to_the_interval_comes_every_second_tick_unless_the_timer_drifts_more_than_delivery_takes()
    {
        const string Route = "group_wait: 1s, group_interval: 5s, repeat_interval: 5s";
        Assert.Equal("1.0 A | 11.0 A | 21.0 A", new Story(Route).Post(0, "A").Until(22));
        var late = new AlertmanagerOptions { TimerDrift = TimeSpan.FromMilliseconds(51) };
        Assert.Equal("1.1 A | 6.1 A | 11.2 A", new Story(Route, late).Post(0, "A").Until(12));
    }

    [Fact]
    public void Drift_over_many_ticks_wins_the_race_against_a_quick_delivery()
    {
        const string Route = "group_wait: 1s, group_interval: 1s, repeat_interval: 10s";
        Assert.Equal("1.0 A | 11.0 A | 21.0 A", new Story(Route, Drifting, "", _ => (0.002, DeliveryOutcome.Ok))
            .Post(0, "A").Until(22));
        Assert.Equal("1.0 A | 12.0 A", new Story(Route, null, "", _ => (0.002, DeliveryOutcome.Ok)).Post(0, "A")
            .Until(22));
    }

    [Fact]
    public void A_flap_within_one_interval_is_invisible() =>
        Assert.Equal("1.0 A", new Story(Quick).Post(0, "A").Post(2, "A", 0, 2).Post(4, "A", 4).Until(60));

    [Fact]
    public void An_alert_without_an_end_resolves_after_resolve_timeout() =>
        Assert.Equal("1.0 A | 16.0 A-", new Story(Quick, null, "global: {resolve_timeout: 12s}").Post(0, "A")
            .Until(60));

    [Fact]
    public void An_alert_that_is_not_sent_again_resolves_at_its_last_end() =>
        Assert.Equal("1.0 A | 11.0 A-", new Story(Quick).Post(0, "A", 0, 4).Post(3, "A", 0, 7).Until(60));

    [Fact]
    public void An_old_alert_pulls_waiting_members_along() =>
        Assert.Equal("2.0 A B", new Story("group_wait: 8s, group_interval: 5s, repeat_interval: 1h").Post(0, "A")
            .Post(2, "B", -10).Until(12));

    [Fact]
    public void A_slow_delivery_delays_the_next_tick_which_then_comes_at_once() =>
        Assert.Equal("1.0 A | 8.0 A B",
            new Story(Quick, null, "", n => (n.At == Story.At(1) ? 7 : 0.05, DeliveryOutcome.Ok))
            .Post(0, "A").Post(2, "B").Until(12));

    [Fact]
    public void A_server_error_is_retried_with_growing_pauses_until_the_flush_times_out()
    {
        var options = new AlertmanagerOptions { RetryJitter = 0 };
        Assert.Equal("1.0 A | 1.5 A | 2.3 A | 3.4 A | 5.1 A | 7.6 A | 11.0 A",
            new Story("group_wait: 1s, group_interval: 2s",
            options, "", n => (0.01, n.At < Story.At(11) ? DeliveryOutcome.Retry : DeliveryOutcome.Ok)).Post(0, "A")
                .Until(13));
    }

    [Fact]
    public void Retries_are_jittered_by_half_and_the_same_for_the_same_seed()
    {
        static List<Notification> Sent(ulong seed)
        {
            var story = new Story("group_wait: 1s, group_interval: 1h", new AlertmanagerOptions { Seed = seed }, "",
                _ => (0, DeliveryOutcome.Retry));
            story.Post(0, "A").Until(100);
            return story.Notifications;
        }

        List<Notification> sent = Sent(1);
        double expected = 0.5;
        for (int i = 1; i < sent.Count; i++, expected *= 1.5)
        {
            Assert.InRange((sent[i].At - sent[i - 1].At).TotalSeconds, 0.5 * expected, 1.5 * expected);
            Assert.Equal(i + 1, sent[i].Attempt);
        }

        Assert.Equal(sent.Select(n => n.At.Ticks), Sent(1).Select(n => n.At.Ticks));
        Assert.NotEqual(sent.Select(n => n.At.Ticks), Sent(2).Select(n => n.At.Ticks));
    }

    [Fact]
    public void One_failing_integration_blocks_the_group_but_not_the_other_integrations_log()
    {
        const string Two = "receivers: [{name: r, webhook_configs: [{url: 'http://h/a'}, {url: 'http://h/b'}]}]";
        var options = new AlertmanagerOptions { RetryJitter = 0 };
        Assert.Equal("1.0/a A | 1.0/b A | 1.5/b A | 2.3/b A | 6.0/a A B | 6.0/b A B", new Story(Quick, options, Two,
            n => (0.01, n.Url.EndsWith('b') && n.At < Story.At(2) ? DeliveryOutcome.Retry : DeliveryOutcome.Ok))
            .Post(0, "A").Post(3, "B").Until(8));
    }

    [Fact]
    public void A_resolved_alert_muted_by_a_silence_is_forgotten_and_its_next_firing_swallowed()
    {
        var matchers = new List<LabelMatcher> { LabelMatcher.Create("alertname", "=", "A")! };
        Assert.Equal("1.0 A", new Story(Quick).Post(0, "A")
            .Do(2, s => s.AddSilence(new Silence(matchers, Story.At(2), Story.At(9)))).Post(3, "A", 0, 3)
                .Post(12, "A", 12).Until(30));
    }

    [Fact]
    public void A_reload_flushes_old_alerts_at_once_but_notifies_only_news() =>
        Assert.Equal("1.0 A | 8.0 A B", new Story(Quick).Post(0, "A")
            .Do(3, s => s.Reload(Trace.Config("route: {receiver: r, group_wait: 1s, group_interval: 5s}\n"
                + "receivers: [{name: r, webhook_configs: [{url: 'http://h/r'}]}]\n"), Story.At(3))).Post(4, "B")
                    .Until(30));

    [Fact]
    public void The_generations_differ_in_what_a_refiring_alert_waits_for()
    {
        static string Refire(AlertmanagerProfile profile) =>
            new Story(Quick, new AlertmanagerOptions { Profile = profile })
            .Post(0, "A").Post(3, "A", 0, 3).Post(8, "A", 8).Until(20);

        Assert.Equal("1.0 A | 6.0 A- | 11.0 A", Refire(AlertmanagerProfile.V014));
        Assert.Equal("1.0 A | 6.0 A- | 11.0 A", Refire(AlertmanagerProfile.V025));
        Assert.Equal("1.0 A | 6.0 A- | 9.0 A", Refire(AlertmanagerProfile.V032));
    }

    [Fact]
    public void In_0_14_each_arrival_flushes_a_group_that_never_sent()
    {
        static string Refused(AlertmanagerProfile profile) =>
            new Story(Quick, new AlertmanagerOptions { Profile = profile }, "",
            n => (0.01, n.At < Story.At(5) ? DeliveryOutcome.Refused : DeliveryOutcome.Ok)).Post(0, "A").Post(3, "A", 0)
                .Until(9);

        Assert.Equal("1.0 A | 3.0 A | 8.0 A", Refused(AlertmanagerProfile.V014));
        Assert.Equal("1.0 A | 6.0 A", Refused(AlertmanagerProfile.V025));
    }

    [Fact]
    public void A_clustered_node_waits_until_gossip_has_settled() =>
        Assert.Equal("10.0 A", new Story("group_wait: 1s, group_interval: 20s",
            new AlertmanagerOptions { GossipSettle = TimeSpan.FromSeconds(10) }).Post(0, "A").Until(15));

    [Fact]
    public void Fast_motion_sends_the_same_sooner()
    {
        AlertmanagerConfig config = Trace.Config(
            "route: {receiver: r, routes: [{matchers: [a=b], group_wait: 10s}]}\nreceivers: [{name: r}]\n").Faster(10);
        Assert.Equal((3.0, 1.0, 30.0),
            (config.Root.GroupWait.TotalSeconds, config.Root.Routes[0].GroupWait.TotalSeconds,
            config.Root.Routes[0].GroupInterval.TotalSeconds));
        Assert.Equal((30.0, 3.0), (config.ResolveTimeout.TotalSeconds,
            new AlertmanagerOptions().Faster(10).CleanupInterval.TotalSeconds));
    }

    [Fact]
    public void Nothing_is_due_when_all_alerts_are_gone()
    {
        var story = new Story(Quick);
        Assert.Equal(Instant.Never, story.Simulation.NextDue);
        story.Post(0, "A").Post(2, "A", 0, 2).Until(100);
        Assert.Equal((Instant.Never, 1), (story.Simulation.NextDue, story.Simulation.GroupCount));
    }

    [Fact]
    public void An_invalid_post_is_dropped()
    {
        var story = new Story(Quick);
        story.Simulation.Receive(Story.At(0), [new AlertPost(LabelSet.Empty, LabelSet.Empty, null, null)]);
        Assert.Equal("", story.Post(0, "A", 5, 4).Until(10));
    }

    [Fact]
    public void The_webhook_body_is_version_4_as_alertmanager_writes_it()
    {
        var story = new Story("group_by: [alertname], " + Quick);
        story.Post(0.25, "A<1>").Until(2);
        string json = WebhookJson.Write(story.Notifications[0], "http://vm:9093");
        const string Labels = "{\"alertname\":\"A\\u003c1\\u003e\"}";
        Assert.Equal("{\"receiver\":\"r\",\"status\":\"firing\",\"alerts\":[{\"status\":\"firing\",\"labels\":" + Labels
            + ",\"annotations\":{},\"startsAt\":\"2027-01-15T08:00:00.25Z\",\"endsAt\":\"0001-01-01T00:00:00Z\","
            + $"\"generatorURL\":\"\",\"fingerprint\":\"{story.Notifications[0].Alerts[0].Fingerprint}\"}}],"
            + $"\"groupLabels\":{Labels},\"commonLabels\":{Labels},\"commonAnnotations\":{{}},"
            + "\"externalURL\":\"http://vm:9093\",\"version\":\"4\","
            + "\"groupKey\":\"{}:{alertname=\\\"A\\u003c1\\u003e\\\"}\",\"truncatedAlerts\":0}\n", json);
    }
}
