using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;
using Capacity.Tests.Support;

namespace Capacity.Tests.RealSwarm;

/// <summary>The stack on an engine that is asked over TCP with TLS, and a scaler that asks for its token.</summary>
[Collection(RealClock.Name)]
[Trait("Category", "RealSwarm")]
public sealed class TlsTests : IAsyncLifetime
{
    private const string Root = "/var/lib/capacity-tls-test";
    private const string Certificates = $"{Root}/certificates";
    private const string Stack = $"{Root}/stack";
    private const string Socket = $"{Root}/engine/docker.sock";
    private const string Service = "go-demo_main";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly TestPorts _ports = new(32080);
    private readonly int _port = StackPorts.Free(IPAddress.Loopback, ProtocolType.Tcp, 32376);
    private HostNetworkState? _before;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Variables => new(StringComparer.Ordinal)
    {
        ["DOCKER_HOST"] = string.Create(CultureInfo.InvariantCulture, $"tcp://localhost:{_port}"),
        ["DOCKER_TLS_VERIFY"] = "1",
        ["DOCKER_CERT_PATH"] = Certificates,
    };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_before is null)
        {
            return;
        }

        await RunningProgram.RunAsync("swarm", "down", "--folder", Stack);
        await RunningProgram.RunOtherAsync("docker", "-H", $"unix://{Socket}", "swarm", "leave", "--force");
        await new OwnEngine(new SwarmFolder($"{Root}/engine")).StopAsync(CancellationToken.None);
        await HostNetwork.RestoreAsync(_before, CancellationToken.None);
        Directory.Delete(Root, recursive: true);
    }

    [Fact(Explicit = true, Timeout = 200_000)]
    public async Task The_stack_goes_up_over_TLS_and_the_scaler_obeys_who_knows_the_secret()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || OwnEngine.Find("dockerd") is null
            || HostNetwork.OtherEngine() is not null)
        {
            Assert.Skip("NOT TESTED: an engine with TLS needs Linux, root, dockerd, and no other engine running.");
        }

        await StartEngineAsync();
        (int code, string output) = await RunningProgram.RunAsync(new Dictionary<string, string>(Variables)
        {
            ["DOCKER_CERT_PATH"] = Root, // no certificates there
        }, ["swarm", "up", "--folder", Stack]);
        Assert.True(code == 4 && output.Contains("ca.pem", StringComparison.Ordinal), output);

        (code, output) = await RunningProgram.RunAsync(
            Variables, ["swarm", "up", "--folder", Stack, "--set", $"DOCKER_SOCKET={Socket}", .. _ports.Words]);
        Assert.True(code == 0, output);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        await ObeysWhoKnowsTheSecretAsync();
        (code, output) = await RunningProgram.RunAsync("swarm", "down", "--folder", Stack); // it knows the address
        Assert.True(code == 0, output);
        using var client = new EngineClient(EngineAddress.Parse(Socket));
        Assert.Empty(await client.ServicesAsync(null, Stop));
    }

    private async Task ObeysWhoKnowsTheSecretAsync()
    {
        string token = (await File.ReadAllTextAsync($"{Stack}/stack/scaler-token", Stop)).Trim();
        HttpStatusCode first = HttpStatusCode.ServiceUnavailable;
        for (int i = 0; i < 100 && first == HttpStatusCode.ServiceUnavailable; i++) // the proxy may not have found it
        {
            first = (await ScaleAsync(null)).Code;
            await Task.Delay(100, Stop);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, first);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ScaleAsync("wrong")).Code);
        (HttpStatusCode code, string text) = await ScaleAsync(token);
        Assert.True(code == HttpStatusCode.OK, text);
        Assert.Contains($"Scaling {Service} from 2 to 4 replicas", text, StringComparison.Ordinal);

        // A secret is mounted in memory; it is in no specification that others may read.
        foreach (string service in (string[])["go-demo_scaler", "go-demo_alertmanager"])
        {
            (int found, string seen) = await RunningProgram.RunOtherAsync(
                "docker", "-H", $"unix://{Socket}", "service", "inspect", service);
            Assert.True(found == 0 && seen.Contains("scaler-token", StringComparison.Ordinal), seen);
            Assert.DoesNotContain(token, seen, StringComparison.Ordinal);
        }
    }

    private async Task<(HttpStatusCode Code, string Text)> ScaleAsync(string? token)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_ports.Proxy, "/scaler/v1/scale-service"))
        {
            Content = new StringContent($$$"""{"groupLabels":{"scale":"up","service":"{{{Service}}}"}}""", Encoding.UTF8),
        };
        if (token is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {token}");
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, Stop);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task StartEngineAsync()
    {
        Directory.CreateDirectory(Certificates);
        Directory.CreateDirectory($"{Root}/engine");
        _before = await HostNetwork.LookAsync(Stop);
        using var authority = new TestAuthority("capacity test");
        await File.WriteAllTextAsync($"{Certificates}/ca.pem", authority.Certificate.ExportCertificatePem(), Stop);
        authority.Write("localhost", $"{Root}/engine.pem", $"{Root}/engine-key.pem");
        authority.Write("client", $"{Certificates}/cert.pem", $"{Certificates}/key.pem");
        string command = "DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1 exec setsid dockerd --storage-driver overlay2 "
            + $"--data-root {Root}/engine/data --exec-root {Root}/engine/exec -p {Root}/engine/dockerd.pid "
            + $"--cgroup-parent /{ControlGroup.Name} -H unix://{Socket} -H tcp://127.0.0.1:{_port} --tlsverify "
            + $"--tlscacert {Certificates}/ca.pem --tlscert {Root}/engine.pem --tlskey {Root}/engine-key.pem "
            + $"> {Root}/engine.log 2>&1 < /dev/null &";
        await RunningProgram.RunOtherAsync("sh", "-c", command);
        (int code, string output) = (1, "");
        for (int i = 0; i < 100 && code != 0; i++)
        {
            (code, output) = await RunningProgram.RunOtherAsync(
                "docker", ["-H", $"unix://{Socket}", "swarm", "init", .. StackPorts.OfSwarm()]);
            await Task.Delay(200, Stop);
        }

        Assert.True(code == 0, output);
    }
}
