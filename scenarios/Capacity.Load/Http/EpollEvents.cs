using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>Socket events by one epoll descriptor, with nanosecond time-outs.</summary>
/// <remarks>Source: epoll(7), epoll_wait(2). On x86-64 the kernel's event is packed, elsewhere it is not.</remarks>
internal sealed class EpollEvents : ISocketEvents
{
    private const int ReceiveSize = 64 * 1024;
    private const uint Readable = 1 | HungUp | EdgeTriggered;
    private const uint Writable = 4 | EdgeTriggered;
    private const uint HungUp = 0x2000; // EPOLLRDHUP
    private const uint AnyEnd = HungUp | 0x10 | 0x8; // EPOLLHUP, EPOLLERR
    private const uint EdgeTriggered = 1u << 31; // else the kernel looks at each socket a second time
    private const int Most = 512;
    private const ulong WakeTag = ulong.MaxValue;
    private const int Add = 1;
    private const int Modify = 3;
    private static readonly int TagAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(ReceiveSize, pinned: true);
    private readonly byte[] _events = GC.AllocateArray<byte>((Most + 1) * 16, pinned: true);
    private readonly long[] _timeout = GC.AllocateArray<long>(2, pinned: true);
    private readonly nint _receivedAt;
    private readonly nint _eventsAt;
    private readonly int _poll = LinuxSockets.EpollCreate(0x80000);
    private readonly int _wake = LinuxSockets.EventFile(0, LinuxSockets.EventFileFlags);
    private bool _coarse; // the kernel is older than 5.11
    private bool _exact;

    public EpollEvents()
    {
        _receivedAt = Marshal.UnsafeAddrOfPinnedArrayElement(_received, 0);
        _eventsAt = Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0);
        if (_poll < 0 || _wake < 0)
        {
            throw new IOException($"epoll cannot be used: error {LinuxSockets.LastError}");
        }

        Control(Add, _wake, Readable & ~EdgeTriggered, WakeTag);
    }

    public bool Woken { get; private set; }

    private static int Stride => TagAt + 8;

    /// <inheritdoc/>
    /// <remarks>The first event ends it: more are waited for only by a second call, which costs what it would save.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Wait(long nanoseconds, int enough, long gather)
    {
        Woken = false;
        int count = nanoseconds == 0 ? LinuxSockets.EpollLook(_poll, _eventsAt, Most, 0)
            : nanoseconds < 0 ? LinuxSockets.EpollWait(_poll, _eventsAt, Most, -1)
            : Sleep(nanoseconds);
        for (int i = 0; i < count; i++)
        {
            if (Tag(i) == WakeTag)
            {
                ulong wakes = 0;
                _ = LinuxSockets.Read(_wake, ref wakes, sizeof(ulong));
                Woken = true;
                _events.AsSpan((count - 1) * Stride, Stride).CopyTo(_events.AsSpan(i * Stride));
                return count - 1;
            }
        }

        return Math.Max(0, count);
    }

    public void Wake()
    {
        ulong one = 1;
        _ = LinuxSockets.Write(_wake, ref one, sizeof(ulong));
    }

    public ulong Tag(int index) => MemoryMarshal.Read<ulong>(_events.AsSpan((index * Stride) + TagAt));

    public int Open(byte[] address, int family, ulong tag, out int socket)
    {
        socket = LinuxSockets.Open(family, LinuxSockets.StreamNonBlocking);
        if (socket < 0)
        {
            return LinuxSockets.LastError;
        }

        int answer = LinuxSockets.Connect(
            socket, Marshal.UnsafeAddrOfPinnedArrayElement(address, 0), (uint)address.Length);
        int error = answer == 0 ? 0 : LinuxSockets.LastError;
        if (error is not (0 or LinuxSockets.InProgress))
        {
            _ = LinuxSockets.Close(socket);
            socket = -1;
            return error;
        }

        Control(Add, socket, Writable, tag);
        return 0;
    }

    public int EndConnect(int index, int socket, ulong tag)
    {
        int error = 0;
        uint length = sizeof(int);
        int answer = LinuxSockets.GetOption(
            socket, LinuxSockets.LevelSocket, LinuxSockets.OptionError, ref error, ref length);
        Control(Modify, socket, Readable, tag);
        return answer == 0 ? error : LinuxSockets.LastError;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Send(int socket, ulong tag, nint bytes, int length)
    {
        nint sent = LinuxSockets.Send(socket, bytes, length, LinuxSockets.NoSignal);
        return sent >= 0 ? (int)sent : LinuxSockets.Refusal(0);
    }

    public void AwaitRoom(int socket, ulong tag, bool wanted) =>
        Control(Modify, socket, wanted ? Readable | Writable : Readable, tag);

    /// <inheritdoc/>
    /// <remarks>A peer that has closed may leave few bytes before its end: both are to be read. Otherwise a buffer that
    /// is not full means that nothing is left.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Receive(int index, int socket, ulong tag, out ReadOnlySpan<byte> bytes, out bool more)
    {
        nint received = LinuxSockets.Receive(socket, _receivedAt, ReceiveSize, 0);
        if (received <= 0)
        {
            bytes = [];
            more = false;
            return received == 0 ? 0 : LinuxSockets.Refusal(ISocketEvents.Nothing);
        }

        bytes = _received.AsSpan(0, (int)received);
        more = received == ReceiveSize || Ended(index);
        return (int)received;
    }

    public void Close(int socket) => _ = LinuxSockets.Close(socket);

    public void Dispose()
    {
        _ = LinuxSockets.Close(_poll);
        _ = LinuxSockets.Close(_wake);
    }

    private bool Ended(int index) => (MemoryMarshal.Read<uint>(_events.AsSpan(index * Stride)) & AnyEnd) != 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Sleep(long nanoseconds)
    {
        const long Second = 1_000_000_000;
        if (!_exact)
        {
            LinuxSockets.ExactTimers();
            _exact = true;
        }

        if (!_coarse)
        {
            (_timeout[0], _timeout[1]) = Math.DivRem(nanoseconds, Second);
            nint count = LinuxSockets.SystemCall(LinuxSockets.CallEpollWait2, _poll, _eventsAt, Most,
                Marshal.UnsafeAddrOfPinnedArrayElement(_timeout, 0), 0, 0);
            if (count >= 0 || LinuxSockets.LastError != LinuxSockets.NotImplemented)
            {
                return (int)count;
            }

            _coarse = true;
        }

        return LinuxSockets.EpollWait(_poll, _eventsAt, Most, (int)Math.Min(nanoseconds / 1_000_000, int.MaxValue));
    }

    private void Control(int operation, int file, uint events, ulong tag)
    {
        Span<byte> descriptor = _events.AsSpan(Most * 16);
        MemoryMarshal.Write(descriptor, events);
        MemoryMarshal.Write(descriptor[TagAt..], tag);
        _ = LinuxSockets.EpollControl(_poll, operation, file, _eventsAt + (Most * 16));
    }
}
