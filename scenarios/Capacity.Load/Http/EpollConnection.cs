using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>What a connection of the event loop is doing.</summary>
internal enum ConnectionState
{
    Closed,
    Connecting,
    Sending,
    Waiting,
    Idle,
}

/// <summary>One connection of the event loop, and the request on it.</summary>
/// <param name="slot">Its place in the loop's table.</param>
internal sealed class EpollConnection(int slot)
{
    private int _socket = -1;
    private uint _generation; // so that an event for a socket that was closed is not taken for its successor's

    /// <summary>What it is doing.</summary>
    public ConnectionState State { get; set; } = ConnectionState.Closed;

    /// <summary>Its place in the loop's table.</summary>
    public int Slot { get; } = slot;

    /// <summary>Names this connection in events.</summary>
    public ulong Tag => ((ulong)_generation << 32) | (uint)Slot;

    /// <summary>Reads its answers.</summary>
    public ResponseReader Reader { get; } = new();

    /// <summary>The request on it.</summary>
    public Shot Shot { get; private set; }

    /// <summary>When the request was asked for, seconds since the start of the run, as all instants here.</summary>
    public double Started { get; private set; }

    /// <summary>When its first bytes went out; NaN before.</summary>
    public double Sent { get; set; }

    /// <summary>When the first byte of its answer came; NaN before.</summary>
    public double FirstByte { get; set; }

    /// <summary>Bytes of the request that went out.</summary>
    public int SentBytes { get; set; }

    /// <summary>Bytes that came for it.</summary>
    public long ReceivedBytes { get; set; }

    /// <summary>Whether the connection has served a request before.</summary>
    public bool Reused { get; private set; }

    /// <summary>Whether the request is here because another connection was closed under it.</summary>
    public bool Again { get; private set; }

    /// <summary>Whether a request is on it.</summary>
    public bool Busy => State is ConnectionState.Connecting or ConnectionState.Sending or ConnectionState.Waiting;

    /// <summary>Gives it a request.</summary>
    /// <param name="shot">The request.</param>
    /// <param name="started">When it was asked for.</param>
    /// <param name="again">Whether it was on another connection before.</param>
    public void Take(in Shot shot, double started, bool again)
    {
        Shot = shot;
        Started = started;
        Again = again;
        Reused = State == ConnectionState.Idle;
        Sent = FirstByte = double.NaN;
        SentBytes = 0;
        ReceivedBytes = 0;
    }

    /// <summary>Begins to connect.</summary>
    /// <param name="address">In the system's form.</param>
    /// <param name="family">Its address family.</param>
    /// <param name="poll">Reports when the connection is there.</param>
    /// <returns>0, or the error.</returns>
    public int Open(byte[] address, int family, Epoll poll)
    {
        _generation = unchecked(_generation + 1);
        _socket = LinuxSockets.Socket(family, LinuxSockets.StreamNonBlocking, 0);
        if (_socket < 0)
        {
            return LinuxSockets.LastError;
        }

        int on = 1;
        _ = LinuxSockets.SetOption(_socket, LinuxSockets.LevelTcp, LinuxSockets.OptionNoDelay, on, sizeof(int));
        int answer = LinuxSockets.Connect(
            _socket, Marshal.UnsafeAddrOfPinnedArrayElement(address, 0), (uint)address.Length);
        int error = answer == 0 ? 0 : LinuxSockets.LastError;
        if (error is not (0 or LinuxSockets.InProgress))
        {
            Close();
            return error;
        }

        State = ConnectionState.Connecting;
        poll.Watch(_socket, Epoll.Writable, Tag);
        return 0;
    }

    /// <summary>What became of the attempt to connect: 0, or the error.</summary>
    public int ConnectError()
    {
        int error = 0;
        uint length = sizeof(int);
        int answer = LinuxSockets.GetOption(
            _socket, LinuxSockets.LevelSocket, LinuxSockets.OptionError, ref error, ref length);
        return answer == 0 ? error : LinuxSockets.LastError;
    }

    /// <summary>Which events are wanted from now on.</summary>
    public void Watch(Epoll poll, uint events) => poll.Change(_socket, events, Tag);

    /// <summary>Sends without waiting.</summary>
    /// <returns>Bytes taken by the system, 0 when it takes none now, or minus the error.</returns>
    public int Send(nint bytes, int length)
    {
        nint sent = LinuxSockets.Send(_socket, bytes, length, LinuxSockets.NoSignal);
        return sent >= 0 ? (int)sent : Refusal();
    }

    /// <summary>Receives without waiting.</summary>
    /// <param name="bytes">Where to.</param>
    /// <param name="length">Most bytes.</param>
    /// <param name="closed">Whether the peer has closed.</param>
    /// <returns>Bytes received, 0 when there are none now, or minus the error.</returns>
    public int Receive(nint bytes, int length, out bool closed)
    {
        nint received = LinuxSockets.Receive(_socket, bytes, length, 0);
        closed = received == 0;
        return received >= 0 ? (int)received : Refusal();
    }

    /// <summary>Closes the socket.</summary>
    public void Close()
    {
        if (_socket >= 0)
        {
            _ = LinuxSockets.Close(_socket);
        }

        _socket = -1;
        State = ConnectionState.Closed;
    }

    private static int Refusal() =>
        LinuxSockets.LastError is var error and not (LinuxSockets.Again or LinuxSockets.Interrupted) ? -error : 0;
}
