using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Capacity.Model;
using Capacity.Scripting;
using Capacity.Tests.Support;
using Capacity.Tests.Swarm;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Capacity.Tests.Scripting;

/// <summary>The WebSocket step that docs/coming-from.md shows.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class WebSocketStepTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_sends_over_a_socket_that_its_runner_keeps()
    {
        int opened = 0;
        await using HttpHostForTests server = await HttpHostForTests.StartAsync(async context =>
        {
            Interlocked.Increment(ref opened);
            await EchoAsync(context);
        }, Stop);
        var target = new UriBuilder(server.Address) { Scheme = "ws" };

        var chat = Capacity.Scripting.Scenario.Create("chat", async context =>
        {
            if (!context.ScenarioInstanceData.TryGetValue("socket", out object? kept))
            {
                context.ScenarioInstanceData["socket"] = kept = new ClientWebSocket();
                await ((ClientWebSocket)kept).ConnectAsync(target.Uri, context.ScenarioCancellationToken);
            }

            var socket = (ClientWebSocket)kept;
            return await Step.Run("say", context, async () =>
            {
                byte[] answer = new byte[16];
                await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true,
                    context.ScenarioCancellationToken);
                WebSocketReceiveResult got = await socket.ReceiveAsync(answer, context.ScenarioCancellationToken);
                return Encoding.UTF8.GetString(answer, 0, got.Count) == "hello"
                    ? Response.Ok("echo", got.Count) : Response.Fail("differs");
            });
        }).WithLoadSimulations(Simulation.IterationsForConstant(copies: 2, iterations: 40));
        var session = new ScriptSession(
            new SessionSettings { Name = "chat", Scenarios = [chat] }, new ScriptLog(_ => { }), null);

        RunResult run = await session.RunAsync(Stop);

        Assert.Equal((40, 0), (run.Totals.Ok, run.Totals.Failed));
        Assert.InRange(opened, 1, 2);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        string key = context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1
        context.Response.Headers.SecWebSocketAccept =
            Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
#pragma warning restore CA5350
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        Stream stream = await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        byte[] said = new byte[64];
        try
        {
            while (await socket.ReceiveAsync(said, Stop) is { MessageType: WebSocketMessageType.Text } got)
            {
                await socket.SendAsync(said.AsMemory(0, got.Count), WebSocketMessageType.Text, true, Stop);
            }
        }
        catch (WebSocketException)
        {
            // The script is over and has closed nothing.
        }
    }
}
