using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>Socket events by io_uring: every socket has a receive posted that never ends, and what is to be sent is
/// handed in together by the next wait.</summary>
internal sealed class RingEvents : ISocketEvents
{
    private const int Most = 512;
    private const int SmallRequest = 4096; // always fits into the kernel's buffer of a connection that was idle
    private const uint SendFlags = LinuxSockets.NoSignal | 0x100; // MSG_WAITALL: all of it
    private const int PendingMost = 32; // a request that waits for others is late: by 4 µs for each of them
    private const int TagBits = 56;
    private const ulong TagMask = (1UL << TagBits) - 1;
    private readonly Ring _ring;
    private readonly int _wake = LinuxSockets.EventFile(0, LinuxSockets.EventFileFlags);
    private readonly RingAnswer[] _answers = new RingAnswer[Most];
    private int _count;
    private int _pending; // requests that were not handed in
    private bool _begun;
    private bool _disposed;

    /// <summary>Makes the events of a ring.</summary>
    /// <param name="ring">Belongs to this from now on.</param>
    public RingEvents(Ring ring)
    {
        _ring = ring;
    }

    private enum Purpose : byte
    {
        Receive = 1,
        Send,
        Connect,
        Room,
        Wake,
        Cancel,
    }

    public bool Woken { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Wait(long nanoseconds, int enough, long gather)
    {
        Begin();
        for (int i = 0; i < _count; i++)
        {
            if (_answers[i].TookBuffer)
            {
                _ring.Return(_answers[i].Buffer);
            }
        }

        _ring.Release();
        _pending = 0;
        bool gathers = enough > 1 && (nanoseconds < 0 || nanoseconds > gather);
        _ = gathers ? _ring.Enter(gather, enough) : _ring.Enter(nanoseconds);
        _count = _ring.Take(_answers);
        if (gathers && _count == 0)
        {
            _ = _ring.Enter(nanoseconds < 0 ? nanoseconds : nanoseconds - gather);
            _count = _ring.Take(_answers);
        }

        Woken = false;
        for (int i = 0; i < _count; i++)
        {
            if (PurposeOf(_answers[i]) == Purpose.Wake)
            {
                ulong wakes = 0;
                _ = LinuxSockets.Read(_wake, ref wakes, sizeof(ulong));
                AwaitWake();
                Woken = true;
            }
        }

        return _count == 1 && Woken ? 0 : _count;
    }

    public void Wake()
    {
        ulong one = 1;
        _ = LinuxSockets.Write(_wake, ref one, sizeof(ulong));
    }

    public ulong Tag(int index) =>
        PurposeOf(_answers[index]) < Purpose.Wake ? _answers[index].Tag & TagMask : uint.MaxValue;

    /// <inheritdoc/>
    /// <remarks>The socket is a blocking one: on others the kernel would not wait for the answer by itself.</remarks>
    public int Open(byte[] address, int family, ulong tag, out int socket)
    {
        Begin();
        socket = LinuxSockets.Open(family, LinuxSockets.Stream);
        if (socket < 0)
        {
            return LinuxSockets.LastError;
        }

        ref RingEntry entry = ref Add(RingEntry.Connect, socket, Purpose.Connect, tag);
        entry.Address = Marshal.UnsafeAddrOfPinnedArrayElement(address, 0);
        entry.Offset = (ulong)address.Length;
        return 0;
    }

    public int EndConnect(int index, int socket, ulong tag)
    {
        int error = -_answers[index].Result;
        if (error == 0)
        {
            AwaitBytes(socket, tag);
        }

        return error;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Send(int socket, ulong tag, nint bytes, int length)
    {
        if (length > SmallRequest)
        {
            nint sent = LinuxSockets.Send(socket, bytes, length, LinuxSockets.NoSignal | LinuxSockets.DoNotWait);
            return sent >= 0 ? (int)sent : LinuxSockets.Refusal(0);
        }

        ref RingEntry entry = ref Add(RingEntry.Send, socket, Purpose.Send, tag);
        entry.Flags = RingEntry.SilentSuccess;
        entry.Address = bytes;
        entry.Length = length;
        entry.Details = SendFlags;
        if (++_pending == PendingMost)
        {
            _ring.Submit();
            _pending = 0;
        }

        return length;
    }

    public void AwaitRoom(int socket, ulong tag, bool wanted)
    {
        if (wanted)
        {
            Add(RingEntry.PollAdd, socket, Purpose.Room, tag).Details = RingEntry.CanWrite;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Receive(int index, int socket, ulong tag, out ReadOnlySpan<byte> bytes, out bool more)
    {
        ref RingAnswer answer = ref _answers[index];
        int result = answer.Result;
        bytes = [];
        more = false;
        if (PurposeOf(answer) != Purpose.Receive)
        {
            return result < 0 ? result : ISocketEvents.Nothing; // a send that failed, or room for the next
        }

        if (!answer.GoesOn && result is > 0 or -LinuxSockets.NoBuffers)
        {
            AwaitBytes(socket, tag);
        }

        if (result > 0)
        {
            bytes = _ring.Bytes(answer.Buffer, result);
        }

        return result == -LinuxSockets.NoBuffers ? ISocketEvents.Nothing : result;
    }

    /// <inheritdoc/>
    /// <remarks>What the kernel still does with the socket would keep it open, and must have been handed in while its
    /// number is still its own.</remarks>
    public void Close(int socket)
    {
        if (!_disposed)
        {
            ref RingEntry entry = ref Add(RingEntry.CancelAll, socket, Purpose.Cancel, 0);
            entry.Flags = RingEntry.SilentSuccess;
            entry.Details = RingEntry.OfFile;
            _ = _ring.Enter(0);
        }

        _ = LinuxSockets.Close(socket);
    }

    public void Dispose()
    {
        _disposed = true;
        _ring.Dispose();
        _ = LinuxSockets.Close(_wake);
    }

    private static Purpose PurposeOf(in RingAnswer answer) => (Purpose)(answer.Tag >> TagBits);

    private void Begin()
    {
        if (!_begun)
        {
            _begun = true;
            _ring.Begin();
            LinuxSockets.ExactTimers();
            AwaitWake();
        }
    }

    private void AwaitWake() => Add(RingEntry.PollAdd, _wake, Purpose.Wake, 0).Details = RingEntry.CanRead;

    private void AwaitBytes(int socket, ulong tag)
    {
        ref RingEntry entry = ref Add(RingEntry.Receive, socket, Purpose.Receive, tag);
        entry.Flags = RingEntry.TakeBuffer;
        entry.Options = RingEntry.PollFirst | RingEntry.Repeated;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref RingEntry Add(byte operation, int socket, Purpose purpose, ulong tag)
    {
        ref RingEntry entry = ref _ring.Add();
        entry.Operation = operation;
        entry.File = socket;
        entry.Tag = ((ulong)purpose << TagBits) | tag;
        return ref entry;
    }
}
