using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>One epoll descriptor: waits for many sockets with nanosecond time-outs, and can be woken by any thread.
/// </summary>
/// <remarks>Source: epoll(7), epoll_wait(2). On x86-64 the kernel's event is packed, elsewhere it is not.</remarks>
internal sealed class Epoll : IDisposable
{
    public const uint Readable = 1 | HungUp | EdgeTriggered;
    public const uint Writable = 4 | EdgeTriggered;
    private const uint HungUp = 0x2000; // EPOLLRDHUP
    private const uint AnyEnd = HungUp | 0x10 | 0x8; // EPOLLHUP, EPOLLERR
    private const uint EdgeTriggered = 1u << 31; // else the kernel looks at each socket a second time
    private const int Most = 512;
    private const ulong WakeTag = ulong.MaxValue;
    private const int Add = 1;
    private const int Modify = 3;
    private const int NonBlocking = 0x800 | 0x80000; // with EFD_CLOEXEC
    private const int TimerSlack = 29; // PR_SET_TIMERSLACK
    private static readonly int TagAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private readonly byte[] _events = GC.AllocateArray<byte>((Most + 1) * 16, pinned: true);
    private readonly long[] _timeout = GC.AllocateArray<long>(2, pinned: true);
    private readonly nint _eventsAt;
    private readonly int _poll = LinuxSockets.EpollCreate(0x80000);
    private readonly int _wake = LinuxSockets.EventFile(0, NonBlocking);
    private bool _coarse; // the kernel is older than 5.11
    private bool _slackSet;

    public Epoll()
    {
        _eventsAt = Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0);
        if (_poll < 0 || _wake < 0)
        {
            throw new IOException($"epoll cannot be used: error {LinuxSockets.LastError}");
        }

        Watch(_wake, Readable & ~EdgeTriggered, WakeTag);
    }

    /// <summary>Whether the last wait was ended by <see cref="Wake"/>.</summary>
    public bool Woken { get; private set; }

    private static int Stride => TagAt + 8;

    /// <summary>Reports events of a file from now on.</summary>
    public void Watch(int file, uint events, ulong tag) => Control(Add, file, events, tag);

    /// <summary>Changes which events of a file are reported.</summary>
    public void Change(int file, uint events, ulong tag) => Control(Modify, file, events, tag);

    /// <summary>Waits for events.</summary>
    /// <param name="nanoseconds">How long at most; 0 only looks, negative waits for ever.</param>
    /// <returns>How many there are, to be read by <see cref="Tag"/>; a wake-up is none of them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Wait(long nanoseconds)
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

    /// <summary>Whose event it is.</summary>
    /// <param name="index">0 … count − 1.</param>
    public ulong Tag(int index) => MemoryMarshal.Read<ulong>(_events.AsSpan((index * Stride) + TagAt));

    /// <summary>Whether the peer has closed, so that the end is to be read even when the bytes before it are
    /// few.</summary>
    /// <param name="index">0 … count − 1.</param>
    public bool Ended(int index) => (MemoryMarshal.Read<uint>(_events.AsSpan(index * Stride)) & AnyEnd) != 0;

    /// <summary>Ends the current wait, or the next one if none is going on. For any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = LinuxSockets.Write(_wake, ref one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = LinuxSockets.Close(_poll);
        _ = LinuxSockets.Close(_wake);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Sleep(long nanoseconds)
    {
        const long Second = 1_000_000_000;
        if (!_slackSet)
        {
            _ = LinuxSockets.ProcessControl(TimerSlack, 1, 0, 0, 0);
            _slackSet = true;
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
