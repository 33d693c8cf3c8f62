using System.Text.Json.Nodes;
using Capacity.Cli.Commands;
using Capacity.Swarm.Drills;
using Capacity.Tests.Cli;

namespace Capacity.Tests.Drills;

public sealed class DrillResultTests
{
    private static readonly Drill Strict = new("x", "a fault", "no request fails") { RecoveryMax = 10 };

    [Fact]
    public void What_was_as_expected_has_nothing_unmet() => Assert.Empty(Result(Strict).Unmet);

    [Theory]
    [InlineData(1, 5.0, 0, "1 of 100 requests failed (1.0%)")]
    [InlineData(0, 10.5, 0, "recovery took 10.5 s")]
    [InlineData(0, double.NaN, 0, "had not recovered after 10 s")]
    [InlineData(0, 5.0, 2, "changed 2 times while the fault lasted")]
    public void Each_difference_is_told(int failed, double recovery, int scaled, string text)
    {
        DrillResult result = Result(Strict with { CallsForReplicas = true }) with
        {
            Failures = new SortedDictionary<string, int>(StringComparer.Ordinal) { ["503"] = failed },
            RecoverySeconds = recovery,
            ScaledMeanwhile = scaled,
        };
        Assert.Contains(text, Assert.Single(result.Unmet), StringComparison.Ordinal);
    }

    [Fact]
    public void No_request_at_all_is_no_success() =>
        Assert.NotEmpty((Result(Strict) with { Requests = 0 }).Unmet);

    [Fact]
    public void Requests_are_counted_by_why_they_failed()
    {
        (SortedDictionary<string, int> failures, double outage, double slowest) = DrillResult.Count(
        [
            new DrillRequest(0, 0.2, ""), new DrillRequest(1, 1.5, "503"), new DrillRequest(2, 12, "timeout"),
            new DrillRequest(3, 3.1, "503"), new DrillRequest(4, 5, ""),
        ]);

        Assert.Equal([KeyValuePair.Create("503", 2), KeyValuePair.Create("timeout", 1)], failures);
        Assert.Equal((11.0, 1.0), (outage, slowest));
        Assert.Equal((0.0, 0.0), (DrillResult.Count([]).Outage, DrillResult.Count([]).Slowest));
    }

    [Fact]
    public void The_JSON_says_what_was_expected_and_what_happened()
    {
        JsonNode json = JsonNode.Parse(DrillJson.Write(
            Result(Strict) with { RecoverySeconds = double.NaN }, null))!;
        Assert.False((bool)json["met"]!);
        Assert.Null(json["recoverySeconds"]);
        Assert.Equal("a fault", (string?)json["fault"]);
        Assert.Equal(1.5, (double)json["events"]![0]!["at"]!);
    }

    [Fact]
    public async Task The_list_names_every_drill_with_its_expectation()
    {
        CommandLineRun run = await CommandLineRun.Of("swarm", "drill", "--list");
        Assert.Equal(0, (int)run.Code);
        Assert.All(Drill.All, d =>
        {
            Assert.Contains(d.Name, run.Output, StringComparison.Ordinal);
            Assert.Contains(d.Expected, run.Output, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("stop-everything", "there is no drill 'stop-everything'")]
    [InlineData(null, "name a drill")]
    public async Task A_drill_must_be_named(string? name, string text)
    {
        CommandLineRun run =
            await CommandLineRun.Of([.. (string[])["swarm", "drill"], .. name is null ? [] : (string[])[name]]);
        Assert.Equal(2, (int)run.Code);
        Assert.Contains(text, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_swarm_the_way_to_one_is_told()
    {
        CommandLineRun run = await CommandLineRun.Of("swarm", "drill", "kill-replica", "--folder", "/nowhere/at-all");
        Assert.Equal(4, (int)run.Code);
        Assert.Contains("capacity swarm up", run.Error, StringComparison.Ordinal);
    }

    private static DrillResult Result(Drill drill) => new()
    {
        Drill = drill,
        FaultAt = 1,
        RepairedAt = double.NaN,
        RecoverySeconds = 5,
        ScaledMeanwhile = 0,
        Requests = 100,
        Failures = new SortedDictionary<string, int>(StringComparer.Ordinal),
        OutageSeconds = 0,
        SlowestSeconds = 0.1,
        Events = [new DrillEvent(1.5, "fault: a fault")],
    };
}
