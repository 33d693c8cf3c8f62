using System.Net;
using Capacity.Model;
using Capacity.Scripting;
using Capacity.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Capacity.Tests.Scripting;

/// <summary>Calls of a service that speaks gRPC by hand.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class GrpcTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_goes_there_and_another_comes_back()
    {
        string? asked = null;
        await using WebApplication server = await StartAsync(async context =>
        {
            asked = $"{context.Request.Method} {context.Request.Path} {context.Request.ContentType} "
                + $"{context.Request.Headers.TE} {context.Request.Protocol}";
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await AnswerAsync(context, body.ToArray(), "0");
        });
        using HttpClient client = Grpc.Client(AddressOf(server));

        Response<byte[]> answer = await Grpc.Unary(client, "shop.Orders/Get", new byte[] { 8, 42 }, Stop);

        Assert.Equal("POST /shop.Orders/Get application/grpc trailers HTTP/2", asked);
        Assert.Equal(("OK", false, 7), (answer.StatusCode, answer.IsError, answer.SizeBytes));
        Assert.Equal([8, 42], answer.Payload.Value);
    }

    [Theory]
    [InlineData("5", new byte[0], "NOT_FOUND", "no order %2F 42", "no order / 42")]
    [InlineData("99", new byte[0], "99", "", "")]
    [InlineData("0", new byte[] { 0, 0, 0, 0, 9, 1 }, "INTERNAL", "", "the answer is not one uncompressed message")]
    [InlineData("0", new byte[] { 1, 0, 0, 0, 1, 1 }, "INTERNAL", "", "the answer is not one uncompressed message")]
    [InlineData("x", new byte[] { 0, 0, 0, 0, 0 }, "UNKNOWN", "", "the answer has no grpc-status")]
    public async Task What_is_wrong_is_a_failure_with_its_status(
        string code, byte[] body, string status, string sent, string message)
    {
        await using WebApplication server = await StartAsync(context => AnswerAsync(context, body, code, sent));
        using HttpClient client = Grpc.Client(AddressOf(server));

        Response<byte[]> answer = await Grpc.Unary(client, "a/B", ReadOnlyMemory<byte>.Empty, Stop);

        Assert.Equal((status, true, message), (answer.StatusCode, answer.IsError, answer.Message));
    }

    [Fact]
    public async Task A_call_is_a_step_like_any_other()
    {
        await using WebApplication server = await StartAsync(context => AnswerAsync(context, [0, 0, 0, 0, 0], "0"));
        using HttpClient client = Grpc.Client(AddressOf(server));
        ScenarioProps calls = Capacity.Scripting.Scenario.Create("calls", async context =>
            await Step.Run("get", context, () => Grpc.Unary(
                client, "shop.Orders/Get", ReadOnlyMemory<byte>.Empty, context.ScenarioCancellationToken)))
            .WithLoadSimulations(Simulation.IterationsForConstant(copies: 4, iterations: 40));

        RunResult run = await new ScriptSession(
            new SessionSettings { Name = "calls", Scenarios = [calls] }, new ScriptLog(_ => { }), null).RunAsync(Stop);

        Assert.Equal((40, 0), (run.Totals.Ok, run.Totals.Failed));
    }

    private static async Task AnswerAsync(HttpContext context, byte[] body, string status, string message = "")
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(body);
        context.Response.AppendTrailer("grpc-status", status);
        context.Response.AppendTrailer("grpc-message", message);
    }

    private static Uri AddressOf(WebApplication server) => new(server.Services.GetRequiredService<IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static async Task<WebApplication> StartAsync(RequestDelegate handle)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        WebApplication server = builder.Build();
        server.Run(handle);
        await server.StartAsync(Stop);
        return server;
    }
}
