using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Capacity.Cli;
using Capacity.Cli.Serving;
using Capacity.Tests.Cli;
using Capacity.Tests.Support;

namespace Capacity.Tests.Serving;

/// <summary>The server without a browser: who is let in, and what is answered.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class WhatIfServerTests : IAsyncLifetime
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private WhatIfServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Uri At(string path) => new(_server.Address, path);

    public async ValueTask InitializeAsync() => _server = await WhatIfServer.StartAsync(
        new WhatIfServing(0, ServedScenario.Token, 2), ServedScenario.Subject(), TimeProvider.System, Stop);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
    }

    [Theory]
    [InlineData("", "text/html")]
    [InlineData("whatif.js", "text/javascript")]
    [InlineData("whatif.css", "text/css")]
    [InlineData("icon.svg", "image/svg+xml")]
    public async Task Serves_the_page_to_whoever_has_the_token(string file, string type)
    {
        using HttpResponseMessage answer = await _client.GetAsync(At(file), Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(Stop));
    }

    [Theory]
    [InlineData("/", 404)]
    [InlineData("/0123456789abcdee/", 404)]
    [InlineData("/0123456789abcdef", 302)]
    [InlineData("/0123456789abcdef/../whatif.js", 404)]
    [InlineData("/0123456789abcdef/none", 404)]
    [InlineData("/0123456789abcdef/live", 404)]
    public async Task Other_paths_give_nothing(string path, int status)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(_server.Address, path), Stop);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("127.0.0.1", 403)]
    [InlineData("localhost:{port}", 200)]
    public async Task Only_its_own_names_are_answered(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Address);
        request.Headers.Host = host.Replace("{port}", $"{_server.Address.Port}", StringComparison.Ordinal);

        using HttpResponseMessage answer = await _client.SendAsync(request, Stop);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Nothing_can_be_posted()
    {
        using HttpResponseMessage answer = await _client.PostAsync(_server.Address, new StringContent(""), Stop);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    public async Task A_page_of_another_site_cannot_connect(string? origin)
    {
        using var socket = new ClientWebSocket();
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Live(), Stop));
    }

    [Fact]
    public async Task A_request_is_answered_with_one_launch_and_then_with_more()
    {
        using ClientWebSocket socket = await ConnectAsync();
        Assert.Equal("hello", (await ReceiveAsync(socket)).GetProperty("type").GetString());

        await SendAsync(socket, """{"seq":1,"view":-1,"values":{"workers":2}}""");
        JsonElement first = await ReceiveAsync(socket);
        JsonElement second = await ReceiveAsync(socket);
        if (first.GetProperty("launches").GetInt32() == 0) // the machine is slow now: only its beginning
        {
            Assert.True(first.GetProperty("until").GetDouble() < first.GetProperty("duration").GetDouble());
            (first, second) = (second, await ReceiveAsync(socket));
        }

        Assert.Equal(1, first.GetProperty("seq").GetInt32());
        Assert.Equal(1, first.GetProperty("launches").GetInt32());
        Assert.Equal(8, second.GetProperty("launches").GetInt32());
    }

    [Fact]
    public async Task Undone_moves_are_answered_from_the_launches_that_are_there()
    {
        using ClientWebSocket socket = await ConnectAsync();
        await ReceiveAsync(socket);
        await SendAsync(socket, """{"seq":1,"view":-1,"values":{}}""");
        for (int launches = 0; launches < 24;)
        {
            launches = (await ReceiveAsync(socket)).GetProperty("launches").GetInt32();
        }

        await SendAsync(socket, """{"seq":2,"view":-1,"values":{"scaleMin":4}}""");
        await SendAsync(socket, """{"seq":3,"view":-1,"values":{}}""");
        JsonElement back;
        do
        {
            back = await ReceiveAsync(socket);
        }
        while (back.GetProperty("seq").GetInt32() < 3);

        Assert.True(back.GetProperty("launches").GetInt32() >= 24);
    }

    [Fact]
    public async Task Nonsense_ends_the_connection()
    {
        using ClientWebSocket socket = await ConnectAsync();
        await ReceiveAsync(socket);

        await SendAsync(socket, "nonsense");

        var buffer = new byte[100];
        Assert.Equal(WebSocketMessageType.Close,
            (await socket.ReceiveAsync(buffer.AsMemory(), Stop)).MessageType);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_exit_code_4()
    {
        CommandLineRun run = await CommandLineRun.Of(
            "serve", ServedScenario.File, "--no-open", "--port", $"{_server.Address.Port}");

        Assert.Equal(ExitCode.EnvironmentFailed, run.Code);
        Assert.Contains($"port {_server.Address.Port} on 127.0.0.1 cannot be used: another program listens there",
            run.Error);
        Assert.Contains("--port 0", run.Error);
    }

    [Fact]
    public async Task Without_a_browser_the_address_is_printed_and_a_signal_ends_it_well()
    {
        using var signal = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        signal.CancelAfter(TimeSpan.FromSeconds(1));

        CommandLineRun run = await CommandLineRun.With(
            null, signal.Token, "serve", ServedScenario.File, "--port", "0", "--no-open");

        Assert.Matches("^http://127\\.0\\.0\\.1:[0-9]+/[0-9a-f]{32}/\n$", run.Output);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Theory]
    [InlineData((int)ExitCode.Usage, "there is no file nothing.json", "--measured", "nothing.json")]
    [InlineData((int)ExitCode.InvalidScenario, "CAP091", "--measured", "{file}")]
    [InlineData((int)ExitCode.Usage, "between 0 and 65535", "--port", "70000")]
    public async Task Wrong_input_is_explained(int code, string why, string option, string value)
    {
        CommandLineRun run = await CommandLineRun.Of("serve", ServedScenario.File, "--no-open", option,
            value.Replace("{file}", ServedScenario.File, StringComparison.Ordinal));

        Assert.Equal(code, (int)run.Code);
        Assert.Contains(why, run.Error);
    }

    private Uri Live() => new UriBuilder(At("live")) { Scheme = "ws" }.Uri;

    private async Task<ClientWebSocket> ConnectAsync()
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", $"http://{_server.Address.Authority}");
        await socket.ConnectAsync(Live(), Stop);
        return socket;
    }

    private static async Task SendAsync(ClientWebSocket socket, string text) => await socket.SendAsync(
        Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, Stop);

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult got = await socket.ReceiveAsync(buffer.AsMemory(length), Stop);
            length += got.Count;
            if (got.EndOfMessage)
            {
                return JsonDocument.Parse(buffer.AsMemory(0, length)).RootElement;
            }
        }
    }
}
