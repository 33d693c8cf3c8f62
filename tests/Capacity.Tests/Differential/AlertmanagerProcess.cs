using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Capacity.Tests.Differential;

/// <summary>A real Alertmanager on a loopback port with a data folder of its own.</summary>
internal sealed class AlertmanagerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly string _folder;

    private AlertmanagerProcess(Process process, HttpClient client, string folder)
    {
        _process = process;
        _client = client;
        _folder = folder;
    }

    /// <summary>When it was ready.</summary>
    public DateTime Ready { get; private init; }

    public static async Task<AlertmanagerProcess> StartAsync(string configuration, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("capacity-alertmanager").FullName;
        string file = Path.Combine(folder, "alertmanager.yml");
        await File.WriteAllTextAsync(file, configuration, stop);
        int port = FreePort();
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var start = new ProcessStartInfo("prometheus-alertmanager",
        [
            $"--config.file={file}", $"--storage.path={folder}", $"--web.listen-address={address}",
            "--cluster.listen-address=", "--log.level=error",
        ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var client = new HttpClient { BaseAddress = new Uri($"http://{address}/") };
        while (!await IsReadyAsync(client, stop))
        {
            Assert.False(process.HasExited, $"Alertmanager does not start with\n{configuration}");
            await Task.Delay(5, stop);
        }

        return new AlertmanagerProcess(process, client, folder) { Ready = DateTime.UtcNow };
    }

    public async Task PostAsync(JsonArray alerts, CancellationToken stop) =>
        await SendAsync("api/v2/alerts", alerts, stop);

    public async Task SilenceAsync(JsonObject silence, CancellationToken stop) =>
        await SendAsync("api/v2/silences", silence, stop);

    public async Task ReloadAsync(CancellationToken stop) => await SendAsync("-/reload", new JsonObject(), stop);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SendAsync(string path, JsonNode body, CancellationToken stop)
    {
        using HttpResponseMessage answer = await _client.PostAsJsonAsync(path, body, stop);
        Assert.True(answer.IsSuccessStatusCode,
            $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(stop)}");
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri("-/ready", UriKind.Relative), stop);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
