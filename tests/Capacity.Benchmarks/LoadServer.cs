using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Capacity.Benchmarks;

/// <summary>nginx with one worker on the second core: 200 with two bytes.</summary>
internal sealed class LoadServer : IDisposable
{
    private readonly string _folder;
    private readonly Process _process;

    private LoadServer(string folder, Process process, Uri address) =>
        (_folder, _process, Address) = (folder, process, address);

    public Uri Address { get; }

    public static LoadServer Start()
    {
        int port = FreePort();
        string folder = Directory.CreateTempSubdirectory("capacity-bench").FullName;
        string file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log crit;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              keepalive_timeout 600s;
              server { listen 127.0.0.1:{{port}} backlog=4096; location / { return 200 "ok"; } }
            }
            """);
        Process process = Process.Start(
            new ProcessStartInfo("taskset", ["-c", "1", "nginx", "-p", folder, "-c", file])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
        var server = new LoadServer(folder, process, new Uri($"http://127.0.0.1:{port}/"));
        server.WaitUntilReady(port);
        return server;
    }

    public void Dispose()
    {
        using (Process.Start("kill", [_process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            _process.WaitForExit(TimeSpan.FromSeconds(5)); // it ends its worker and itself
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady(int port)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (i < 50 && !_process.HasExited)
            {
                Thread.Sleep(100);
            }
        }
    }
}
