using Capacity.Model;

namespace Capacity.Tests.Model;

public sealed class ScenarioOverridesTests
{
    private const string File = """
        version: 1
        name: sale
        target: { service: a, stack: b, alertmanager: c }
        load:
          - { stage: up, inject: 100/s, during: 1m }
          - { stage: flash sale, inject: 200/s, during: 1m }
        requests: [{ name: all, service_time: 1ms }]
        objectives: [{ metric: latency.p99, under: 1s }]
        """;

    [Fact]
    public void Values_are_replaced_and_missing_blocks_are_added()
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", File),
        [
            "load[0].inject=500/s", "load[flash sale].during=2m", "service.workers=16", "rehearsal.speed=30",
            "objectives[latency.p99].under=2s", "requests[all].service_time={ p50: 8ms, p95: 15ms }",
        ]);

        Assert.Empty(read.Diagnostics);
        Assert.True(read.TryGet(out Scenario? scenario));
        Assert.Equal(
            [new LoadStage.Open("up", 500, 0, 60), new LoadStage.Open("flash sale", 200, 0, 120)], scenario.Load);
        Assert.Equal(16, scenario.Service.Workers);
        Assert.Equal(30, scenario.Rehearsal.Speed);
        Assert.Equal(2, scenario.Objectives[0].Limit);
        Assert.IsType<ServiceLaw.Lognormal>(scenario.Requests[0].ServiceTime);
    }

    [Fact]
    public void A_wrong_value_is_shown_on_the_command_line_and_not_in_the_file()
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", File), ["load[0].inject=500"]);

        Assert.Equal("""
            error[CAP021]: the rate '500' has no unit
              --> --set:1:16
               1 | load[0].inject=500
                 |                ^^^ write 500/s (or /min, /h)
            """, Assert.Single(read.Diagnostics).ToString());
    }

    [Theory]
    [InlineData("speed", "CAP037 1:1 'speed' is not path=value")]
    [InlineData("=5", "CAP037 1:1 '=5' is not path=value")]
    [InlineData("a..b=5", "CAP037 1:1 'a..b=5' is not path=value")]
    [InlineData("[0].a=5", "CAP037 1:1 '[0].a=5' is not path=value")]
    [InlineData("load[0=5", "CAP037 1:1 'load[0=5' is not path=value")]
    [InlineData("name=", "CAP037 1:5 'name=' has no value")]
    [InlineData("name=[1", "YAML001")]
    [InlineData("load[7].inject=5/s", "CAP038 1:6 there is no entry [7]: the list has 2")]
    [InlineData("load[calm].inject=5/s", "CAP038 1:6 there is no entry [calm]: the list has 2")]
    [InlineData("load.inject=5/s", "CAP038 1:6 there is no 'inject' here: this is a list")]
    [InlineData("name.first=a", "CAP038 1:6 there is no 'first' here: this is a value")]
    [InlineData("name[0]=a", "CAP038 1:6 [0] chooses an entry of a list, but this is a value")]
    [InlineData("reharsal.speed=5", "CAP010 1:1 unknown key 'reharsal' in the scenario")]
    [InlineData("service.worker=5", "CAP010 1:9 unknown key 'worker' in the service")]
    public void A_wrong_path_is_explained(string setting, string expected)
    {
        Parsed<Scenario> read = ScenarioReader.Read(new SourceText("a.yaml", File), [setting]);

        Diagnostic only = Assert.Single(read.Diagnostics);
        Assert.StartsWith(
            expected, $"{only.Code} {only.At.Line}:{only.At.Column} {only.Message}", StringComparison.Ordinal);
        Assert.Equal(setting, only.At.Source!.Text);
    }

    [Fact]
    public void A_tree_can_be_changed_without_reading_it_as_a_scenario()
    {
        Parsed<YamlNode> changed = ScenarioOverrides.Apply(new SourceText("a.yaml", File), "name", "other");

        Assert.True(changed.TryGet(out YamlNode? root));
        Assert.Equal("other", Assert.IsType<YamlScalar>(Assert.IsType<YamlMap>(root).Find("name")).Text);
    }
}
