using System.Buffers.Text;
using Capacity.Load;
using Microsoft.Win32.SafeHandles;

namespace Capacity.Benchmarks;

/// <summary>Resident memory in megabytes: after a first tenth of the run (at most a minute), after each minute, and at
/// the end; and what is allocated while requests are sent. To watch allocates nothing.</summary>
/// <param name="seconds">Length of the run.</param>
/// <param name="margin">Seconds at its beginning and end in which allocations are not counted.</param>
internal sealed class MemoryWatch(double seconds, double margin) : IProgress<LoadProgress>, IDisposable
{
    private const double Minute = 60;
    private readonly SafeFileHandle _pages = File.OpenHandle("/proc/self/statm");
    private long _allocatedAtFirst = -1;

    public double First { get; private set; }

    public double Last { get; private set; }

    public List<double> Minutes { get; } = new((int)(seconds / Minute));

    /// <summary>Bytes between the margins.</summary>
    public long Allocated { get; private set; }

    public void Dispose() => _pages.Dispose();

    public void Report(LoadProgress value)
    {
        Last = Resident();
        First = value.Elapsed < Math.Min(Minute, Math.Max(margin, seconds / 10)) ? Last : First;
        if (value.Elapsed >= (Minutes.Count + 1) * Minute)
        {
            Minutes.Add(Last);
        }

        if (_allocatedAtFirst < 0 && value.Elapsed >= margin)
        {
            _allocatedAtFirst = GC.GetTotalAllocatedBytes(precise: true);
        }

        if (Allocated == 0 && value.Elapsed >= seconds - margin)
        {
            Allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocatedAtFirst;
        }
    }

    // Pages: the whole program, then what is resident. Source: proc(5), statm.
    private double Resident()
    {
        Span<byte> text = stackalloc byte[128];
        text = text[..RandomAccess.Read(_pages, text, 0)];
        text = text[(text.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(text, out long pages, out _) ? pages * Environment.SystemPageSize / 1048576.0 : 0;
    }
}
