using System.Text.Json;
using System.Text.Json.Nodes;
using Capacity.Control.Scaling;
using Capacity.Swarm;
using Capacity.Swarm.Scaler;
using Capacity.Tests.Labels;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

[Trait("Category", "EndToEnd")]
public sealed class ScalerServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_recorded_request_gets_the_answer_of_the_real_scaler_over_http()
    {
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(new ScalerSettings(), Stop);
        int number = 0;
        var wrong = new List<string>();
        foreach (string line in await File.ReadAllLinesAsync(
            RecordedFile.Find("docker-scaler-scale-service.jsonl"), Stop))
        {
            number++;
            JsonNode record = JsonNode.Parse(line)!;
            string mode = (string)record["mode"]! switch
            {
                "replicated" => $"{{\"Replicated\":{{\"Replicas\":{record["replicas"]?.ToJsonString() ?? "null"}}}}}",
                "global" => """{"Global":{}}""",
                _ => """{"ReplicatedJob":{}}""",
            };
            scaler.Engine.Put("svc", mode, record["labels"].Deserialize<Dictionary<string, string>>());
            string query = (string?)record["query"] ?? "";
            scaler.Alerts.Clear();
            (int status, string body) = await scaler.PostAsync(
                "/v1/scale-service" + (query.Length > 0 ? "?" + query : ""), (string?)record["body"] ?? "", Stop);
            string expected = $"{record["status"]} {record["response"]} "
                + $"{record["newReplicas"]?.ToJsonString()} {AlertText(record["alert"])}";
            string alerts = string.Join(' ', scaler.Alerts.Select(a => AlertText(JsonNode.Parse(a)![0])));
            string actual = $"{status} {body} {scaler.Engine.Replicas("svc")} {alerts}";
            if (expected != actual)
            {
                wrong.Add($"line {number}: {line}\n  {expected}\n  {actual}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {number} differ:\n{string.Join('\n', wrong.Take(5))}");
    }

    [Fact]
    public async Task Twenty_requests_at_once_are_all_answered_and_none_is_lost()
    {
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(
            new ScalerSettings { Options = new ScalerOptions { DefaultMax = 100 } }, Stop);
        scaler.Engine.Replicated("web", 1);
        scaler.Engine.Interferences = 7;

        (int Status, string Body)[] answers =
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => scaler.ScaleAsync("web", "up", Stop)));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(21, scaler.Engine.Replicas("web"));
        Assert.Equal(
            Enumerable.Range(1, 20).Select(i => $"Scaling web from {i} to {i + 1} replicas (min: 1, max: 100)")
                .Order(StringComparer.Ordinal),
            answers.Select(a => ScalerFixture.Message(a.Body)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_routes_are_those_of_the_real_scaler_with_and_without_prefix()
    {
        await using ScalerFixture scaler =
            await ScalerFixture.StartAsync(new ScalerSettings { Prefix = "/scaler" }, Stop);

        Assert.Equal((200, ""), await scaler.GetAsync("/v1/ping", Stop));
        Assert.Equal((200, ""), await scaler.GetAsync("/scaler/v1/ping", Stop));
        Assert.Equal((405, ""), await scaler.GetAsync("/scaler/v1/scale-service", Stop));
        Assert.Equal((404, "404 page not found\n"), await scaler.PostAsync("/v1/scale-nodes?type=worker", "", Stop));
        Assert.Equal((404, "404 page not found\n"), await scaler.PostAsync("/v1/reschedule-service", "", Stop));
        Assert.Equal((404, "404 page not found\n"), await scaler.GetAsync("/", Stop));
        Assert.Equal((200, ""), await scaler.PostAsync("/v1/log", "{}", Stop));
        string metrics = (await scaler.GetAsync("/metrics", Stop)).Body;
        Assert.Contains("capacity_scaler_requests_total{route=\"ping\",code=\"200\"} 2\n", metrics,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_asked_for_before_anything_is_done()
    {
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(new ScalerSettings { Token = "s3" }, Stop);
        scaler.Engine.Replicated("web", 1);

        Assert.Equal(401, (await scaler.ScaleAsync("web", "up", Stop)).Status);
        Assert.Equal(401, (await scaler.ScaleAsync("web", "up", Stop, "Bearer s4")).Status);
        Assert.Equal(401, (await scaler.PostAsync("/v1/reschedule-services", "", Stop)).Status);
        Assert.Empty(scaler.Engine.Calls);
        Assert.Equal(200, (await scaler.ScaleAsync("web", "up", Stop, "Bearer s3")).Status);
        Assert.Equal(200, (await scaler.GetAsync("/v1/ping", Stop)).Status);
    }

    [Fact]
    public async Task A_notification_sent_twice_scales_once_until_it_is_repeated_on_purpose()
    {
        var clock = new ManualClock();
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(
            new ScalerSettings { OnceWithin = TimeSpan.FromSeconds(30) }, Stop, clock);
        scaler.Engine.Replicated("web", 1);
        const string Notification = """
            {"groupKey":"{}:{scale=\"up\"}","groupLabels":{"service":"web","scale":"up"},
             "alerts":[{"startsAt":"2026-01-01T00:00:05Z"},{"startsAt":"2026-01-01T00:00:00Z"}]}
            """;

        await scaler.PostAsync("/v1/scale-service", Notification, Stop);
        (int status, string body) = await scaler.PostAsync("/v1/scale-service", Notification, Stop);
        Assert.Equal(200, status);
        Assert.Equal(
            "web has already answered this notification: Scaling web from 1 to 2 replicas (min: 1, max: 5)",
            ScalerFixture.Message(body));
        Assert.Equal(2, scaler.Engine.Replicas("web"));
        clock.Advance(TimeSpan.FromSeconds(30));
        await scaler.PostAsync("/v1/scale-service", Notification, Stop);
        Assert.Equal(3, scaler.Engine.Replicas("web"));
    }

    [Fact]
    public async Task A_cool_down_counts_from_the_last_change()
    {
        var clock = new ManualClock();
        var settings = new ScalerSettings { Options = new ScalerOptions { CoolDown = TimeSpan.FromMinutes(1) } };
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(settings, Stop, clock);
        scaler.Engine.Replicated("web", 1);

        await scaler.ScaleAsync("web", "up", Stop);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("web was scaled 59s ago and cools down for 1m",
            ScalerFixture.Message((await scaler.ScaleAsync("web", "up", Stop)).Body));
        clock.Advance(TimeSpan.FromSeconds(1));
        await scaler.ScaleAsync("web", "up", Stop);
        Assert.Equal(3, scaler.Engine.Replicas("web"));
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_does_nothing()
    {
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(new ScalerSettings { DryRun = true }, Stop);
        scaler.Engine.Replicated("web", 1, ("com.df.reschedule", "true"));

        Assert.Equal("dry run, nothing is changed: Scaling web from 1 to 2 replicas (min: 1, max: 5)",
            ScalerFixture.Message((await scaler.ScaleAsync("web", "up", Stop)).Body));
        await scaler.PostAsync("/v1/reschedule-services", "", Stop);
        Assert.DoesNotContain(scaler.Engine.Calls, c => c.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_services_with_a_scaling_label_are_scaled_when_asked_so()
    {
        await using ScalerFixture scaler =
            await ScalerFixture.StartAsync(new ScalerSettings { OnlyLabelled = true }, Stop);
        scaler.Engine.Replicated("web", 1, ("com.df.scaleMax", "3"));
        scaler.Engine.Replicated("db", 1, ("com.df.port", "1"));

        Assert.Equal(200, (await scaler.ScaleAsync("web", "up", Stop)).Status);
        Assert.Equal(403, (await scaler.ScaleAsync("db", "up", Stop)).Status);
        Assert.Equal(1, scaler.Engine.Replicas("db"));
    }

    [Fact]
    public async Task Rescheduling_sets_a_variable_in_labelled_services_alone()
    {
        var clock = new ManualClock();
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(new ScalerSettings(), Stop, clock);
        Assert.Equal("No services to reschedule",
            ScalerFixture.Message((await scaler.PostAsync("/v1/reschedule-services", "", Stop)).Body));
        scaler.Engine.Replicated("web", 1, ("com.df.reschedule", "true"));
        Assert.Equal((200, "web rescheduled"), Said(await scaler.PostAsync("/v1/reschedule-services", "", Stop)));
        scaler.Engine.Replicated("db", 1);
        scaler.Engine.Replicated("no", 1, ("com.df.reschedule", "false"));

        Assert.Equal((200, "Rescheduled service: web"),
            Said(await scaler.PostAsync("/v1/reschedule-service?service=web", "", Stop)));
        Assert.Equal((500, "db is not labeled with com.df.reschedule=true (no label)"),
            Said(await scaler.PostAsync("/v1/reschedule-service?service=db", "", Stop)));
        Assert.Equal((500, "no is not labeled with com.df.reschedule=true (com.df.reschedule=false)"),
            Said(await scaler.PostAsync("/v1/reschedule-service?service=no", "", Stop)));
        string env = scaler.Engine.Spec("web")["TaskTemplate"]!["ContainerSpec"]!["Env"]!.ToJsonString();
        Assert.Matches("""^\["A=1","RESCHEDULE_DATE=\d{8}T\d{6}"\]$""", env);
    }

    [Fact]
    public async Task A_newer_alertmanager_gets_the_alert_at_its_second_version()
    {
        await using ScalerFixture scaler =
            await ScalerFixture.StartAsync(new ScalerSettings(), Stop, newAlertmanager: true);
        scaler.Engine.Replicated("web", 1);
        await scaler.ScaleAsync("web", "up", Stop);
        JsonNode alert = JsonNode.Parse(Assert.Single(scaler.Alerts))![0]!;
        Assert.Equal("scale_service", (string)alert["labels"]!["alertname"]!);
    }

    [Fact]
    public async Task The_log_is_json_in_the_callers_trace()
    {
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(new ScalerSettings(), Stop, json: true);
        scaler.Engine.Replicated("web", 5);
        await scaler.ScaleAsync("web", "up", Stop);

        JsonNode last = JsonNode.Parse(scaler.Log.TrimEnd().Split('\n')[^1])!;
        Assert.Equal("scale-service success: web is already scaled to the maximum number of 5 replicas",
            (string)last["message"]!);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string)last["trace_id"]!);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        await using ScalerFixture scaler = await ScalerFixture.StartAsync(new ScalerSettings(), Stop);
        (int status, string body) = await scaler.PostAsync("/v1/scale-service", new string(' ', 2 << 20), Stop);
        Assert.Equal((413, "Unable to recognize POST body"), (status, ScalerFixture.Message(body)));
    }

    [Fact]
    public void Variables_have_the_defaults_of_the_image()
    {
        ScalerSettings settings = ScalerVariables.Read(_ => null);
        Assert.Equal(new ScalerSettings(), settings);
        settings = ScalerVariables.Read(name => name switch
        {
            "DEFAULT_MAX_REPLICAS" => "9",
            "ALERT_SCALE_MIN" => "true",
            "ALERTMANAGER_ADDRESS" => "http://am:9093",
            _ => null,
        });
        Assert.Equal((9, true, "http://am:9093/"),
            (settings.Options.DefaultMax, settings.Options.AlertAtMin, settings.Alertmanager!.AbsoluteUri));
    }

    [Theory]
    [InlineData("DEFAULT_MAX_REPLICAS", "many")]
    [InlineData("ALERT_SCALE_MAX", "yes")]
    [InlineData("RESCHEDULE_FILTER_LABEL", "x")]
    [InlineData("NODE_SCALER_BACKEND", "aws")]
    public void Variables_that_cannot_be_used_are_named(string name, string value) => Assert.Contains(name,
        Assert.Throws<ClusterException>(() => ScalerVariables.Read(n => n == name ? value : null)).Message,
        StringComparison.Ordinal);

    private static (int, string) Said((int Status, string Body) answer) =>
        (answer.Status, ScalerFixture.Message(answer.Body));

    private static string AlertText(JsonNode? alert) =>
        alert is null ? "" : $"{Map(alert["labels"])} {Map(alert["annotations"])}";

    private static string Map(JsonNode? map) => string.Join(',',
        map!.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
}
