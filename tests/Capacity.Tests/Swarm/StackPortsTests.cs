using System.Net;
using System.Net.Sockets;
using Capacity.Swarm;
using Capacity.Swarm.Stack;
using Capacity.Tests.Support;

namespace Capacity.Tests.Swarm;

[Collection(RealClock.Name)]
[Trait("Category", "EndToEnd")]
public sealed class StackPortsTests
{
    [Fact]
    public void A_port_that_the_stack_cannot_have_is_named_with_one_that_it_can()
    {
        using var other = new TcpListener(IPAddress.Any, 0);
        other.Start();
        int taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PROXY_PORT"] = $"{StackPorts.Free(IPAddress.Any, ProtocolType.Tcp, 40000)}",
            ["STATS_PORT"] = $"{taken}",
        };

        ClusterException problem =
            Assert.Throws<ClusterException>(() => StackPorts.DemandPublished(variables));
        Assert.Equal($"port {taken} of this machine is taken, and the stack needs it for the proxy's statistics",
            problem.Message);
        Assert.StartsWith("choose another: --set STATS_PORT=", problem.Hint, StringComparison.Ordinal);
        Assert.NotEqual(taken, StackPorts.Free(IPAddress.Any, ProtocolType.Tcp, taken));
    }
}
