using System.Net.Sockets;

namespace Capacity.Swarm.Engine;

/// <summary>Where a Docker engine listens.</summary>
/// <param name="SocketPath">Path of its unix socket; null for TCP.</param>
/// <param name="Server">Address of the HTTP requests.</param>
/// <param name="Certificates">Folder of the certificates for TLS; null for none.</param>
public sealed record EngineAddress(string? SocketPath, Uri Server, string? Certificates = null)
{
    /// <summary>Where an engine listens unless it is told otherwise.</summary>
    public const string Usual = "unix:///var/run/docker.sock";

    private static readonly Uri AnyHost = new("http://docker/");

    /// <summary>Reads an address as <c>DOCKER_HOST</c> holds it: <c>unix:///path</c>, <c>tcp://host:port</c>, or the
    /// path of a socket.</summary>
    /// <param name="text">The address; a TCP port that is not said is 2375, and 2376 with TLS.</param>
    /// <param name="variable">Gives the value of an environment variable. <c>DOCKER_TLS_VERIFY</c> or
    /// <c>DOCKER_CERT_PATH</c>, unless empty, make TCP go over TLS; the latter is the folder of the certificates
    /// (usually <c>~/.docker</c>). Null takes none.</param>
    /// <exception cref="ClusterException">It is none of these.</exception>
    /// <remarks>Unlike the Docker client it verifies the engine's certificate in any case.</remarks>
    public static EngineAddress Parse(string text, Func<string, string?>? variable = null)
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

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri is not { Scheme: "tcp" or "http" }
            || uri.Host.Length == 0)
        {
            throw new ClusterException($"'{text}' is no address of a Docker engine",
                "write unix:///var/run/docker.sock or tcp://host:2375");
        }

        string? folder = Folder(variable);
        string scheme = folder is null ? "http" : "https";
        int port = uri.Port > 0 ? uri.Port : folder is null ? 2375 : 2376;
        return new EngineAddress(null, new Uri($"{scheme}://{uri.Host}:{port}/"), folder);
    }

    /// <summary>As <c>DOCKER_HOST</c> would hold it.</summary>
    public override string ToString() => SocketPath is null ? $"tcp://{Server.Host}:{Server.Port}"
        : $"unix://{SocketPath}";

    private static string? Folder(Func<string, string?>? variable)
    {
        string Value(string name) => variable?.Invoke(name) ?? "";
        return Value("DOCKER_CERT_PATH") is { Length: > 0 } named ? named
            : Value("DOCKER_TLS_VERIFY").Length > 0 ? Path.Combine(Value("HOME"), ".docker") : null;
    }

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
