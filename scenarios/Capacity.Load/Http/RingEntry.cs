using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>What the kernel is asked to do.</summary>
/// <remarks>Source: io_uring_enter(2), struct io_uring_sqe.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct RingEntry
{
    public const byte PollAdd = 6;
    public const byte CancelAll = 14;
    public const byte Connect = 16;
    public const byte Send = 26;
    public const byte Receive = 27;
    public const byte TakeBuffer = 1 << 5; // IOSQE_BUFFER_SELECT
    public const byte SilentSuccess = 1 << 6; // IOSQE_CQE_SKIP_SUCCESS
    public const ushort PollFirst = 1 << 0; // IORING_RECVSEND_POLL_FIRST
    public const ushort Repeated = 1 << 1; // IORING_RECV_MULTISHOT
    public const uint OfFile = 1 << 0 | 1 << 1; // IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD
    public const uint CanRead = 1;
    public const uint CanWrite = 4;

    [FieldOffset(0)]
    public byte Operation;
    [FieldOffset(1)]
    public byte Flags;
    [FieldOffset(2)]
    public ushort Options;
    [FieldOffset(4)]
    public int File;
    [FieldOffset(8)]
    public ulong Offset;
    [FieldOffset(16)]
    public nint Address;
    [FieldOffset(24)]
    public int Length;
    [FieldOffset(28)]
    public uint Details; // of the operation: flags of a message, events to poll for, what to cancel
    [FieldOffset(32)]
    public ulong Tag;
}

/// <summary>What the kernel has done.</summary>
/// <remarks>Source: io_uring(7), struct io_uring_cqe.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct RingAnswer
{
    /// <summary>As in the entry.</summary>
    public ulong Tag;

    /// <summary>What the system call would have returned, or minus its error.</summary>
    public int Result;

    /// <summary>Bit 0: a buffer was taken, its number in the upper half. Bit 1: more answers will come.</summary>
    public uint Flags;

    /// <summary>Whether a buffer was taken.</summary>
    public readonly bool TookBuffer => (Flags & 1) != 0;

    /// <summary>Whether the entry goes on.</summary>
    public readonly bool GoesOn => (Flags & 2) != 0;

    /// <summary>The buffer that was taken.</summary>
    public readonly int Buffer => (int)(Flags >> 16);
}
