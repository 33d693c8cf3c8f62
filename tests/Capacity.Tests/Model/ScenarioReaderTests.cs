using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class ScenarioReaderTests
{
    private const string Good = """
        # Shows a sale
        version: 1
        name: sale
        target: { service: shop_web, stack: ../stack.yml, alertmanager: am.yml }
        load:
          - { stage: up, ramp_to: 700/s, over: 20s, during: 5m }
          - { stage: loop, users: 2, iterations: 30, think: { exponential: 1s }, during: 1m }
          - { stage: idle, pause: 4m }
        requests:
          - { name: browse, share: 90%, path: /demo/hello, service_time: { p50: 8ms, p95: 15ms } }
          - { name: buy, share: 0.1, method: POST, service_time: 1h30m }
        service: { workers: 8, startup: { uniform: [1s, 3s] }, stop_grace: 10s, cpu_per_request: 2ms }
        objectives:
          - { metric: latency.p99, under: 400ms, except: 1m }
          - { metric: errors, under: 0.1% }
          - { metric: replicas, under: 8 }
          - { metric: cost, under: 3 replica-hours }
        rehearsal: { speed: 30, demand: 50% }
        delays: { post: 1ms, delivery: 2ms, orchestrator: 3ms, rotation: 4ms, timer_drift: 5ms }
        """;

    [Fact]
    public void Every_block_of_the_format_is_read()
    {
        Scenario scenario = Valid(Good);

        Assert.Equal("Shows a sale", scenario.Shows);
        Assert.Equal(("shop_web", "stack.yml", "shops/am.yml", null),
            (scenario.Target.Service, scenario.Target.Stack, scenario.Target.Alertmanager, scenario.Target.Prometheus));
        Assert.Equal(4, scenario.Target.StackAt.Line);
        Assert.Equal(
        [
            new LoadStage.Open("up", 700, 20, 300),
            new LoadStage.Users("loop", 2, 30, new ServiceLaw.Exponential(1), 60),
            new LoadStage.Pause("idle", 240),
        ], scenario.Load);
        Assert.Equal(600, scenario.Duration);
        Assert.Equal(("browse", 0.9, "GET", "/demo/hello"),
            (scenario.Requests[0].Name, scenario.Requests[0].Share, scenario.Requests[0].Method,
            scenario.Requests[0].Path));
        Assert.Equal(
            new RequestKind("buy", 0.1, "POST", "/demo/hello?delay={service_time_ms}", new ServiceLaw.Constant(5400)),
            scenario.Requests[1]);
        Assert.Equal(0.015, scenario.Requests[0].ServiceTime.Quantile(0.95), 1e-6);
        Assert.Equal(
            new ServiceModel
            {
                Workers = 8,
                Startup = new ServiceLaw.Uniform(1, 3),
                StopGrace = 10,
                CpuPerRequest = 0.002
            },
            scenario.Service);
        Assert.Equal([0.4, 0.001, 8, 3], scenario.Objectives.Select(o => o.Limit));
        Assert.Equal(60, scenario.Objectives[0].Except);
        Assert.Equal(new Rehearsal { Speed = 30, Demand = 0.5 }, scenario.Rehearsal);
        Assert.Equal(
            new LoopDelays
            {
                Post = 0.001,
                Delivery = 0.002,
                Orchestrator = 0.003,
                Rotation = 0.004,
                TimerDrift = 0.005
            },
            scenario.Delays);
    }

    [Theory]
    [InlineData("inject: 420/s", 420)]
    [InlineData("inject: 25.5/s", 25.5)]
    [InlineData("inject: 90/min", 1.5)]
    [InlineData("inject: 3600/h", 1)]
    public void Rates_may_be_fractions_and_per_minute_or_hour(string rate, double perSecond)
    {
        Scenario scenario = Valid(Good.Replace("ramp_to: 700/s, over: 20s", rate, StringComparison.Ordinal));

        Assert.Equal(perSecond, Assert.IsType<LoadStage.Open>(scenario.Load[0]).ToRate, 1e-9);
    }

    [Theory]
    [InlineData("{ constant: 8ms }", 0.5, 0.008)]
    [InlineData("{ p50: 10ms, p99: 40ms }", 0.99, 0.040)]
    [InlineData("{ quantiles: { 0%: 1ms, 50%: 20ms, 100%: 200ms } }", 0.75, 0.110)]
    [InlineData("{ uniform: [0ms, 5999ms] }", 0.5, 2.9995)]
    public void Laws_are_written_in_five_ways(string law, double share, double seconds)
    {
        Scenario scenario = Valid(Good.Replace("{ p50: 8ms, p95: 15ms }", law, StringComparison.Ordinal));

        Assert.Equal(seconds, scenario.Requests[0].ServiceTime.Quantile(share), 1e-6);
    }

    [Fact]
    public void A_ramp_without_over_takes_its_whole_stage_and_an_alias_names_the_objectives()
    {
        Scenario scenario = Valid(Good.Replace(", over: 20s", "", StringComparison.Ordinal)
            .Replace("objectives:", "slo:", StringComparison.Ordinal)
            .Replace("workers: 8", "workers: unlimited", StringComparison.Ordinal));

        Assert.Equal(new LoadStage.Open("up", 700, 300, 300), scenario.Load[0]);
        Assert.Equal(4, scenario.Objectives.Count);
        Assert.Null(scenario.Service.Workers);
    }

    [Fact]
    public void A_message_shows_the_line_and_what_to_write_instead()
    {
        Parsed<Scenario> read = Read(Good.Replace("inject", "x", StringComparison.Ordinal)
            .Replace("ramp_to: 700/s", "ramp_to: 700", StringComparison.Ordinal));

        Assert.Equal("""
            error[CAP021]: the rate '700' has no unit
              --> shops/sale.yaml:6:27
               6 |   - { stage: up, ramp_to: 700, over: 20s, during: 5m }
                 |                           ^^^ write 700/s (or /min, /h)
            """, Assert.Single(read.Diagnostics).ToString());
    }

    [Theory]
    [InlineData("version: 1", "version: 2",
        "CAP001 2:10 this program does not know version '2' of scenarios → write version: 1")]
    [InlineData("version: 1", "# none",
        "CAP011 3:1 the scenario needs the key 'version' → add for example version: 1")]
    [InlineData("load:", "laod:", "CAP010 5:1 unknown key 'laod' in the scenario → did you mean 'load'?",
        "CAP011 2:1 the scenario needs the key 'load' → add for example load:, and below it - { stage: peak, "
        + "inject: 700/s, during: 5m }")]
    [InlineData("name: sale", "name: a b",
        "CAP025 3:7 'a b' cannot be the name of a folder of reports → use at most 64 of a-z, A-Z, 0-9, '-', '_' "
        + "and '.', as in flash-sale")]
    [InlineData("ramp_to: 700/s", "ramp_to: -5/s", "CAP023 6:27 a rate cannot be '-5/s' → write 0/s or more")]
    [InlineData("ramp_to: 700/s", "ramp_to: 2000000/s",
        "CAP023 6:27 '2000000/s' is too high for a rate → write 1000000/s or less")]
    [InlineData("ramp_to: 700/s", "ramp_to: 7/d",
        "CAP022 6:27 unknown unit '/d' in the rate '7/d' → use /s, /min or /h")]
    [InlineData("ramp_to: 700/s", "ramp_to: fast", "CAP020 6:27 'fast' is not a rate → write for example 420/s")]
    [InlineData("ramp_to: 700/s", "ramp_to: '1,500/s'",
        "CAP020 6:27 '1,500/s' is not a rate → write for example 1500/s")]
    [InlineData("during: 5m", "during: 5", "CAP021 6:53 the duration '5' has no unit → write 5s (or ms, m, h)")]
    [InlineData("during: 5m", "during: 0s",
        "CAP023 6:53 this duration must be longer than zero → write for example 5m")]
    [InlineData("during: 5m", "during: -5m", "CAP023 6:53 the duration '-5m' is negative → write 0s or more")]
    [InlineData("during: 5m", "during: 5y",
        "CAP022 6:53 unknown unit 'y' in the duration '5y' → use d, h, m, s, ms or us")]
    [InlineData("during: 5m", "during: 30m1h",
        "CAP020 6:53 unit 'h' is out of order in the duration '30m1h' → large units first, each once")]
    [InlineData("during: 5m", "during: 8d", "CAP023 6:53 '8d' is too high for a duration → write 7d or less")]
    [InlineData(", during: 5m", "", "CAP011 6:5 a load stage needs the key 'during' → add for example during: 5m")]
    [InlineData("over: 20s", "over: 6m",
        "CAP031 6:40 the ramp ('over', 6m) is longer than its stage ('during', 5m) → write at most the length "
        + "of the stage; "
        + "without 'over' the ramp takes all of it")]
    [InlineData("ramp_to: 700/s", "inject: 700/s",
        "CAP013 6:39 'over' belongs to 'ramp_to', which this stage does not have → remove 'over', or write 'ramp_to'")]
    [InlineData("over: 20s", "inject: 5/s",
        "CAP013 6:42 a load stage can have only one of the keys 'inject', 'ramp_to', 'sine', 'steps', 'spike', "
        + "'users', 'replay' and 'pause' → make it two stages, or remove one")]
    [InlineData("pause: 4m", "pause: 4m, vus: 3",
        "CAP010 8:31 unknown key 'vus' in a load stage → did you mean 'users'?")]
    [InlineData("pause: 4m", "pauze: 4m", "CAP010 8:20 unknown key 'pauze' in a load stage → did you mean 'pause'?")]
    [InlineData(", pause: 4m", "",
        "CAP013 8:5 a load stage needs one of the keys 'inject', 'ramp_to', 'sine', 'steps', 'spike', 'users', "
        + "'replay' and 'pause' → write for example { stage: peak, inject: 700/s, during: 5m }")]
    [InlineData("users: 2", "users: 0",
        "CAP023 7:27 the number of users cannot be 0 → write a whole number from 1 to 1000000")]
    [InlineData("users: 2", "users: 2.5",
        "CAP020 7:27 '2.5' is not a number of users → write a whole number from 1 to 1000000")]
    [InlineData("share: 90%", "share: 80%",
        "CAP030 11:25 the shares of the requests add up to 90%, not to 100% → for example 20% here")]
    [InlineData("share: 90%", "share: 90", "CAP021 10:28 the share '90' has no unit → write 90%")]
    [InlineData("share: 90%", "share: 190%", "CAP023 10:28 '190%' is too high for a share → write 100% or less")]
    [InlineData("name: buy", "name: browse",
        "CAP034 11:5 two kinds of requests have the name 'browse' → give each its own name")]
    [InlineData("method: POST", "method: post", "CAP024 11:38 'post' is not an HTTP method → did you mean 'POST'?")]
    [InlineData("path: /demo", "path: demo",
        "CAP024 10:39 'demo/hello' is not a path → write for example \"/demo/hello?delay={service_time_ms}\"")]
    [InlineData("p95: 15ms", "p95: 5ms",
        "CAP032 10:83 p95 (5ms) is below p50 (8ms) → a larger share of values stays below p95, so it cannot be "
        + "smaller")]
    [InlineData(", p95: 15ms", "",
        "CAP011 10:66 a service time needs the key 'p95' → write for example { p50: 8ms, p95: 15ms }")]
    [InlineData("{ p50: 8ms, p95: 15ms }", "8",
        "CAP021 10:66 the duration '8' has no unit → write 8s (or ms, m, h)")]
    [InlineData("{ p50: 8ms, p95: 15ms }", "{ p50: 8ms, uniform: [0s, 1s] }",
        "CAP013 10:66 a service time must name exactly one law → write 8ms, { p50: 8ms, p95: 15ms }, { uniform: "
        + "[0ms, 2s] } or { exponential: 20ms }")]
    [InlineData("[1s, 3s]", "[3s, 1s]",
        "CAP032 12:49 the upper bound (1s) is below the lower one (3s) → write [1s, 3s]")]
    [InlineData("[1s, 3s]", "3s",
        "CAP012 12:44 'uniform' must be a list of two durations → write for example [0ms, 5999ms]")]
    [InlineData("{ exponential: 1s }", "{ quantiles: { 0%: 1ms, 50%: 2ms } }",
        "CAP032 7:66 the quantiles must reach from 0% to 100% → write for example { 0%: 1ms, 50%: 20ms, 100%: 200ms }")]
    [InlineData("{ exponential: 1s }", "{ quantiles: { 0%: 9ms, 100%: 2ms } }",
        "CAP032 7:77 the quantile at 100% does not ascend from the one before → sort shares and durations")]
    [InlineData("workers: 8", "workers: 0",
        "CAP023 12:21 the number of workers cannot be 0 → write a whole number from 1 to 100000")]
    [InlineData("metric: latency.p99", "metric: latency.p9",
        "CAP024 14:15 'latency.p9' is not a metric → did you mean 'latency.p95'?")]
    [InlineData("metric: latency.p99", "metric: cpu",
        "CAP024 14:15 'cpu' is not a metric → write one of latency.p50, latency.p95, latency.p99, errors, "
        + "replicas, cost")]
    [InlineData("under: 0.1%", "under: 0.1%, except: 1m",
        "CAP013 15:44 'except' belongs to latencies, not to 'errors' → remove it: this metric is judged over "
        + "the whole run")]
    [InlineData("under: 3 replica-hours", "under: 3", "CAP021 17:28 a cost needs its unit → write 3 replica-hours")]
    [InlineData("under: 3 replica-hours", "under: 3 euros",
        "CAP022 17:28 unknown unit 'euros' in '3 euros' → write for example 3 replica-hours")]
    [InlineData("objectives:", "slo: []\nobjectives:",
        "CAP013 13:6 'slo' is another word for 'objectives': write one of them → move these entries to 'objectives'")]
    [InlineData("speed: 30", "speed: 0.5", "CAP023 18:21 a speed cannot be '0.5' → write 1 or more")]
    [InlineData("demand: 50%", "demand: 0%",
        "CAP023 18:33 a rehearsal without demand validates nothing → write for example 50%")]
    [InlineData("stack: ../stack.yml, ", "",
        "CAP011 4:9 the target needs the key 'stack' → add for example stack: docker-stack.yml")]
    [InlineData("{ speed: 30, demand: 50% }", "fast",
        "CAP012 18:12 the rehearsal must be a map of keys, but this is a value → write 'key: value' pairs")]
    [InlineData("name: sale", "name: sale\nspacing: evn",
        "CAP024 4:10 'evn' is not a spacing of arrivals → did you mean 'even'?")]
    [InlineData("name: sale", "name: sale\nname: sale", "YAML003 4:1 key 'name' is given twice → remove one")]
    public void Each_error_names_its_place_and_its_remedy(string good, string bad, params string[] expected)
    {
        int at = Good.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{good}' is not in the example");

        Parsed<Scenario> read = Read(Good[..at] + bad + Good[(at + good.Length)..]);

        Assert.False(read.TryGet(out _));
        Assert.Equal(expected.Order(StringComparer.Ordinal),
            read.Diagnostics.Select(d => $"{d.Code} {d.At.Line}:{d.At.Column} {d.Message} → {d.Hint}")
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_errors_of_a_file_are_reported_in_the_order_of_its_lines()
    {
        Parsed<Scenario> read = Read(Good.Replace("700/s", "700", StringComparison.Ordinal)
            .Replace("workers: 8", "worker: 8", StringComparison.Ordinal)
            .Replace("under: 8", "under: many", StringComparison.Ordinal));

        Assert.Equal([6, 12, 16], read.Diagnostics.Select(d => d.At.Line));
    }

    [Theory]
    [InlineData("load", "[]", "CAP033 'load' is empty")]
    [InlineData("requests", "[]", "CAP033 'requests' is empty")]
    [InlineData("load", "fast", "CAP012 'load' must be a list, but this is a value")]
    [InlineData("load[0]", "{ pause: 1m, during: 2m }",
        "CAP013 'during' belongs to 'inject', 'ramp_to' or 'users', which this stage does not have")]
    public void A_list_must_have_entries(string path, string value, string expected)
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", Good), [$"{path}={value}"]);

        Assert.Equal(expected, Assert.Single(read.Diagnostics.Select(d => $"{d.Code} {d.Message}")));
    }

    [Fact]
    public void A_load_without_requests_is_only_doubted()
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", Good), ["load=[{ pause: 1m }]"]);

        Assert.True(read.TryGet(out _));
        Assert.Equal((Severity.Warning, "CAP035"), (read.Diagnostics[0].Severity, read.Diagnostics[0].Code));
    }

    [Fact]
    public void Files_that_are_not_there_are_reported_where_the_scenario_names_them()
    {
        Parsed<Scenario> read =
            ScenarioReader.Read(new SourceText("shops/sale.yaml", Good), exists: p => p == "stack.yml");

        Diagnostic only = Assert.Single(read.Diagnostics);
        Assert.Equal(("CAP036", "there is no file shops/am.yml", 4), (only.Code, only.Message, only.At.Line));
    }

    private static Parsed<Scenario> Read(string text) => ScenarioReader.Read(new SourceText("shops/sale.yaml", text));

    private static Scenario Valid(string text)
    {
        Parsed<Scenario> read = Read(text);
        Assert.Empty(read.Diagnostics.Select(d => d.ToString()));
        Assert.True(read.TryGet(out Scenario? scenario));
        return scenario;
    }
}
