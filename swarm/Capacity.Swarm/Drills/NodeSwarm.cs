using System.Text;
using Capacity.Swarm.Engine;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Drills;

/// <summary>A throw-away swarm of several nodes on this machine: an engine in each of a few network namespaces, and the
/// stack on them.</summary>
/// <param name="path">Folder that holds all of it, and is removed with it.</param>
/// <param name="say">Told what takes time.</param>
public sealed class NodeSwarm(string path, Action<string> say)
{
    private const string Image = LocalImages.Capacity;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(60);

    /// <summary>The nodes' network.</summary>
    public NodeNetwork Network { get; } = new(3);

    /// <summary>Where the stack's files and state are.</summary>
    public SwarmFolder Folder { get; } = new(Path.Combine(path, "stack"));

    /// <summary>Starts it. Proxy, Prometheus, Alertmanager and scaler stay on the first node, for the others join when
    /// those run.</summary>
    /// <exception cref="ClusterException">Something cannot be done on this machine.</exception>
    /// <exception cref="EngineException">An engine refuses.</exception>
    public async Task UpAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            throw new ClusterException("only root on Linux can make a swarm of several nodes on one machine",
                "run this as root");
        }

        await OwnEngine.InstallAsync(say, cancellationToken);
        await DownAsync(cancellationToken); // what an earlier one may have left
        say($"starting {Network.Count} Docker engines in network namespaces");
        await Network.UpAsync(cancellationToken);
        for (int node = 1; node <= Network.Count; node++)
        {
            await EngineOf(node).StartAsync(cancellationToken);
        }

        string first = NodeNetwork.AddressOf(1);
        await DockerOf(1).DemandAsync(["swarm", "init", "--advertise-addr", first, "--listen-addr", $"{first}:2377"],
            null, cancellationToken);
        var stack = new LiveSwarm(Folder, say);
        await stack.UpAsync(new LiveSwarmOptions
        {
            Engine = EngineOf(1).Address,
            Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["SCALE_MAX"] = "6" },
        }, cancellationToken);
        say($"joining {Network.Count - 1} nodes");
        await JoinAsync(first, cancellationToken);
    }

    /// <summary>Ends it, and removes all that it made.</summary>
    public async Task DownAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            say("ending the swarm of several nodes");
            for (int node = Network.Count; node >= 1; node--)
            {
                await LeaveAsync(node, cancellationToken);
            }

            await UnmountAsync(cancellationToken);
            Directory.Delete(path, recursive: true);
        }

        await Network.DownAsync(cancellationToken);
        ControlGroup.Remove();
    }

    private async Task JoinAsync(string first, CancellationToken cancellationToken)
    {
        string image = Path.Combine(path, "image.tar");
        await DockerOf(1).DemandAsync(["save", "-o", image, Image], null, cancellationToken);
        string token = await DockerOf(1).DemandAsync(["swarm", "join-token", "-q", "worker"], null, cancellationToken);
        for (int node = 2; node <= Network.Count; node++)
        {
            await DockerOf(node).DemandAsync(["load", "-q", "-i", image], null, cancellationToken);
            string own = NodeNetwork.AddressOf(node);
            await DockerOf(node).DemandAsync(["swarm", "join", "--token", token.Trim(), "--advertise-addr", own,
                "--listen-addr", $"{own}:2377", $"{first}:2377"], null, cancellationToken);
        }

        File.Delete(image);
    }

    private async Task LeaveAsync(int node, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Short);
        try
        {
            await DockerOf(node).RunAsync(["swarm", "leave", "--force"], limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A node that was cut off may not find its way out; it ends all the same.
        }

        if (!await EngineOf(node).StopAsync(cancellationToken))
        {
            throw new ClusterException($"the engine of node {node} does not end",
                $"see {FolderOf(node).At("dockerd.log")}, then run this again");
        }
    }

    private async Task UnmountAsync(CancellationToken cancellationToken)
    {
        string[] mounts = await File.ReadAllLinesAsync("/proc/self/mounts", Encoding.UTF8, cancellationToken);
        foreach (string mount in mounts.Select(l => l.Split(' ')[1]).Reverse()
            .Where(m => m.StartsWith(path + "/", StringComparison.Ordinal)))
        {
            await ExternalProgram.RunAsync("umount", ["-l", mount], null, null, cancellationToken);
        }
    }

    private SwarmFolder FolderOf(int node) => new(Path.Combine(path, $"n{node}"));

    private OwnEngine EngineOf(int node) => new(FolderOf(node), NodeNetwork.NameOf(node));

    private DockerClient DockerOf(int node) => new(FolderOf(node), EngineOf(node).Address);
}
