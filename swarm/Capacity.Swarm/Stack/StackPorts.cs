using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Capacity.Swarm.Stack;

/// <summary>The ports of this machine that a swarm of ours needs.</summary>
public static class StackPorts
{
    private const int Management = 2377;
    private const int Gossip = 7946;
    private const int Data = 4789;
    private const int Tries = 50;

    private static readonly (string Variable, string Usual, string Service)[] Published =
    [
        ("PROXY_PORT", "18080", "the proxy"),
        ("STATS_PORT", "18404", "the proxy's statistics"),
        ("PROMETHEUS_PORT", "19090", "Prometheus"),
        ("ALERTMANAGER_PORT", "19093", "Alertmanager"),
    ];

    /// <summary>A port that the stack publishes.</summary>
    /// <param name="variables">Those of the stack file that were set.</param>
    /// <param name="variable">Such as <c>PROXY_PORT</c>.</param>
    public static string Of(IReadOnlyDictionary<string, string> variables, string variable) =>
        variables.GetValueOrDefault(variable) ?? Published.Single(p => p.Variable == variable).Usual;

    /// <summary>Looks whether the stack can publish its ports on this machine.</summary>
    /// <param name="variables">Those of the stack file that are set.</param>
    /// <exception cref="ClusterException">One is taken.</exception>
    internal static void DemandPublished(IReadOnlyDictionary<string, string> variables)
    {
        foreach ((string variable, _, string service) in Published)
        {
            string text = Of(variables, variable);
            // What is no port at all, Docker itself refuses.
            if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
                && !IsFree(IPAddress.Any, ProtocolType.Tcp, port))
            {
                throw new ClusterException(
                    $"port {port} of this machine is taken, and the stack needs it for {service}",
                    string.Create(CultureInfo.InvariantCulture,
                        $"choose another: --set {variable}={Free(IPAddress.Any, ProtocolType.Tcp, port)}"));
            }
        }
    }

    /// <summary>Words for <c>docker swarm init</c>: a swarm of one node, that nobody outside can reach, on ports that
    /// are free.</summary>
    /// <exception cref="ClusterException">One is taken that Docker cannot change.</exception>
    internal static string[] OfSwarm()
    {
        if (!IsFree(IPAddress.Loopback, ProtocolType.Tcp, Gossip) || !IsFree(IPAddress.Any, ProtocolType.Udp, Gossip))
        {
            throw new ClusterException($"port {Gossip} of this machine is taken, and Docker's swarm uses no other",
                "end what listens there; the embedded cluster (capacity run) needs no such port");
        }

        int management = Free(IPAddress.Loopback, ProtocolType.Tcp, Management);
        int data = Free(IPAddress.Any, ProtocolType.Udp, Data);
        return
        [
            "--advertise-addr", "127.0.0.1",
            "--listen-addr", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{management}"),
            "--data-path-port", data.ToString(CultureInfo.InvariantCulture),
        ];
    }

    /// <summary>The first free port from one on.</summary>
    /// <returns>The port itself when none of the next is free: who uses it says why it cannot.</returns>
    internal static int Free(IPAddress address, ProtocolType protocol, int from) =>
        Enumerable.Range(from, Math.Min(Tries, IPEndPoint.MaxPort - from + 1))
            .Where(p => IsFree(address, protocol, p)).DefaultIfEmpty(from).First();

    private static bool IsFree(IPAddress address, ProtocolType protocol, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily,
                protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
