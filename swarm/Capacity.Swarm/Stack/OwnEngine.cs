using System.Globalization;
using Capacity.Swarm.Engine;

namespace Capacity.Swarm.Stack;

/// <summary>A throw-away Docker engine with a folder, a socket and a swarm of its own.</summary>
/// <param name="folder">Holds all of it.</param>
/// <param name="network">Name of the network namespace that it runs in; null for the host's network.</param>
internal sealed class OwnEngine(SwarmFolder folder, string? network = null)
{
    private static readonly string[] Packages =
        ["docker.io", "iptables", "iproute2", "prometheus", "prometheus-alertmanager", "haproxy", "busybox-static"];

    private static readonly string[] Programs =
        ["dockerd", "iptables", "ip", "prometheus", "prometheus-alertmanager", "haproxy", "busybox"];

    private const string Client = "docker";
    private const string ClientPackage = "docker-cli"; // part of docker.io before Debian 13

    /// <summary>Where it listens.</summary>
    public EngineAddress Address { get; } = EngineAddress.Parse(folder.At("docker.sock"));

    private string PidFile => folder.At("dockerd.pid");

    /// <summary>Installs what is missing, on Debian and Ubuntu as root.</summary>
    /// <param name="say">Told what takes time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">It cannot be installed.</exception>
    public static async Task InstallAsync(Action<string> say, CancellationToken cancellationToken)
    {
        string[] missing = [.. Packages.Where((_, i) => Find(Programs[i]) is null)];
        if (missing.Length == 0 && Find(Client) is not null)
        {
            return;
        }

        string list = string.Join(' ', missing.DefaultIfEmpty(ClientPackage));
        if (Find("apt-get") is null || !Environment.IsPrivilegedProcess)
        {
            throw new ClusterException($"a swarm on this machine needs packages that are missing: {list}",
                $"run: sudo apt-get install -y {list}");
        }

        say($"installing {list}");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DEBIAN_FRONTEND"] = "noninteractive",
        };
        await using (await NoServicesAsync(cancellationToken))
        {
            await ExternalProgram.RunAsync("apt-get", ["update", "-q"], variables, null, cancellationToken);
            await InstallAsync(missing);
            if (Find(Client) is null)
            {
                await InstallAsync([ClientPackage]);
            }
        }

        Task InstallAsync(string[] packages) => ExternalProgram.DemandAsync("apt-get",
            ["install", "-y", "-q", "--no-install-recommends", .. packages], variables, null, cancellationToken);
    }

    /// <summary>The path of a program.</summary>
    /// <returns>Null when it is not installed.</returns>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/bin:/sbin:/bin".Split(':')
            .Where(f => f.Length > 0).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    /// <summary>Starts it and makes it a swarm of one node.</summary>
    /// <exception cref="ClusterException">It does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder.Path);
        ControlGroup.Weigh();
        string log = folder.At("dockerd.log");
        // In a session of its own, so that Ctrl-C here does not reach it. An image that is not there fails at once.
        string inside = network is null ? "" : $"nsenter --net=/run/netns/{network} unshare --uts ";
        // No userland proxy: it takes six files for each connection to a published port, and stops for good when there
        // are no more; then nobody reaches the service behind it.
        string command = "ulimit -n $(ulimit -H -n); DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1 exec setsid "
            + $"{inside}'{Find("dockerd")}' --data-root '{folder.At("data")}' --exec-root '{folder.At("exec")}' "
            + $"-p '{PidFile}' -H '{Address}' --storage-driver overlay2 --userland-proxy=false "
            + $"--cgroup-parent /{ControlGroup.Name} > '{log}' 2>&1 < /dev/null &";
        await ExternalProgram.DemandAsync("sh", ["-c", command], null, null, cancellationToken);
        using var client = new EngineClient(Address, new EngineOptions { Timeout = TimeSpan.FromSeconds(2) });
        for (int i = 0; ; i++)
        {
            try
            {
                await client.VersionAsync(cancellationToken);
                break;
            }
            catch (EngineException problem)
            {
                if (i == 300)
                {
                    string[] lines = File.Exists(log) ? await File.ReadAllLinesAsync(log, cancellationToken) : [];
                    throw new ClusterException("the Docker engine did not start within 30 s: "
                        + (lines.LastOrDefault() ?? problem.Message),
                        "this machine may not allow containers; the embedded cluster (capacity run) needs none");
                }

                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>Ends it, with all that it runs, and waits until it is gone.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(PidFile) || !int.TryParse(await File.ReadAllTextAsync(PidFile, cancellationToken),
            NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || !IsOurs(pid))
        {
            return true;
        }

        // The shell has it built in; a program of that name is not everywhere.
        await ExternalProgram.RunAsync("sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {pid}")],
            null, null, cancellationToken);
        for (int i = 0; i < 400 && IsOurs(pid); i++)
        {
            await Task.Delay(100, cancellationToken);
        }

        return !IsOurs(pid);
    }

    // A number from a file may have become another process's: its command line must name our folder.
    private bool IsOurs(int pid)
    {
        try
        {
            string line = File.ReadAllText($"/proc/{pid}/cmdline");
            return line.Contains("dockerd", StringComparison.Ordinal)
                && line.Contains(folder.Path, StringComparison.Ordinal);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Packages start their services when they are installed, unless this file says no.
    private static async Task<IAsyncDisposable> NoServicesAsync(CancellationToken cancellationToken)
    {
        const string Policy = "/usr/sbin/policy-rc.d";
        if (File.Exists(Policy) || OperatingSystem.IsWindows())
        {
            return new Removal("");
        }

        await File.WriteAllTextAsync(Policy, "#!/bin/sh\nexit 101\n", cancellationToken);
        File.SetUnixFileMode(Policy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new Removal(Policy);
    }

    private sealed class Removal(string path) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            if (path.Length > 0)
            {
                File.Delete(path);
            }

            return ValueTask.CompletedTask;
        }
    }
}
