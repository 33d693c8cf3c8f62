using Capacity.Model;

namespace Capacity.Tests.Model;

/// <summary>Stages, spacings and faults as scenario files write them.</summary>
public sealed class DemandReaderTests
{
    private const string Frame =
        """
        version: 1
        name: day
        target: { service: a_b, stack: s.yml, alertmanager: am.yml }
        requests: [{ name: all, service_time: 1ms, match: /a/* }]
        """;

    private const string Steady = "\nload: [{ inject: 10/s, during: 30m }]\n";

    [Fact]
    public void Curves_are_read()
    {
        Scenario scenario = Valid(
            """

            load:
              - { stage: day, sine: { mean: 400/s, amplitude: 300/s, period: 24h, peak_at: 14h }, during: 24h }
              - { sine: { mean: 4/s, amplitude: 3/s, period: 60s }, during: 2m }
              - { stage: stairs, steps: [100/s, 200/s], over: 10s, during: 10m }
              - { stage: more, steps: { from: 10/s, by: 5/s, times: 3 }, during: 9m }
              - { stage: drop, spike: 2000/s, over: 5s, during: 2m }
              - { stage: yesterday, replay: logs/access.log, format: nginx, skip: 1h, during: 30m }
            """);
        Assert.Equal(new LoadStage.Sine("day", 400, 300, 86_400, 50_400, 86_400), scenario.Load[0]);
        Assert.Equal(new LoadStage.Sine("", 4, 3, 60, 15, 120), scenario.Load[1]);
        var stairs = Assert.IsType<LoadStage.Stairs>(scenario.Load[2]);
        Assert.Equal([100, 200], stairs.Rates);
        Assert.Equal((10, 600), (stairs.Over, stairs.During));
        Assert.Equal([10, 15, 20], Assert.IsType<LoadStage.Stairs>(scenario.Load[3]).Rates);
        Assert.Equal(new LoadStage.Spike("drop", 2000, 5, 120), scenario.Load[4]);
        var replay = Assert.IsType<LoadStage.Replay>(scenario.Load[5]);
        Assert.Equal(
            ("in/logs/access.log", RecordingFormat.Combined, 3600.0, 1800.0),
            (replay.File.Path, replay.File.Format, replay.File.Skip, replay.During));
        Assert.Equal("/a/*", scenario.Requests[0].Match);
    }

    [Fact]
    public void Spacings_are_read()
    {
        Assert.Equal(
            new ArrivalSpacing.Bursty(5, 0.1, 20),
            Valid(Steady + "spacing: { bursty: { factor: 5, share: 10%, length: 20s } }").Spacing);
        Assert.Equal(new ArrivalSpacing.Variable(4), Valid(Steady + "spacing: { variability: 4 }").Spacing);
        Assert.Equal(ArrivalSpacing.Even, Valid(Steady + "spacing: even").Spacing);
        Assert.Equal(ArrivalSpacing.Poisson, Valid(Steady).Spacing);
    }

    [Fact]
    public void Faults_are_read()
    {
        Scenario scenario = Valid(Steady +
            """
            nodes: { count: 3, capacity: 4 }
            service: { workers: 4, warm_up: { factor: 3, for: 30s }, crash: { every: 2h, restart: 9s } }
            delays: { discovery: 5s, restart: 7s }
            faults:
              - { at: 1m, crash: 2 }
              - { at: 2m, crash: { restart: 30s } }
              - { at: 3m, slow: { replicas: 2, factor: 4 }, for: 5m }
              - { at: 4m, lose_node: 1, for: 10m }
              - { at: 5m, lose_node: { nodes: 2, detect: 20s } }
              - { at: 6m, down: alertmanager, for: 3m }
            """);
        Assert.Equal(
            [
                new Fault.Crash(60, 2, null), new Fault.Crash(120, 1, 30), new Fault.Slow(180, 2, 4, 300),
                new Fault.LoseNode(240, 1, 600, 11), new Fault.LoseNode(300, 2, null, 20),
                new Fault.Outage(360, LoopPart.Alertmanager, 180),
            ],
            scenario.Faults);
        Assert.Equal(new NodePool(3, 4), scenario.Nodes);
        Assert.Equal(
            (new WarmUp(3, 30), new RandomCrashes(7200, 9)), (scenario.Service.WarmUp, scenario.Service.Crash));
        Assert.Equal((5, 7), (scenario.Delays.Discovery, scenario.Delays.Restart));
    }

    [Theory]
    [InlineData("sine: { mean: 4/s, amplitude: 5/s, period: 1m }", "CAP100 6:37 the amplitude is above the mean: the "
        + "rate would be negative → write 4/s or less")]
    [InlineData("sine: { mean: 4/s, amplitude: 3/s, period: 500ms }",
        "CAP100 6:50 the stage has more than 2000 periods "
        + "→ write a longer period; for quick changes use 'spacing: { bursty: … }'")]
    [InlineData("sine: { base: 4/s, amplitude: 3/s, period: 1m }", "CAP011 6:13 a sine needs the key 'mean' → add for "
        + "example mean: 400/s|CAP010 6:15 unknown key 'base' in a sine → did you mean 'mean'?")]
    [InlineData("steps: []", "CAP101 6:14 a stage has 1 to 1000 steps, not 0 → write for example [100/s, 200/s]")]
    [InlineData("steps: [1/s, {}]", "CAP012 6:20 a step must be a rate, but this is a map → write for example steps: "
        + "[100/s, 200/s, 300/s]")]
    [InlineData("steps: { from: 1/s, by: 900000/s, times: 3 }", "CAP101 6:48 the last of these steps is too high for a "
        + "rate → fewer steps, or a smaller 'by'")]
    [InlineData("steps: [1/s, 2/s], over: 16m",
        "CAP101 6:32 each change ('over', 16m) takes longer than its step → the "
        + "2 steps last 900 s each; write that or less")]
    [InlineData("spike: 9/s, over: 16m", "CAP102 6:25 rise and fall ('over', 16m, twice) are longer than the stage → "
        + "write at most half the length of the stage; without 'over' the rate jumps")]
    [InlineData("spike: 9/s, skip: 1m",
        "CAP013 6:25 'skip' belongs to 'replay', which this stage does not have → remove "
        + "'skip', or write 'replay'")]
    [InlineData("replay: a.log, format: iis", "CAP024 6:30 'iis' is not the format of a recording → write one of "
        + "combined, nginx, apache, haproxy, csv, ndjson")]
    [InlineData("incrementUsersPerSec: 3",
        "CAP010 6:7 unknown key 'incrementUsersPerSec' in a load stage → did you mean "
        + "'steps'?")]
    public void Stages_that_cannot_be_say_what_to_write(string stage, string expected) =>
        Assert.Equal(expected, Errors($"\nload:\n  - {{ {stage}, during: 30m }}\n"));

    [Theory]
    [InlineData("spacing: { bursty: { factor: 20, share: 10%, length: 1s } }",
        "CAP103 6:30 20 times the rate in 10% of "
        + "the time is more than all requests → write 10 or less, or a smaller share")]
    [InlineData("spacing: { bursty: { factor: 20, share: 0%, length: 1s } }", "CAP103 6:41 bursts that are never, or "
        + "always, are none → write for example 10%, or spacing: poisson")]
    [InlineData("spacing: { variability: 0.5 }", "CAP023 6:25 a variability cannot be '0.5' → write 1 or more")]
    [InlineData("spacing: {}",
        "CAP013 6:10 a spacing has one of the keys 'bursty' and 'variability' → write for example "
        + "spacing: { bursty: { factor: 5, share: 10%, length: 20s } }")]
    [InlineData("faults: [{ at: 1m }]", "CAP108 6:10 a fault is one of 'crash', 'slow', 'lose_node' and 'down' → write "
        + "for example { at: 12m, crash: 1 }")]
    [InlineData("faults: [{ at: 1m, crash: 1, down: scaler }]", "CAP108 6:36 a fault is one of 'crash', 'slow', "
        + "'lose_node' and 'down' → make it two faults")]
    [InlineData("faults: [{ at: 1m, down: scaler }]",
        "CAP109 6:10 this fault needs its length → add for example for: 5m")]
    [InlineData("faults: [{ at: 1m, crash: 1, for: 1m }]",
        "CAP109 6:35 a crash has no length: others start in its place "
        + "→ write crash: { replicas: 1, restart: 30s }")]
    [InlineData("faults: [{ at: 1m, down: grafana, for: 1m }]",
        "CAP024 6:26 'grafana' is not a part of the loop → write "
        + "one of prometheus, alertmanager, scaler")]
    [InlineData("faults: [{ at: 1m, lose_node: 1 }]", "CAP110 6:10 a node can only be lost when the scenario says how "
        + "many there are → add for example nodes: { count: 3, capacity: 4 }")]
    [InlineData("faults: [{ at: 1m, kill: 1 }]", "CAP010 6:20 unknown key 'kill' in a fault → did you mean 'crash'?")]
    [InlineData("faults: [{ at: 31m, crash: 1 }]",
        "CAP111 6:10 this fault comes after the end of the load (30 min 00 s) "
        + "→ an earlier 'at'")]
    public void Spacings_and_faults_that_cannot_be_say_what_to_write(string text, string expected) =>
        Assert.Equal(expected, Errors(Steady + text));

    private static Scenario Valid(string text)
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("in/day.yaml", Frame + text));
        Assert.True(read.TryGet(out Scenario? scenario), string.Join('\n', read.Diagnostics));
        Assert.Empty(read.Diagnostics);
        return scenario;
    }

    private static string Errors(string text) => string.Join(
        '|', ScenarioReader.Read(new SourceText("in/day.yaml", Frame + text)).Diagnostics
            .Select(d => $"{d.Code} {d.At.Line}:{d.At.Column} {d.Message} → {d.Hint}"));
}
