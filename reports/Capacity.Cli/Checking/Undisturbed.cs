using System.ComponentModel;
using System.Diagnostics;
using System.Runtime;

namespace Capacity.Cli.Checking;

/// <summary>
/// While it lives, other programs and the garbage collector disturb this process less: it asks for a higher priority,
/// which only root gets, and for collections in small steps.
/// </summary>
internal sealed class Undisturbed : IDisposable
{
    private readonly GCLatencyMode _collections = GCSettings.LatencyMode;
    private readonly bool _raised;

    /// <summary>Asks, and goes on without what is refused.</summary>
    public Undisturbed()
    {
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        _raised = TrySet(ProcessPriorityClass.High);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GCSettings.LatencyMode = _collections;
        if (_raised)
        {
            TrySet(ProcessPriorityClass.Normal);
        }
    }

    private static bool TrySet(ProcessPriorityClass priority)
    {
        try
        {
            using var self = Process.GetCurrentProcess();
            self.PriorityClass = priority;
            return true;
        }
        catch (Exception refused) when (refused is Win32Exception or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
