namespace Capacity.Load.Http;

/// <summary>What a connection is doing.</summary>
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
internal sealed class EventConnection(int slot)
{
    private uint _generation; // so that an event for a socket that was closed is not taken for its successor's
    private byte[] _request = [];

    /// <summary>Its socket; −1 without one.</summary>
    public int Socket { get; private set; } = -1;

    /// <summary>What it is doing.</summary>
    public ConnectionState State { get; set; } = ConnectionState.Closed;

    /// <summary>Its place in the loop's table.</summary>
    public int Slot { get; } = slot;

    /// <summary>Names this connection in events: 24 bits of generation, then the slot.</summary>
    public ulong Tag { get; private set; } = (uint)slot;

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

    /// <summary>Room for its request's bytes, pinned, the same every time.</summary>
    /// <param name="length">The same every time.</param>
    public byte[] Request(int length) =>
        _request.Length > 0 ? _request : _request = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>Begins to connect.</summary>
    /// <param name="address">In the system's form.</param>
    /// <param name="family">Its address family.</param>
    /// <param name="events">Reports when the connection is there.</param>
    /// <returns>0, or the error.</returns>
    public int Open(byte[] address, int family, ISocketEvents events)
    {
        _generation = (_generation + 1) & 0xFF_FFFF;
        Tag = ((ulong)_generation << 32) | (uint)Slot;
        int error = events.Open(address, family, Tag, out int socket);
        Socket = socket;
        State = error == 0 ? ConnectionState.Connecting : ConnectionState.Closed;
        return error;
    }

    /// <summary>Closes the socket.</summary>
    public void Close(ISocketEvents events)
    {
        if (Socket >= 0)
        {
            events.Close(Socket);
        }

        Socket = -1;
        State = ConnectionState.Closed;
    }
}
