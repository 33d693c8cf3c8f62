using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Capacity.Tests.Load;

/// <summary>A server that reads a request and then does what it is told, on a raw socket.</summary>
internal sealed class FaultyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Socket, CancellationToken, Task> _answer;
    private int _connections;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Given the connection after each request; a socket it closes takes no more of them.</param>
    public FaultyServer(Func<Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public int Connections => _connections;

    /// <summary>The last bytes of a request, one character each.</summary>
    public string LastRequest { get; private set; } = "";

    /// <summary>Sends text, one byte per character.</summary>
    public static async Task Send(Socket socket, string text, CancellationToken end) =>
        await socket.SendAsync(Encoding.Latin1.GetBytes(text), SocketFlags.None, end);

    /// <summary>Closes with a reset.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, 0);
        socket.Close();
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken end = _end.Token;
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(end);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(socket, end);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken end)
    {
        using Socket owned = socket;
        byte[] request = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(request, SocketFlags.None, end) is > 0 and int length)
            {
                LastRequest = Encoding.Latin1.GetString(request, 0, length);
                await _answer(socket, end);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // The client or the answer closed the connection.
        }
    }
}
