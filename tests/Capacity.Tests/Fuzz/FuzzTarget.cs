using System.Text;
using Capacity.Control;
using Capacity.Control.Alertmanager;
using Capacity.Control.Labels;
using Capacity.Control.Prometheus;
using Capacity.Control.PromQl;
using Capacity.Control.Rules;
using Capacity.Control.Rules.Testing;
using Capacity.Control.Samples;
using Capacity.Control.Scaling;
using Capacity.Model;
using Capacity.Reports;
using Capacity.Swarm.Agents;
using Capacity.Swarm.Embedded;
using Capacity.Tests.Regression;
using Capacity.Tests.Reports;
using Capacity.Scripting;
using Capacity.Tests.Importing;
using Capacity.Tests.Scripting;
using Capacity.Swarm.Live;
using Capacity.Tests.Support;
using Capacity.Tests.Swarm;
using AlertmanagerMatcher = Capacity.Control.Alertmanager.LabelMatcher;

namespace Capacity.Tests.Fuzz;

/// <summary>One reader of texts that people or programs write.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Seeds">Good texts.</param>
/// <param name="Read">Reads a text; any exception is a failure.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<string> Seeds, Action<string> Read)
{
    private const string Order = """
        {"version":1,"path":"s.yaml","scenario":"version: 1","set":["a=b"],"target":"http://h:1","seed":"7","agents":3}
        """;

    private static readonly string[] Expressions =
    [
        "sum(rate(http_server_resp_time_bucket{job=\"svc\", le=\"0.1\"}[5m])) / sum(rate(x_count[5m])) < 0.99",
        "histogram_quantile(0.9, sum by (job, le) (rate(b_bucket{a=~\"x|y.*\",c!~'z'}[1m] offset 5m))) > bool 1e-3",
        "a and on (job) b unless ignoring (x) c or d * on (i) group_left (z) e ^ -2 % 3",
        "max_over_time(rate(foo[5m])[1h:30s] @ 1609746000.123) == time() # comment",
        "label_replace(up, \"a\", \"$1-x\", \"b\", `(.*):\\d+`)"
            + " + count_values without (q) (\"v\", topk(3, {__name__=~\"a.*\"}))",
        "-foo @ start() offset -1w2d3h > Inf or vector(scalar(bar)) != NaN",
    ];

    private static readonly string[] Templates =
    [
        "{{ $value | humanize }} of {{ $labels.job | toUpper }} {{ printf \"%.2f%%\" .Value }}",
        "{{ if gt $value 1.0 }}a{{ else if eq $labels.x \"y\" }}b{{ else }}c{{ end }}"
            + "{{ with $x := $labels }}{{ $x.a }}{{ end }}",
        "{{- reReplaceAll \"(.*):.*\" \"$1\" $labels.instance -}} {{ humanizeDuration $value }}{{/* c */}}",
    ];

    /// <summary>All readers.</summary>
    public static IReadOnlyList<FuzzTarget> All()
    {
        string rules = Stack("alert.rules");
        return
        [
            new("PromQL", Expressions, ReadExpression),
            new("a rule file", [rules, ManyRules], text => EvaluateRules(text)),
            new("a template", Templates, ReadTemplate),
            new("rule tests", [RuleTests], text => RuleTestReader.Read(Source(text))),
            new("a scenario",
                [
                    .. Directory.GetFiles(Repository.At("scenarios", "library"), "*.yaml").Select(File.ReadAllText),
                    ManyKeys,
                ],
                text => ScenarioReader.Read(Source(text))),
            new("a scenario's demand and faults", [DemandSeeds.Scenario], text => ScenarioReader.Read(Source(text))),
            new("a recording", DemandSeeds.Recordings, DemandSeeds.ReadRecording),
            new("a stack file", [Stack("go-demo.yml")], ReadStack),
            new("prometheus.yml", [Stack("prometheus.yml")], text => PrometheusConfigReader.Read(Source(text))),
            new("alertmanager.yml", [Stack("alertmanager.yml"), ManyRoutes],
                text => AlertmanagerConfigReader.Read(Source(text))),
            new("a schedule of alerts", [Schedule], text => ReplayScheduleReader.Read(Source(text))),
            new("an order of an agent", [Order], text => AgentOrder.Read(Source(text))),
            new("an agent's lines", [.. AgentLines.Write(1, [1, 2, 3])], text => AgentLines.Read(text)),
            new("matchers", ["{a=\"b\", c=~\"d|e\"}", "a!=b,c!~\"x.*\""],
                text => AlertmanagerMatcher.Parse(text, SourceSpan.None)),
            new("exposition text", [Exposition], text => ExpositionText.Read(text)),
            new("a request to scale", [Webhook], ReadScaleRequest),
            new("a stored run, report or baseline", StoredResults(), ReadStored),
            new("a file to import", [ImportTests.Har, ImportTests.Stages], ImportTests.Import),
            new("a feed",
                ["name,age,admin\n\"A \"\"b\"\"\",36,true\r\n", "[{\"name\":\"A\",\"age\":1,\"admin\":true}]"],
                ReadFeed),
            new("a service's log", [LiveTexts.ScalerLog], text => ServiceLogReader.Answers(
                ServiceLogReader.Read(text), at => at.ToUnixTimeSeconds())),
            new("the proxy's statistics", [LiveTexts.Page("UP", 3, "L7OK")], text => new ProxyWatch(
                new Uri("http://127.0.0.1"), "main", () => 0).See(0, text)),
            new("a duration", ["1h30m", "5m", "1w2d3h4m5s6ms"], text => PrometheusDuration.Parse(text)),
        ];
    }

    private static string[] StoredResults() =>
    [
        Encoding.UTF8.GetString(RunResultJson.ToUtf8(SampleCurves.Run(1))),
        Encoding.UTF8.GetString(CheckReportJson.ToUtf8(SampleReport.Bare())),
        BaselineJson.Render(Baseline.Of(SampleRuns.Sides(2).Before, "1", null, null)),
    ];

    private static void ReadStored(string text)
    {
        SourceText source = Source(text);
        StoredResult.KindOf(source);
        RunResultJson.Read(source);
        CheckReportJson.Read(source);
        BaselineJson.Read(source);
    }
    private const string ManyKeys =
        """
        version: 1
        name: some
        target: { service: shop_web, stack: stack.yml, alertmanager: alertmanager.yml }
        load: [ { stage: peak, inject: 10/s, during: 5m } ]
        requests: [ { name: browse, share: 100%, service_time: 8ms } ]
        service:
          workers: 8
          balancer: { kind: least-connections, like: consul-template, resolve: 5s, quiescence: [5s, 20s], reload: 1s }
          proxy: { maxconn: 8, queue: 100, queue_timeout: 5s, total_maxconn: 2000 }
          dependency: { name: db, pool: 20, service_time: 5ms, timeout: 1s }
        client:
          timeout: 1s
          retry: { attempts: 3, backoff: 100ms }
          breaker: { failure_ratio: 50%, sampling: 10s, minimum: 20, break: 2s }
        policy:
          use: hpa
          hpa: { utilization: 70%, min: 2, max: 9, sync: 10s, down_window: 2m }
          target: { requests: 100/s, out_cooldown: 30s }
          schedule: [ { from: 1m, until: 2m, replicas: 5 } ]
        """;

    private const string ManyRules =
        """
        groups:
          - name: g
            interval: 30s
            limit: 5
            rules:
              - record: job:x:rate5m
                expr: sum by (job) (rate(x_total[5m]))
                labels: {a: b}
              - alert: High
                expr: |
                  job:x:rate5m > 1
                    and on (job) up == 1
                for: 5m
                keep_firing_for: 1m
                labels: {severity: page, v: '{{ $value }}'}
                annotations: {summary: "{{ $labels.job }} is {{ $value | humanize }}"}
        """;

    private const string RuleTests =
        """
        rule_files: [a.rules]
        evaluation_interval: 1m
        group_eval_order: [g]
        tests:
          - interval: 1m
            name: one
            input_series:
              - {series: 'up{job="a"}', values: '0 1 _ stale 1+2x5 -3x2 NaN -Inf 5-1x4'}
            alert_rule_test:
              - {eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: a}, exp_annotations: {s: t}}]}
            promql_expr_test:
              - {expr: 'sum(up) > 1', eval_time: 5m, exp_samples: [{labels: 'up{a="b"}', value: 1.5e3}]}
        """;

    private const string ManyRoutes =
        """
        global: {resolve_timeout: 5m}
        route:
          receiver: a
          group_by: ['...']
          group_wait: 1s
          routes:
            - {match: {a: b}, match_re: {c: 'd|e'}, matchers: ['x=~"y.*"', z!=1], continue: true, receiver: b}
            - {receiver: b, mute_time_intervals: [night], repeat_interval: 4h}
        inhibit_rules:
          - {source_match: {a: b}, target_matchers: ['c="d"'], equal: [e]}
        time_intervals:
          - name: night
            time_intervals:
              - {times: [{start_time: '22:00', end_time: '24:00'}], weekdays: ['monday:friday'], months: [may]}
        receivers:
          - name: a
          - name: b
            webhook_configs: [{url: 'http://localhost/x', send_resolved: false, max_alerts: 3}]
        """;

    private const string Schedule =
        """
        - {at: 0s, labels: {alertname: A, service: s}, annotations: {summary: x}, ends: 5m}
        - at: 1m
          labels: {alertname: B}
        """;

    private const string Exposition =
        """
        # HELP x_total Things.
        # TYPE x_total counter
        x_total{code="200",path="/a\"b\\c\n"} 12 1395066363000
        latency_bucket{le="+Inf"} +Inf
        nothing NaN
        """;

    private const string Webhook =
        """
        {"receiver":"r","status":"firing","groupLabels":{"service":"s","scale":"up","by":3},
        "alerts":[{"labels":{"a":"b"}}]}
        """;

    private static void ReadFeed(string text)
    {
        FeedReader.ReadCsv<DataFeedTests.User>(Source(text));
        FeedReader.ReadJson<DataFeedTests.User>(Source(text));
    }

    private static SourceText Source(string text) => new("fuzz", text);

    private static string Stack(string name) => File.ReadAllText(Repository.At("swarm", "stack", name));

    private static void ReadExpression(string text)
    {
        foreach (PromQlProfile profile in Enum.GetValues<PromQlProfile>())
        {
            if (PromQlParser.Parse(text, default, profile).TryGet(out Expr? expr))
            {
                Assert.True(
                    PromQlParser.Parse(expr.ToString(), default, profile).TryGet(out Expr? again) && again == expr,
                    $"printed as {expr}");
                new PromQuery(expr, SomeSamples(), new PromQlOptions { Profile = profile })
                    .At(Instant.FromSeconds(600));
            }
        }
    }

    private static SampleStore SomeSamples()
    {
        var store = new SampleStore(TimeSpan.FromHours(1));
        foreach (string name in new[] { "foo", "up", "b_bucket" })
        {
            int series = store.GetOrAdd(LabelSet.Of(("__name__", name), ("job", "svc"), ("le", "0.1")));
            for (int i = 0; i < 20; i++)
            {
                store.Append(series, i * 30_000, i);
            }
        }

        return store;
    }

    private static void EvaluateRules(string text)
    {
        if (RuleFileReader.Read(Source(text)).TryGet(out RuleFile? file))
        {
            SampleStore store = SomeSamples();
            foreach (RuleGroup group in file.Groups)
            {
                new RuleGroupEvaluator(group, TimeSpan.FromSeconds(30), store, RuleOptions.Default)
                    .Evaluate(Instant.FromSeconds(600));
            }
        }
    }

    private static void ReadTemplate(string text)
    {
        GoTemplate template = GoTemplate.Parse(text);
        foreach (double value in new[] { 0.25, 1e300, double.NaN, -5 })
        {
            template.Expand(LabelSet.Of(("job", "svc"), ("instance", "h:80")), LabelSet.Empty, value);
        }
    }

    private static void ReadStack(string text)
    {
        if (StackReader.Read(Source(text)).TryGet(out StackFile? stack))
        {
            foreach (StackService service in stack.Services)
            {
                ServiceSettingsReader.Read(service);
                MonitorRules.FromService(service, "stack");
            }
        }
    }

    private static void ReadScaleRequest(string text)
    {
        var options = new ScalerOptions();
        foreach (ScaleRequest request in new[] { ScaleRequest.Parse(text, ""), ScaleRequest.Parse("", text) })
        {
            var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["com.df.scaleMax"] = request.Scale };
            DockerScaler.Handle(options, new ScalerService(request.Service, ServiceMode.Replicated, 3, labels),
                request);
        }
    }
}
