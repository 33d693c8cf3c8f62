using System.Text.Json.Nodes;
using Capacity.Swarm;
using Capacity.Swarm.Engine;
using Microsoft.AspNetCore.Http;

namespace Capacity.Tests.Swarm;

[Trait("Category", "EndToEnd")]
public sealed class EngineClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_older_of_both_versions_is_spoken()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        using var client = new EngineClient(engine.Address);

        Assert.Equal("1.41", await client.VersionAsync(Stop));
        await client.NodesAsync(Stop);
        await client.TasksAsync("a", Stop);
        Assert.Equal(["GET /_ping", "GET /v1.41/nodes", "GET /v1.41/tasks?filters=%7B%22service%22%3A%5B%22a%22%5D%7D"],
            engine.Calls);
    }

    [Fact]
    public async Task A_service_is_read_with_its_labels_and_replicas()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Replicated("web", 3, ("com.df.scaleMax", "7"));
        using var client = new EngineClient(engine.Address);

        EngineService service = (await client.ServiceAsync("web", Stop))!;
        Assert.Equal(("web", 3UL), (service.Spec.Name, service.Spec.Mode.Replicated!.Replicas!.Value));
        Assert.Equal("7", service.Spec.Labels!["com.df.scaleMax"]);
        Assert.Null(await client.ServiceAsync("none", Stop));
        Assert.Equal("web", Assert.Single(await client.ServicesAsync(null, Stop)).Spec.Name);
    }

    [Fact]
    public async Task An_update_changes_the_replicas_and_nothing_else()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Replicated("web", 3, ("a", "b"));
        JsonObject expected = engine.Spec("web");
        expected["Mode"]!["Replicated"]!["Replicas"] = 5;
        using var client = new EngineClient(engine.Address);

        await client.ScaleAsync("web", 5, Stop);

        Assert.True(JsonNode.DeepEquals(expected, engine.Spec("web")), engine.Spec("web").ToJsonString());
    }

    [Fact]
    public async Task A_write_that_came_too_late_is_read_decided_and_written_again()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Replicated("web", 1);
        engine.Interferences = 3;
        using var client = new EngineClient(engine.Address);

        await client.ScaleAsync("web", 2, Stop);

        Assert.Equal(2, engine.Replicas("web"));
        Assert.Equal(4, engine.Calls.Count(c => c.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Conflicts_without_end_are_reported_as_the_engine_said_it()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Replicated("web", 1);
        engine.Interferences = 99;
        using var client = new EngineClient(engine.Address, new EngineOptions { ConflictRetries = 2 });

        EngineException problem = await Assert.ThrowsAsync<EngineException>(() => client.ScaleAsync("web", 2, Stop));
        Assert.Equal((500, true), (problem.Status, problem.IsConflict));
        Assert.StartsWith("POST /services/id-web/update", problem.Call, StringComparison.Ordinal);
        Assert.EndsWith("the engine answered 500: rpc error: code = Unknown desc = update out of sequence",
            problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "{\"message\":\"This node is not a swarm manager.\"}", "This node is not a swarm manager.")]
    [InlineData(400, "client version 1.10 is too old", "client version 1.10 is too old")]
    public async Task Refusals_carry_call_status_and_body(int status, string body, string text)
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Instead = async context =>
        {
            if (context.Request.Path == "/_ping")
            {
                return false;
            }

            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
            return true;
        };
        using var client = new EngineClient(engine.Address);

        EngineException problem =
            await Assert.ThrowsAsync<EngineException>(() => client.ServicesAsync(null, Stop));
        Assert.Equal((status, body), (problem.Status, problem.Body));
        Assert.EndsWith(text, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_or_is_not_there_ends_in_an_exception()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        engine.Instead = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };
        using var slow = new EngineClient(engine.Address, new EngineOptions
        {
            Timeout = TimeSpan.FromMilliseconds(50),
        });
        EngineException late = await Assert.ThrowsAsync<EngineException>(() => slow.NodesAsync(Stop));
        Assert.Contains("did not answer within 0.1 s", late.Message, StringComparison.Ordinal);

        using var nobody = new EngineClient(EngineAddress.Parse("unix:///nowhere/engine.sock"));
        EngineException absent = await Assert.ThrowsAsync<EngineException>(() => nobody.NodesAsync(Stop));
        Assert.Null(absent.Status);
        Assert.Contains("cannot be reached: no engine listens there", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_go_on_after_the_stream_broke()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        using var client = new EngineClient(engine.Address, new EngineOptions { ReconnectPause = TimeSpan.Zero });
        engine.Happen("""{"Type":"service","Action":"create","Actor":{"ID":"1"},"timeNano":1500000000}""");
        engine.Happen(null);
        engine.Happen("""{"Type":"service","Action":"create","Actor":{"ID":"1"},"timeNano":1500000000}""");
        engine.Happen("""{"Type":"service","Action":"remove","Actor":{"ID":"2"},"timeNano":1600000000}""");
        int breaks = 0;
        var seen = new List<string>();
        await foreach (EngineEvent happened in client.EventsAsync(["service"], _ => breaks++, Stop))
        {
            seen.Add($"{happened.Action} {happened.Actor.Id}");
            if (seen.Count == 2)
            {
                break;
            }
        }

        Assert.Equal(["create 1", "remove 2"], seen);
        Assert.Equal(1, breaks);
        Assert.EndsWith("&since=1.500000000", engine.Calls.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_of_one_instant_all_count_in_whatever_order_the_engine_reports_them()
    {
        await using EngineStub engine = await EngineStub.StartAsync(Stop);
        using var client = new EngineClient(engine.Address, new EngineOptions { ReconnectPause = TimeSpan.Zero });
        foreach ((int id, long time) in ((int, long)[])[(1, 1_600_000_000), (2, 1_500_000_000), (3, 1_500_000_000)])
        {
            engine.Happen($$$"""
                {"Type":"container","Action":"create","Actor":{"ID":"{{{id}}}"},"timeNano":{{{time}}}}
                """.Trim());
        }

        var seen = new List<string>();
        await foreach (EngineEvent happened in client.EventsAsync(["container"], null, Stop))
        {
            seen.Add(happened.Actor.Id);
            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["1", "2", "3"], seen);
    }

    [Theory]
    [InlineData("unix:///var/run/docker.sock", "unix:///var/run/docker.sock")]
    [InlineData("/a/b.sock", "unix:///a/b.sock")]
    [InlineData("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375")]
    public void Addresses_are_written_as_docker_host_holds_them(string text, string expected) =>
        Assert.Equal(expected, EngineAddress.Parse(text).ToString());

    [Fact]
    public void Other_addresses_are_refused() =>
        Assert.Throws<ClusterException>(() => EngineAddress.Parse("ssh://host"));
}
