namespace Capacity.Load.Http;

/// <summary>What <see cref="EventPath"/> asks of the system: connect, send, and say what happened on which socket.
/// </summary>
/// <remarks>All but <see cref="Wake"/> and <see cref="IDisposable.Dispose"/> is called by one thread. A tag is at most
/// 56 bits long and names a connection in its events.</remarks>
internal interface ISocketEvents : IDisposable
{
    /// <summary>Whether the last wait was ended by <see cref="Wake"/>.</summary>
    bool Woken { get; }

    /// <summary>Waits for events.</summary>
    /// <param name="nanoseconds">How long at most; 0 only looks, negative waits for ever.</param>
    /// <param name="enough">So many end the wait at once, ≥ 1.</param>
    /// <param name="gather">Nanoseconds for which fewer need not end it, where the system can do that.</param>
    /// <returns>How many there are; a wake-up is none of them.</returns>
    int Wait(long nanoseconds, int enough, long gather);

    /// <summary>Ends the current wait, or the next one if none is going on. For any thread.</summary>
    void Wake();

    /// <summary>Whose event it is.</summary>
    /// <param name="index">0 … count − 1.</param>
    ulong Tag(int index);

    /// <summary>Begins to connect; an event tells of the end.</summary>
    /// <param name="address">In the system's form, pinned.</param>
    /// <param name="family">Its address family.</param>
    /// <param name="tag">Names the connection.</param>
    /// <param name="socket">The socket; −1 after an error.</param>
    /// <returns>0, or the error.</returns>
    int Open(byte[] address, int family, ulong tag, out int socket);

    /// <summary>The event of an attempt to connect has come; bytes that come are reported from now on.</summary>
    /// <returns>0, or the error.</returns>
    int EndConnect(int index, int socket, ulong tag);

    /// <summary>Sends without waiting.</summary>
    /// <param name="socket">Where to.</param>
    /// <param name="tag">Names the connection.</param>
    /// <param name="bytes">They must stay as they are until they are answered.</param>
    /// <param name="length">How many.</param>
    /// <returns>Bytes taken by the system, 0 when it takes none now, or minus the error.</returns>
    int Send(int socket, ulong tag, nint bytes, int length);

    /// <summary>Whether an event is wanted when the system can take more bytes.</summary>
    void AwaitRoom(int socket, ulong tag, bool wanted);

    /// <summary>What an event brought.</summary>
    /// <param name="index">0 … count − 1.</param>
    /// <param name="socket">Whose event it is.</param>
    /// <param name="tag">Names the connection.</param>
    /// <param name="bytes">Good until the next receive or wait.</param>
    /// <param name="more">Whether to ask again.</param>
    /// <returns>Bytes received; 0 when the peer has closed; <see cref="Nothing"/>; or minus the error.</returns>
    int Receive(int index, int socket, ulong tag, out ReadOnlySpan<byte> bytes, out bool more);

    /// <summary>Closes a socket.</summary>
    void Close(int socket);

    /// <summary>The answer of <see cref="Receive"/> when nothing has come.</summary>
    const int Nothing = int.MinValue;
}
