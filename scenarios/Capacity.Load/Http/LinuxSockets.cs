using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Capacity.Load.Http;

/// <summary>The calls of 64-bit Linux that the event loop is made of. Addresses are of pinned memory.</summary>
/// <remarks>
/// Calls that never block leave out the runtime's transition, which would cost as much as some of them. Source:
/// socket(7), epoll(7), errno(3).
/// </remarks>
internal static class LinuxSockets
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int BrokenPipe = 32;
    public const int NotImplemented = 38;
    public const int ConnectionReset = 104;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
    public const int InProgress = 115;
    public const int NoBuffers = 105;
    public const int Stream = 1 | 0x80000; // SOCK_STREAM | SOCK_CLOEXEC
    public const int StreamNonBlocking = Stream | 0x800;
    public const int EventFileFlags = 0x800 | 0x80000; // EFD_NONBLOCK | EFD_CLOEXEC
    public const int DoNotWait = 0x40;
    public const int NoSignal = 0x4000;
    public const int LevelSocket = 1;
    public const int OptionError = 4;
    public const int LevelTcp = 6;
    public const int OptionNoDelay = 1;
    public const nint CallRingSetup = 425;
    public const nint CallRingEnter = 426;
    public const nint CallRingRegister = 427;
    public const nint CallEpollWait2 = 441;
    private const int TimerSlack = 29; // PR_SET_TIMERSLACK

    // Constants for the compiler, which knows the processor.
    private static nint CallSendTo => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 206 : 44;

    private static nint CallReceiveFrom => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 207 : 45;

    /// <summary>Of the call before on this thread.</summary>
    public static int LastError => Marshal.GetLastSystemError();

    /// <summary>The last error as a negative number.</summary>
    /// <param name="later">The answer when it only means that nothing can be done now.</param>
    public static int Refusal(int later) => LastError is var error and not (Again or Interrupted) ? -error : later;

    /// <summary>Receives what has come.</summary>
    /// <remarks>Like <see cref="Send"/> not by the C library's function of that name: in a process with several threads
    /// that one allows the thread to be cancelled meanwhile, at the cost of several atomic operations.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Receive(int socket, nint buffer, nint length, int flags) =>
        QuickCall(CallReceiveFrom, socket, buffer, length, flags, 0, 0);

    /// <summary>Sends what the system takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Send(int socket, nint buffer, nint length, int flags) =>
        QuickCall(CallSendTo, socket, buffer, length, flags, 0, 0);

    /// <summary>A socket whose small requests are not held back; negative when there is none.</summary>
    public static int Open(int family, int type)
    {
        int socket = Socket(family, type, 0);
        if (socket >= 0)
        {
            _ = SetOption(socket, LevelTcp, OptionNoDelay, 1, sizeof(int));
        }

        return socket;
    }

    /// <summary>Lets the waits of this thread end when they should, instead of up to 50 µs later.</summary>
    /// <remarks>Source: PR_SET_TIMERSLACK(2const).</remarks>
    public static void ExactTimers() => _ = ProcessControl(TimerSlack, 1, 0, 0, 0);

    [DllImport("libc", EntryPoint = "socket")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int Socket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "connect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int Connect(int socket, nint address, uint length);

    [DllImport("libc", EntryPoint = "setsockopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int SetOption(int socket, int level, int option, in int value, uint length);

    [DllImport("libc", EntryPoint = "getsockopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int GetOption(int socket, int level, int option, ref int value, ref uint length);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Close(int file);

    [DllImport("libc", EntryPoint = "epoll_create1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int EpollCreate(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int EpollControl(int epoll, int operation, int file, nint descriptor);

    [DllImport("libc", EntryPoint = "epoll_wait")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int EpollWait(int epoll, nint descriptors, int most, int milliseconds);

    [DllImport("libc", EntryPoint = "epoll_wait")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern int EpollLook(int epoll, nint descriptors, int most, int zero);

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint SystemCall(nint call, nint a, nint b, nint c, nint d, nint e, nint f);

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern nint QuickCall(nint call, nint a, nint b, nint c, nint d, nint e, nint f);

    [DllImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Unmap(nint address, nint length);

    [DllImport("libc", EntryPoint = "eventfd")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int EventFile(uint initial, int flags);

    [DllImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    public static extern nint Read(int file, ref ulong value, nuint bytes);

    [DllImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint Write(int file, ref ulong value, nuint bytes);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);
}
