using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Capacity.Swarm.Stack;

namespace Capacity.Tests.RealSwarm;

/// <summary>Ports for the stack of a test: the first free ones, so that nobody else's are in its way.</summary>
internal sealed class TestPorts
{
    private readonly int[] _ports;

    /// <summary>Looks for them.</summary>
    /// <param name="from">Port of the proxy, if it is free.</param>
    public TestPorts(int from)
    {
        int next = from;
        _ports = [.. Enumerable.Range(0, 4).Select(_ =>
        {
            int free = StackPorts.Free(IPAddress.Any, ProtocolType.Tcp, next);
            next = free + 1;
            return free;
        })];
    }

    public Uri Proxy => At(0);

    public Uri Statistics => At(1, "/stats;csv");

    public Uri Prometheus => At(2);

    /// <summary>Words for <c>capacity swarm up</c>.</summary>
    public string[] Words =>
    [
        "--set", Set("PROXY_PORT", 0), "--set", Set("STATS_PORT", 1), "--set", Set("PROMETHEUS_PORT", 2),
        "--set", Set("ALERTMANAGER_PORT", 3),
    ];

    /// <summary>Who listens at these ports.</summary>
    public IPEndPoint[] Listeners() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
        .Where(l => _ports.Contains(l.Port))];

    private string Set(string variable, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{variable}={_ports[index]}");

    private Uri At(int index, string path = "") =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[index]}{path}"));
}
