using System.Runtime.InteropServices;

namespace Capacity.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks the command to stop and keep what it has, the second ends the
/// program.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TextWriter _error;
    private readonly Action _end;

    /// <summary>Prepares, without listening to signals.</summary>
    /// <param name="error">Where the user is told.</param>
    /// <param name="end">Ends the program at once.</param>
    public Interruption(TextWriter error, Action end)
    {
        _error = error;
        _end = end;
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>Listens to the signals of this process.</summary>
    public static Interruption OfProcess()
    {
        var interruption = new Interruption(Console.Error, () => Environment.Exit((int)ExitCode.Interrupted));
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
        {
            interruption._registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                interruption.Signal();
            }));
        }

        return interruption;
    }

    /// <summary>A signal has come.</summary>
    public void Signal()
    {
        if (_asked.IsCancellationRequested)
        {
            _end();
            return;
        }

        _error.WriteLine("\nstopping, and keeping what is finished (once more: end at once)");
        _asked.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _asked.Dispose();
    }
}
