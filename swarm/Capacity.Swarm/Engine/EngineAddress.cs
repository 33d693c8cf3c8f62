using System.Net.Sockets;

namespace Capacity.Swarm.Engine;

/// <summary>Where a Docker engine listens.</summary>
/// <param name="SocketPath">Path of its unix socket; null for TCP.</param>
/// <param name="Server">Address of the HTTP requests.</param>
public sealed record EngineAddress(string? SocketPath, Uri Server)
{
    /// <summary>Where an engine listens unless it is told otherwise.</summary>
    public const string Usual = "unix:///var/run/docker.sock";

    private static readonly Uri AnyHost = new("http://docker/");

    /// <summary>Reads an address as <c>DOCKER_HOST</c> holds it: <c>unix:///path</c>, <c>tcp://host:port</c> (without
    /// TLS), or the path of a socket.</summary>
    /// <exception cref="ClusterException">It is none of these.</exception>
    public static EngineAddress Parse(string text)
    {
        const string Unix = "unix://";
        if (text.StartsWith('/'))
        {
            return new EngineAddress(text, AnyHost);
        }

        if (text.StartsWith(Unix, StringComparison.Ordinal) && text.Length > Unix.Length)
        {
            return new EngineAddress(text[Unix.Length..], AnyHost);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "tcp" or "http", Port: > 0 }
            ? new EngineAddress(null, new Uri($"http://{uri.Host}:{uri.Port}/"))
            : throw new ClusterException($"'{text}' is no address of a Docker engine",
                "write unix:///var/run/docker.sock or tcp://host:2375");
    }

    /// <summary>As <c>DOCKER_HOST</c> would hold it.</summary>
    public override string ToString() => SocketPath is null ? $"tcp://{Server.Authority}" : $"unix://{SocketPath}";

    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath!), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
