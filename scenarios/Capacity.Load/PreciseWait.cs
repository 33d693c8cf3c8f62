using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Capacity.Timing;

/// <summary>
/// Waits for an instant to within tens of microseconds, without spinning; another thread can end the wait.
/// </summary>
/// <remarks>
/// The framework's timers are late by a millisecond or two, as much as a short request takes. On 64-bit Linux this is
/// one <c>ppoll</c> on an event descriptor with the thread's timer slack set to 1 ns; elsewhere a coarse wait and a
/// short spin. One thread waits; any thread may wake it.
/// </remarks>
internal sealed class PreciseWait : IDisposable
{
    private const int TimerSlack = 29; // PR_SET_TIMERSLACK
    private const short Readable = 1;  // POLLIN
    private const int NonBlocking = 0x800;
    private const double SpinSeconds = 0.002;
    private readonly int _event = -1;
    private readonly object _gate = new();
    private bool _awake;
    private bool _slackSet;

    public PreciseWait()
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
        {
            _event = NativeMethods.EventFd(0, NonBlocking);
        }
    }

    /// <summary>Returns at the instant, or soon after <see cref="Wake"/>, whichever is first.</summary>
    /// <param name="until">A <see cref="Stopwatch"/> timestamp; <see cref="long.MaxValue"/> waits for the wake-up
    /// alone.</param>
    public void Until(long until)
    {
        if (_event >= 0)
        {
            Poll(until);
        }
        else
        {
            Sleep(until);
        }
    }

    /// <summary>Ends the current wait, or the next one if none is going on.</summary>
    public void Wake()
    {
        if (_event >= 0)
        {
            ulong one = 1;
            _ = NativeMethods.Write(_event, ref one, sizeof(ulong));
            return;
        }

        lock (_gate)
        {
            _awake = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dispose()
    {
        if (_event >= 0)
        {
            _ = NativeMethods.Close(_event);
        }
    }

    private static double SecondsUntil(long until) =>
        until == long.MaxValue ? 3600 : (double)(until - Stopwatch.GetTimestamp()) / Stopwatch.Frequency;

    private void Poll(long until)
    {
        if (!_slackSet)
        {
            _ = NativeMethods.ProcessControl(TimerSlack, 1, 0, 0, 0);
            _slackSet = true;
        }

        while (SecondsUntil(until) is > 0 and double left)
        {
            long nanoseconds = (long)(Math.Min(left, 3600) * 1e9);
            var timeout = new NativeMethods.TimeSpec
            {
                Seconds = nanoseconds / 1_000_000_000,
                Nanoseconds = nanoseconds % 1_000_000_000,
            };
            var descriptor = new NativeMethods.PollDescriptor { File = _event, Events = Readable };
            if (NativeMethods.Poll(ref descriptor, 1, ref timeout, 0) > 0)
            {
                ulong wakes = 0;
                _ = NativeMethods.Read(_event, ref wakes, sizeof(ulong));
                return;
            }
        }
    }

    private void Sleep(long until)
    {
        lock (_gate)
        {
            while (!_awake && SecondsUntil(until) is > SpinSeconds and double left)
            {
                Monitor.Wait(_gate, TimeSpan.FromSeconds(Math.Max(0.001, left - SpinSeconds)));
            }

            if (_awake)
            {
                _awake = false;
                return;
            }
        }

        while (SecondsUntil(until) > 0)
        {
            Thread.Yield();
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "eventfd")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int EventFd(uint initial, int flags);

        [DllImport("libc", EntryPoint = "ppoll")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int Poll(ref PollDescriptor descriptors, nuint count, ref TimeSpec timeout, nint mask);

        [DllImport("libc", EntryPoint = "read")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern nint Read(int file, ref ulong value, nuint bytes);

        [DllImport("libc", EntryPoint = "write")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern nint Write(int file, ref ulong value, nuint bytes);

        [DllImport("libc", EntryPoint = "close")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int Close(int file);

        [DllImport("libc", EntryPoint = "prctl")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

        [StructLayout(LayoutKind.Sequential)]
        internal struct PollDescriptor
        {
            public int File;
            public short Events;
            public short Returned;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct TimeSpec
        {
            public long Seconds;
            public long Nanoseconds;
        }
    }
}
