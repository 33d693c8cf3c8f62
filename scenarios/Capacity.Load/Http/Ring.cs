using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>One io_uring: entries go in, answers come out, many of both for one system call.</summary>
/// <remarks>
/// Opened by any thread, then used by one. The kernel works only while that thread is inside
/// <see cref="Enter(long, int)"/>, so nothing interrupts it.
/// Source: io_uring(7), io_uring_setup(2), io_uring_enter(2), io_uring_register(2).
/// </remarks>
internal sealed unsafe class Ring : IDisposable
{
    private const uint OwnAnswerCount = 1 << 3; // IORING_SETUP_CQSIZE
    private const uint Disabled = 1 << 6; // IORING_SETUP_R_DISABLED: the thread that enables it is its user
    private const uint SubmitAll = 1 << 7; // IORING_SETUP_SUBMIT_ALL
    private const uint SingleIssuer = 1 << 12; // IORING_SETUP_SINGLE_ISSUER
    private const uint DeferredWork = 1 << 13; // IORING_SETUP_DEFER_TASKRUN
    private const nint Enable = 12; // IORING_REGISTER_ENABLE_RINGS
    private const nint RegisterBuffers = 22; // IORING_REGISTER_PBUF_RING
    private const nint GetEvents = 1;
    private const nint ExtendedArgument = 1 << 3;
    private const int BadState = 77; // EBADFD: the ring is disabled, all else is well
    private const int ReadWrite = 3; // PROT_READ | PROT_WRITE
    private const int SharedPopulated = 0x8001; // MAP_SHARED | MAP_POPULATE
    private const uint Entries = 256;
    private const uint Answers = 4096;
    private const int Buffers = 512;
    private const int BufferSize = 8 * 1024;
    private const int BufferEntry = 16;
    private const int TailOfBuffers = 14; // within the first entry
    private readonly int _file;
    private readonly (nint At, nint Length) _entryRing;
    private readonly (nint At, nint Length) _answerRing;
    private readonly (nint At, nint Length) _entryTable;
    private readonly uint* _entryHead;
    private readonly uint* _entryTail;
    private readonly uint* _answerHead;
    private readonly uint* _answerTail;
    private readonly RingAnswer* _answers;
    private readonly byte* _bufferRing;
    private readonly byte* _buffers;
    private readonly long[] _wait = GC.AllocateArray<long>(5, pinned: true); // time, then struct io_uring_getevents_arg
    private readonly nint _waitAt;
    private uint _tail;
    private ushort _bufferTail;

    private Ring(int file, in Setup setup)
    {
        _file = file;
        _entryRing = Map(setup.Entry.Array + (setup.EntryCount * sizeof(uint)), 0);
        _answerRing = Map(setup.Answer.Answers + (setup.AnswerCount * (uint)sizeof(RingAnswer)), 0x800_0000);
        _entryTable = Map(setup.EntryCount * (uint)sizeof(RingEntry), 0x1000_0000);
        _bufferRing = (byte*)NativeMemory.AlignedAlloc(Buffers * BufferEntry, (nuint)Environment.SystemPageSize);
        _buffers = (byte*)NativeMemory.Alloc(Buffers * BufferSize); // resident as far as it is used
        NativeMemory.Clear(_bufferRing, Buffers * BufferEntry);
        Works = _entryRing.At > 0 && _answerRing.At > 0 && _entryTable.At > 0;
        if (!Works)
        {
            return;
        }

        _entryHead = (uint*)(_entryRing.At + (nint)setup.Entry.Head);
        _entryTail = (uint*)(_entryRing.At + (nint)setup.Entry.Tail);
        uint* order = (uint*)(_entryRing.At + (nint)setup.Entry.Array);
        for (uint i = 0; i < setup.EntryCount; i++)
        {
            order[i] = i;
        }

        _answerHead = (uint*)(_answerRing.At + (nint)setup.Answer.Head);
        _answerTail = (uint*)(_answerRing.At + (nint)setup.Answer.Tail);
        _answers = (RingAnswer*)(_answerRing.At + (nint)setup.Answer.Answers);
        _waitAt = Marshal.UnsafeAddrOfPinnedArrayElement(_wait, 0);
        _wait[4] = _waitAt;
        Works = Register() && Enter(0, 0, 0) == -BadState;
    }

    private bool Works { get; }

    /// <summary>Opens one.</summary>
    /// <returns>Null when the kernel is older than 6.1, or does not allow it.</returns>
    public static Ring? TryOpen()
    {
        var setup = new Setup
        {
            AnswerCount = Answers,
            Flags = OwnAnswerCount | Disabled | SubmitAll | SingleIssuer | DeferredWork,
        };
        int file = (int)LinuxSockets.SystemCall(LinuxSockets.CallRingSetup, (nint)Entries, (nint)(&setup), 0, 0, 0, 0);
        if (file < 0)
        {
            return null;
        }

        var ring = new Ring(file, setup);
        if (!ring.Works)
        {
            ring.Dispose();
            return null;
        }

        return ring;
    }

    /// <summary>Makes the calling thread its only user.</summary>
    public void Begin() => _ = LinuxSockets.SystemCall(LinuxSockets.CallRingRegister, _file, Enable, 0, 0, 0, 0);

    /// <summary>An empty entry, handed in by the next <see cref="Enter(long, int)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ref RingEntry Add()
    {
        while (unchecked(_tail - Volatile.Read(ref *_entryHead)) >= Entries)
        {
            _ = Enter(0);
        }

        ref RingEntry entry = ref ((RingEntry*)_entryTable.At)[_tail & (Entries - 1)];
        entry = default;
        _tail = unchecked(_tail + 1);
        return ref entry;
    }

    /// <summary>Hands in what was added and waits for answers.</summary>
    /// <param name="nanoseconds">How long at most; 0 only looks, negative waits for ever.</param>
    /// <param name="least">How many answers end the wait.</param>
    /// <returns>Entries handed in, or minus the error.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Enter(long nanoseconds, int least = 1)
    {
        Volatile.Write(ref *_entryTail, _tail);
        uint count = unchecked(_tail - Volatile.Read(ref *_entryHead));
        if (nanoseconds <= 0)
        {
            return Enter((nint)count, nanoseconds == 0 ? 0 : least, 0);
        }

        (_wait[0], _wait[1]) = Math.DivRem(nanoseconds, 1_000_000_000);
        return Enter((nint)count, least, ExtendedArgument);
    }

    /// <summary>Hands in what was added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Submit()
    {
        Volatile.Write(ref *_entryTail, _tail);
        _ = LinuxSockets.QuickCall(LinuxSockets.CallRingEnter, _file,
            (nint)unchecked(_tail - Volatile.Read(ref *_entryHead)), 0, 0, 0, 0);
    }

    /// <summary>Takes answers.</summary>
    /// <param name="to">Where to.</param>
    /// <returns>How many there were.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Take(Span<RingAnswer> to)
    {
        uint head = *_answerHead;
        int count = (int)Math.Min(unchecked(Volatile.Read(ref *_answerTail) - head), (uint)to.Length);
        for (int i = 0; i < count; i++)
        {
            to[i] = _answers[unchecked(head + (uint)i) & (Answers - 1)];
        }

        Volatile.Write(ref *_answerHead, unchecked(head + (uint)count));
        return count;
    }

    /// <summary>The bytes in a buffer.</summary>
    public ReadOnlySpan<byte> Bytes(int buffer, int length) => new(_buffers + (buffer * BufferSize), length);

    /// <summary>Gives a buffer to the kernel; seen there after <see cref="Release"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Return(int buffer)
    {
        byte* entry = _bufferRing + ((_bufferTail & (Buffers - 1)) * BufferEntry);
        *(byte**)entry = _buffers + (buffer * BufferSize);
        *(int*)(entry + 8) = BufferSize;
        *(ushort*)(entry + 12) = (ushort)buffer;
        _bufferTail = unchecked((ushort)(_bufferTail + 1));
    }

    /// <summary>Shows the kernel the buffers that were returned.</summary>
    public void Release() => Volatile.Write(ref *(ushort*)(_bufferRing + TailOfBuffers), _bufferTail);

    public void Dispose()
    {
        _ = LinuxSockets.Close(_file);
        foreach ((nint at, nint length) in new[] { _entryRing, _answerRing, _entryTable })
        {
            if (at > 0)
            {
                _ = LinuxSockets.Unmap(at, length);
            }
        }

        NativeMemory.AlignedFree(_bufferRing); // the kernel holds its pages until it has let go of the ring
        NativeMemory.Free(_buffers); // which it fills only while the thread that uses the ring asks for it
    }

    private (nint At, nint Length) Map(uint length, nint offset) =>
        (LinuxSockets.Map(0, (nint)length, ReadWrite, SharedPopulated, _file, offset), (nint)length);

    private bool Register()
    {
        for (int i = 0; i < Buffers; i++)
        {
            Return(i);
        }

        Release();
        var buffers = new BufferRing { Address = (ulong)_bufferRing, Entries = Buffers };
        return LinuxSockets.SystemCall(
            LinuxSockets.CallRingRegister, _file, RegisterBuffers, (nint)(&buffers), 1, 0, 0) == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Enter(nint count, nint least, nint flags)
    {
        nint argument = flags == 0 ? 0 : _waitAt + (2 * sizeof(long));
        nint size = flags == 0 ? 0 : 3 * sizeof(long);
        nint answer = least == 0
            ? LinuxSockets.QuickCall(LinuxSockets.CallRingEnter, _file, count, 0, GetEvents, 0, 0)
            : LinuxSockets.SystemCall(
                LinuxSockets.CallRingEnter, _file, count, least, GetEvents | flags, argument, size);
        return answer >= 0 ? (int)answer : -LinuxSockets.LastError;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct EntryOffsets
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Count;
        public uint Flags;
        public uint Dropped;
        public uint Array;
        public uint Reserved;
        public ulong User;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AnswerOffsets
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Count;
        public uint Overflow;
        public uint Answers;
        public uint Flags;
        public uint Reserved;
        public ulong User;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Setup
    {
        public uint EntryCount;
        public uint AnswerCount;
        public uint Flags;
        public uint Processor;
        public uint Idle;
        public uint Features;
        public uint WorkQueue;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
        public EntryOffsets Entry;
        public AnswerOffsets Answer;
    }

    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct BufferRing
    {
        public ulong Address;
        public uint Entries;
        public ushort Group;
    }
}
