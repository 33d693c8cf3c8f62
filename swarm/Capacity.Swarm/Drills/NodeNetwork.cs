using System.Globalization;
using Capacity.Swarm.Stack;

namespace Capacity.Swarm.Drills;

/// <summary>A few network namespaces on one bridge: each is the network of one node.</summary>
/// <remarks>The host's own network gets one bridge and one rule that lets frames through it; both go again.</remarks>
/// <param name="count">How many nodes, 1 … 9.</param>
public sealed class NodeNetwork(int count)
{
    private const string Bridge = "capswarm0";
    private const string Prefix = "10.99.0.";
    private static readonly string[] Pass = ["FORWARD", "-i", Bridge, "-o", Bridge, "-j", "ACCEPT"];

    /// <summary>How many nodes.</summary>
    public int Count { get; } = count;

    /// <summary>Name of the namespace of a node, from 1.</summary>
    public static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"capswarm{node}");

    /// <summary>Address of a node, from 1.</summary>
    public static string AddressOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{10 + node}");

    /// <summary>Makes it.</summary>
    /// <exception cref="ClusterException">This machine or this user may not.</exception>
    public async Task UpAsync(CancellationToken cancellationToken)
    {
        await IpAsync(["link", "add", Bridge, "type", "bridge"], cancellationToken);
        await IpAsync(["addr", "add", $"{Prefix}1/24", "dev", Bridge], cancellationToken);
        await IpAsync(["link", "set", Bridge, "up"], cancellationToken);
        // Where bridged frames pass the host's filter, its policy may be to drop them.
        await ExternalProgram.RunAsync("iptables", ["-I", .. Pass], null, null, cancellationToken);
        for (int node = 1; node <= Count; node++)
        {
            string name = NameOf(node);
            await IpAsync(["netns", "add", name], cancellationToken);
            await IpAsync(["link", "add", LinkOf(node), "type", "veth", "peer", "name", "eth0", "netns", name],
                cancellationToken);
            await IpAsync(["link", "set", LinkOf(node), "master", Bridge, "up"], cancellationToken);
            await IpAsync(["-n", name, "addr", "add", $"{AddressOf(node)}/24", "dev", "eth0"], cancellationToken);
            await IpAsync(["-n", name, "link", "set", "eth0", "up"], cancellationToken);
            await IpAsync(["-n", name, "link", "set", "lo", "up"], cancellationToken);
            await IpAsync(["-n", name, "route", "add", "default", "via", $"{Prefix}1"], cancellationToken);
        }
    }

    /// <summary>Cuts a node off.</summary>
    public static Task CutAsync(int node, CancellationToken cancellationToken) =>
        IpAsync(["link", "set", LinkOf(node), "down"], cancellationToken);

    /// <summary>Connects it again.</summary>
    public static Task JoinAsync(int node, CancellationToken cancellationToken) =>
        IpAsync(["link", "set", LinkOf(node), "up"], cancellationToken);

    /// <summary>Removes all of it that is there.</summary>
    public async Task DownAsync(CancellationToken cancellationToken)
    {
        for (int node = 1; node <= Count; node++)
        {
            await ExternalProgram.RunAsync("ip", ["netns", "delete", NameOf(node)], null, null, cancellationToken);
            await ExternalProgram.RunAsync("ip", ["link", "delete", LinkOf(node)], null, null, cancellationToken);
        }

        await ExternalProgram.RunAsync("iptables", ["-D", .. Pass], null, null, cancellationToken);
        await ExternalProgram.RunAsync("ip", ["link", "delete", Bridge], null, null, cancellationToken);
        await HostNetwork.RemoveEmptyTablesAsync(cancellationToken);
    }

    private static string LinkOf(int node) => string.Create(CultureInfo.InvariantCulture, $"capswv{node}");

    private static Task<string> IpAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.DemandAsync("ip", arguments, null, null, cancellationToken);
}
